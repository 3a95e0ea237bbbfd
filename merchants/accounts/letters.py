"""Letters about an account: written down with what they tell of, sent from their rows."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.utils.translation import get_language, override

from gateway.mail.outlet import Outlet
from gateway.mail.sending import mails_send
from gateway.outside.mail import Message
from merchants.accounts.letter_words import written
from merchants.accounts.models import Invitation, Letter
from merchants.accounts.tokens import link_key, link_token

KEPT: Final = timedelta(days=90)
"""After it was sent, or given up: long enough to see what became of it."""
_PATHS: Final = {"invitation": "join", "password_link": "reset", "email_link": "account/email"}


@lru_cache(maxsize=4)
def _key(field_key_hex: str) -> bytes:
    return link_key(field_key_hex)


def token_of(kind: str, row: UUID, *, serial: int = 1) -> str:
    """The secret of the link that a letter of this kind carries."""
    return link_token(kind=kind, row=row, serial=serial, key=_key(settings.FIELD_KEY))


def link_of(kind: str, row: UUID, *, serial: int = 1) -> str:
    """Where it leads."""
    return f"{settings.PUBLIC_URL}/{_PATHS[kind]}/{token_of(kind, row, serial=serial)}"


def letter_write(
    *,
    kind: str,
    address: str,
    now: datetime,
    language: str = "",
    about: UUID | None = None,
    serial: int = 1,
    detail: Mapping[str, Any] | None = None,
) -> Letter:
    """A letter to be sent, in the transaction of what it tells of. One query.

    A link has one letter; the database refuses a second one.
    """
    return Letter.objects.create(
        kind=kind,
        about=about,
        serial=serial,
        address=address,
        language=language or get_language() or "en",
        detail=dict(detail or {}),
        made_at=now,
        due_at=now,
    )


def letters_send(*, now: datetime) -> int:
    """Send every letter that is due; how many the server took."""
    return mails_send(OUTLET, now=now)


def letters_forget(*, now: datetime) -> int:
    """Delete what was sent or given up long enough ago; how many."""
    old = Letter.objects.filter(state__in=("sent", "failed"), made_at__lt=now - KEPT)
    return old.delete()[0]


def invitations_not_mailed(invitations: Iterable[Invitation]) -> set[UUID]:
    """Those whose last letter could not be sent, by id. One query; none for nobody."""
    serials = {one.id: one.serial for one in invitations}
    if not serials:
        return set()
    failed = Letter.objects.filter(kind="invitation", about__in=serials, state="failed")
    told = failed.values_list("about", "serial")
    return {about for about, serial in told if about and serials[about] == serial}


def _message(letter: Letter) -> Message:
    link = ""
    if letter.about is not None and letter.kind in _PATHS:
        link = link_of(letter.kind, letter.about, serial=letter.serial)
    with override(letter.language):
        words = written(letter.kind, detail=letter.detail, link=link, at=letter.made_at)
    return Message(to=letter.address, subject=words.subject, text=words.text, html=words.html)


def _ended(sent: bool, now: datetime) -> dict[str, Any]:
    return {"sent_at": now if sent else None, "address": "", "detail": {}}


OUTLET: Final = Outlet(name="accounts", rows=Letter, write=_message, ended=_ended)
