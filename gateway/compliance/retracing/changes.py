"""Bring a change to the wallets whose verdicts rest on an address that it touches.

A page of verdicts is found in one short transaction, which moves the change's cursor and asks for
each of them anew; whoever carries traces does those from their rows, behind the payments that
somebody waits for. While a page waits no further one is asked for: a list of a hundred thousand
addresses never stands between a shopper and a verdict.
"""

import time
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from gateway.compliance.retracing.causes import Cause, cause_of
from gateway.compliance.retracing.models import RetraceChange
from gateway.compliance.tracing.models import TraceRequest, WalletVerdict
from gateway.compliance.tracing.requesting import again_ask
from gateway.events.ids import least_id_of

PAGE_VERDICTS: Final = 50
REACH_DAYS: Final = 400
"""Verdicts that are older are of money that has long been spent; a case traces them by hand."""
TURN_SECONDS: Final = 5

LISTED_SQL: Final = """
SELECT address FROM compliance_listdifference d
  JOIN compliance_listversion v ON v.id = d.version_id
 WHERE v.source_id = %(source)s AND v.number = %(number)s
"""
LABELLED_SQL: Final = """
SELECT coalesce(n.address, o.address) FROM
    (SELECT address, category, status FROM compliance_tracing_addresslabel
      WHERE source = %(source)s AND version = %(number)s) n
  FULL JOIN
    (SELECT address, category, status FROM compliance_tracing_addresslabel
      WHERE source = %(source)s AND version = %(number)s - 1) o ON o.address = n.address
 WHERE (n.category, n.status) IS DISTINCT FROM (o.category, o.status)
"""
TOUCHED_SQL: Final = """
SELECT DISTINCT s.verdict_id FROM compliance_tracing_seenaddress s
 WHERE s.address IN ({changed}) AND s.verdict_id < %(before)s AND s.verdict_id >= %(since)s
 ORDER BY s.verdict_id DESC LIMIT %(limit)s
"""
_CHANGED: Final = {"list": LISTED_SQL, "labels": LABELLED_SQL}
_LAST: Final = UUID(int=2**128 - 1)


@transaction.atomic
def change_begin(*, cause: Cause, now: datetime) -> None:
    """Note that a version is to be brought to the wallets. Again is the same."""
    RetraceChange.objects.bulk_create(
        [RetraceChange(cause=str(cause), begun_at=now)], ignore_conflicts=True
    )


def changes_continue(*, now: datetime) -> int:
    """Go on as long as the turn lasts, or until what was asked for has to be done first; how many
    verdicts were asked for anew."""
    until = time.monotonic() + TURN_SECONDS
    asked = 0
    while time.monotonic() < until:
        found = change_continue(now=now)
        if found is None:
            break
        asked += found
    return asked


@transaction.atomic
def change_continue(*, now: datetime) -> int | None:
    """Ask for the next page of the oldest change; how many. None if there is nothing to do: no
    change, somebody else at it, or a page that waits to be carried."""
    change = (
        RetraceChange.objects.select_for_update(skip_locked=True)
        .filter(finished_at__isnull=True)
        .order_by("id")
        .first()
    )
    if change is None or _waiting() >= PAGE_VERDICTS:
        return None
    ids = _touched(change, now=now)
    verdicts = WalletVerdict.objects.select_related("request").filter(id__in=ids)
    change.verdicts += again_ask(verdicts, cause=change.cause, now=now)
    if ids:
        change.before_verdict = ids[-1]
    if len(ids) < PAGE_VERDICTS:
        change.finished_at = max(now, change.begun_at)
    change.save(update_fields=["before_verdict", "verdicts", "finished_at"])
    return len(ids)


def _waiting() -> int:
    """How many wait to be judged anew. One query."""
    return TraceRequest.objects.filter(due_at__isnull=False).exclude(cause="").count()


def _touched(change: RetraceChange, *, now: datetime) -> list[UUID]:
    """The next page of newest verdicts that rest on an address which it changed. One query."""
    cause = cause_of(change.cause)
    with connection.cursor() as cursor:
        cursor.execute(
            TOUCHED_SQL.format(changed=_CHANGED[cause.kind]),
            {
                "source": cause.source,
                "number": cause.number,
                "before": change.before_verdict or _LAST,
                "since": least_id_of(now - timedelta(days=REACH_DAYS)),
                "limit": PAGE_VERDICTS,
            },
        )
        return [row[0] for row in cursor.fetchall()]
