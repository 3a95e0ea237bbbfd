"""Mails made of the letters that wait, and what they say."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import override

from gateway.mail import sending
from gateway.mail.outlet import Outlet
from gateway.outside.mail import Message
from merchants.accounts.models import User
from merchants.notices.models import Letter, Mail, Silence
from merchants.notices.writing import written

REST: Final = timedelta(minutes=2)
"""Between two mails to one person: what happens meanwhile comes in one."""
LETTERS_A_MAIL: Final = 50
PEOPLE_AT_A_TIME: Final = 100


def mails_make(*, now: datetime) -> int:
    """A mail for each person whom letters wait for and who has had none for ``REST``; how many."""
    waiting = Letter.objects.filter(mail=None).order_by("user_id").values_list("user_id", flat=True)
    made = 0
    for user_id in list(waiting.distinct()[:PEOPLE_AT_A_TIME]):
        made += _make(user_id, now=now)
    return made


@transaction.atomic
def _make(user_id: UUID, *, now: datetime) -> bool:
    """One mail of all that waits for this person; their row keeps two from doing so at once."""
    user = User.objects.select_for_update(no_key=True).get(id=user_id)
    last = Mail.objects.filter(user=user).order_by("-id").first()
    if last is not None and (last.state in OUTLET.open or now - last.made_at < REST):
        return False
    letters = Letter.objects.filter(user=user, mail=None).select_related("notice").order_by("id")
    _drop_what_needs_no_mail(user)
    chosen = list(letters[:LETTERS_A_MAIL])
    if not chosen:
        return False
    mail = Mail.objects.create(
        user=user, address=user.email, language=user.language or "en", due_at=now, made_at=now
    )
    Letter.objects.filter(id__in=[letter.id for letter in chosen]).update(mail=mail)
    return True


def _drop_what_needs_no_mail(user: User) -> None:
    """Letters of what is settled, or taken on, before its mail was made; and of silenced kinds."""
    waiting = Letter.objects.filter(user=user, mail=None)
    silenced = Silence.objects.filter(user=user).values("kind")
    waiting.filter(notice__kind__in=silenced).delete()
    waiting.filter(notice__settled_at__isnull=False).delete()
    waiting.filter(notice__taken_at__isnull=False).delete()
    if not user.is_active:
        waiting.delete()


def mails_send(*, now: datetime) -> int:
    """Send every mail that is due; how many the server took."""
    return sending.mails_send(OUTLET, now=now)


def _message(mail: Mail) -> Message:
    with override(mail.language):
        letter = written(
            [one.notice for one in mail.letters.select_related("notice").order_by("id")]
        )
    return Message(to=mail.address, subject=letter.subject, text=letter.text, html=letter.html)


def _wake_next(mail: Mail, now: datetime) -> None:
    """Of what a mail could not tell, the next people are told at once."""
    for letter in mail.letters.select_related("notice"):
        notice = letter.notice
        if notice.step_due_at is not None and notice.step_due_at > now:
            notice.step_due_at = now
            notice.save(update_fields=["step_due_at"])


def _ended(sent: bool, now: datetime) -> dict[str, Any]:
    return {"sent_at": now if sent else None, "address": ""}


OUTLET: Final = Outlet(name="notices", rows=Mail, write=_message, ended=_ended, given_up=_wake_next)
