"""Mails sent from their rows, one after the other.

An attempt is written down before the server is asked. Whoever dies after that leaves the row to
another when the lease is over, which counts from the moment that its own message begins: a slow
run never lets a second worker send what the first one is still to send.
"""

from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from gateway.events.errors import TillwayError
from gateway.events.points import point
from gateway.mail.mail_metrics import TRIES, WAITING
from gateway.mail.outlet import Outlet, Row
from gateway.outside.errors import OutsideFailed
from gateway.outside.mail import MailNotTaken, MailRefused, Post

log = structlog.get_logger(__name__)

LEASE: Final = timedelta(minutes=2)
"""Longer than a server may take over one message: ``ANSWERS_A_MESSAGE`` and the message itself,
``EMAIL_TIMEOUT`` seconds each at most. The connection is made before an attempt begins."""
RETRIES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
"""After each failure but the last, which gives the mail up."""


def mails_send(outlet: Outlet[Row], *, now: datetime) -> int:
    """Send every mail that is due, the longest due first; how many the server took.

    One that fails holds up no other. A server that can't be reached ends the run: the first mail
    has an attempt less, the others lose none.
    """
    rows = outlet.rows._default_manager
    due = rows.filter(state__in=outlet.open, due_at__lte=now).order_by("due_at", "pk")
    taken = 0
    with Post() as post:
        for row_id in list(due.values_list("pk", flat=True)[: outlet.at_a_time]):
            away = _away(post)
            row = _claim(outlet, row_id, now=_moment(now))
            if row is not None:
                taken += _try(outlet, row, post=post, away=away, run_at=now)
            if away is not None:
                break
    WAITING.labels(outlet.name).set(rows.filter(state__in=outlet.open).count())
    return taken


# --- parts ---------------------------------------------------------------------------------------


def _moment(run_at: datetime) -> datetime:
    """What time it is by now: the mails before this one took theirs."""
    return max(run_at, timezone.now())


def _away(post: Post) -> MailNotTaken | None:
    """Why the server can't be reached, if so."""
    try:
        post.open()
    except MailNotTaken as failed:
        return failed
    return None


@transaction.atomic(durable=True)
def _claim(outlet: Outlet[Row], row_id: Any, *, now: datetime) -> Row | None:
    """Begin an attempt. Within another transaction, which could take it back, that's refused."""
    row = (
        outlet.rows._default_manager.select_for_update(skip_locked=True, of=("self",))
        .filter(pk=row_id, state__in=outlet.open, due_at__lte=now)
        .first()
    )
    if row is not None:
        row.state, row.due_at = "sending", now + LEASE
        row.attempts += 1
        row.save(update_fields=["state", "due_at", "attempts"])
    return row


def _try(
    outlet: Outlet[Row], row: Row, *, post: Post, away: MailNotTaken | None, run_at: datetime
) -> bool:
    """Whether the server took it; what became of it stands in its row.

    Whoever made its last attempts died of them all, perhaps by this very mail: no more are made.
    """
    point("mail.claimed")
    if row.attempts > len(RETRIES) + 1:
        return _give_up(outlet, row, MailNotTaken(code="mail_lost"), now=_moment(run_at))
    try:
        if away is not None:
            raise away
        post.send(outlet.write(row), message_id=str(row.pk))
    except MailRefused as refused:
        return _give_up(outlet, row, refused, now=_moment(run_at))
    except OutsideFailed as failed:
        return _later(outlet, row, failed, now=_moment(run_at))
    except TillwayError as never:
        return _give_up(outlet, row, never, now=_moment(run_at))
    except Exception:
        log.exception("mail_broken", room=outlet.name, mail=str(row.pk))
        return _later(outlet, row, MailNotTaken(code="mail_broken"), now=_moment(run_at))
    point("mail.taken")
    _end(outlet, row, state="sent", error="", now=_moment(run_at))
    TRIES.labels(outlet.name, "sent").inc()
    return True


def _later(outlet: Outlet[Row], row: Row, failed: OutsideFailed, *, now: datetime) -> bool:
    if row.attempts > len(RETRIES):
        return _give_up(outlet, row, failed, now=now)
    log.warning("mail_not_taken", room=outlet.name, mail=str(row.pk), error=failed.message)
    again_at = now + RETRIES[row.attempts - 1]
    _ours(outlet, row).update(state=outlet.waits, error=failed.code, due_at=again_at)
    TRIES.labels(outlet.name, "later").inc()
    return False


def _give_up(outlet: Outlet[Row], row: Row, problem: TillwayError, *, now: datetime) -> bool:
    log.warning("mail_given_up", room=outlet.name, mail=str(row.pk), error=problem.message)
    _end(outlet, row, state="failed", error=problem.code, now=now)
    TRIES.labels(outlet.name, "given_up").inc()
    return False


@transaction.atomic
def _end(outlet: Outlet[Row], row: Row, *, state: str, error: str, now: datetime) -> None:
    """Sent or given up: nobody needs the address any more."""
    more = outlet.ended(state == "sent", now)
    if _ours(outlet, row).update(state=state, error=error, **more) and state == "failed":
        outlet.given_up(row, now)


def _ours(outlet: Outlet[Row], row: Row) -> QuerySet[Row]:
    """The row, as long as this attempt has it: what became of a later one stays."""
    return outlet.rows._default_manager.filter(pk=row.pk, state="sending", attempts=row.attempts)
