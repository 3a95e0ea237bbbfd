"""Mails made of the letters that wait, and sent from their rows."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.db import transaction
from django.utils.translation import override

from gateway.outside.errors import OutsideFailed
from gateway.outside.mail import MailRefused, mail_send
from merchants.accounts.models import User
from merchants.notices.models import Letter, Mail, Silence
from merchants.notices.writing import written

log = structlog.get_logger(__name__)

REST: Final = timedelta(minutes=2)
"""Between two mails to one person: what happens meanwhile comes in one."""
LEASE: Final = timedelta(minutes=2)
RETRIES: Final = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240))
LETTERS_A_MAIL: Final = 50
MAILS_AT_A_TIME: Final = 100


def mails_make(*, now: datetime) -> int:
    """A mail for each person whom letters wait for and who has had none for ``REST``; how many."""
    waiting = Letter.objects.filter(mail=None).order_by("user_id").values_list("user_id", flat=True)
    made = 0
    for user_id in list(waiting.distinct()[:MAILS_AT_A_TIME]):
        made += _make(user_id, now=now)
    return made


@transaction.atomic
def _make(user_id: UUID, *, now: datetime) -> bool:
    """One mail of all that waits for this person; their row keeps two from doing so at once."""
    user = User.objects.select_for_update(no_key=True).get(id=user_id)
    last = Mail.objects.filter(user=user).order_by("-id").first()
    if last is not None and (last.state in ("pending", "sending") or now - last.made_at < REST):
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
    """Send every mail that is due, one after the other; how many the server took."""
    due = Mail.objects.filter(state__in=("pending", "sending"), due_at__lte=now).order_by("due_at")
    taken = 0
    for mail_id in list(due.values_list("id", flat=True)[:MAILS_AT_A_TIME]):
        mail = _claim(mail_id, now=now)
        if mail is not None:
            taken += _send(mail, now=now)
    return taken


@transaction.atomic
def _claim(mail_id: UUID, *, now: datetime) -> Mail | None:
    """The attempt is written down before the server is asked; a lost one is tried again."""
    mail = (
        Mail.objects.select_for_update(skip_locked=True)
        .filter(id=mail_id, state__in=("pending", "sending"), due_at__lte=now)
        .first()
    )
    if mail is not None:
        mail.state, mail.due_at = "sending", now + LEASE
        mail.attempts += 1
        mail.save(update_fields=["state", "due_at", "attempts"])
    return mail


def _send(mail: Mail, *, now: datetime) -> bool:
    with override(mail.language):
        letter = written(
            [one.notice for one in mail.letters.select_related("notice").order_by("id")]
        )
    try:
        mail_send(
            to=mail.address,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            message_id=str(mail.id),
        )
    except MailRefused as refused:
        _end(mail, state="failed", error=refused.code, now=now)
        log.warning("mail_refused", mail=str(mail.id), error=refused.message)
        return False
    except OutsideFailed as failed:
        _try_later(mail, error=failed.code, now=now)
        log.warning("mail_not_taken", mail=str(mail.id), error=failed.message)
        return False
    _end(mail, state="sent", error="", now=now)
    return True


def _try_later(mail: Mail, *, error: str, now: datetime) -> None:
    if mail.attempts > len(RETRIES):
        _end(mail, state="failed", error=error, now=now)
        return
    mail.state, mail.error = "pending", error
    mail.due_at = now + RETRIES[mail.attempts - 1]
    mail.save(update_fields=["state", "error", "due_at"])


@transaction.atomic
def _end(mail: Mail, *, state: str, error: str, now: datetime) -> None:
    """Sent or given up. Of what a mail could not tell, the next people are told at once."""
    mail.state, mail.error = state, error
    mail.sent_at = now if state == "sent" else None
    mail.save(update_fields=["state", "error", "sent_at"])
    if state == "failed":
        for letter in mail.letters.select_related("notice"):
            notice = letter.notice
            if notice.step_due_at is not None and notice.step_due_at > now:
                notice.step_due_at = now
                notice.save(update_fields=["step_due_at"])
