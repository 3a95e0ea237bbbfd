"""Letters about an account: written down with what they tell of, sent from their rows."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language, override

from gateway.outside.errors import OutsideFailed
from gateway.outside.mail import MailRefused, mail_send
from merchants.accounts.letter_words import written
from merchants.accounts.models import Letter
from merchants.accounts.tokens import link_key, link_token

log = structlog.get_logger(__name__)

LEASE: Final = timedelta(minutes=2)
RETRIES: Final = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240))
AT_A_TIME: Final = 100
KEPT: Final = timedelta(days=90)
"""After it was sent, or given up: it names a person's address."""
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
    """A letter to be sent, in the transaction of what it tells of. One query."""
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
    """Send every letter that is due, one after the other; how many the server took."""
    due = Letter.objects.filter(state__in=("pending", "sending"), due_at__lte=now)
    taken = 0
    for letter_id in list(due.order_by("due_at", "id").values_list("id", flat=True)[:AT_A_TIME]):
        # Those before it took their time: a lease counts from when its own letter begins.
        letter = _claim(letter_id, now=max(now, timezone.now()))
        if letter is not None:
            taken += _send(letter, now=max(now, timezone.now()))
    return taken


def letters_forget(*, now: datetime) -> int:
    """Delete what was sent or given up long enough ago; how many."""
    old = Letter.objects.filter(state__in=("sent", "failed"), made_at__lt=now - KEPT)
    return old.delete()[0]


@transaction.atomic
def _claim(letter_id: UUID, *, now: datetime) -> Letter | None:
    """The attempt is written down before the server is asked; a lost one is tried again, under the
    same Message-ID."""
    letter = (
        Letter.objects.select_for_update(skip_locked=True)
        .filter(id=letter_id, state__in=("pending", "sending"), due_at__lte=now)
        .first()
    )
    if letter is not None:
        letter.state, letter.due_at = "sending", now + LEASE
        letter.attempts += 1
        letter.save(update_fields=["state", "due_at", "attempts"])
    return letter


def _send(letter: Letter, *, now: datetime) -> bool:
    link = ""
    if letter.about is not None and letter.kind in _PATHS:
        link = link_of(letter.kind, letter.about, serial=letter.serial)
    with override(letter.language):
        words = written(letter.kind, detail=letter.detail, link=link, at=letter.made_at)
    try:
        mail_send(
            to=letter.address,
            subject=words.subject,
            text=words.text,
            html=words.html,
            message_id=str(letter.id),
        )
    except MailRefused as refused:
        _end(letter, state="failed", error=refused.code, now=now)
        log.warning("letter_refused", letter=str(letter.id), error=refused.message)
        return False
    except OutsideFailed as failed:
        log.warning("letter_not_taken", letter=str(letter.id), error=failed.message)
        if letter.attempts > len(RETRIES):
            _end(letter, state="failed", error=failed.code, now=now)
        else:
            again_at = now + RETRIES[letter.attempts - 1]
            _ours(letter).update(state="pending", error=failed.code, due_at=again_at)
        return False
    _end(letter, state="sent", error="", now=now)
    return True


def _end(letter: Letter, *, state: str, error: str, now: datetime) -> None:
    sent_at = now if state == "sent" else None
    _ours(letter).update(state=state, error=error, sent_at=sent_at)


def _ours(letter: Letter) -> QuerySet[Letter]:
    """The row, as long as this attempt has it: what became of a later one stays."""
    return Letter.objects.filter(id=letter.id, state="sending", attempts=letter.attempts)
