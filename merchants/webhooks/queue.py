"""The rows behind the deliverer: what is due, who may go first, what came of it.

Each function is one statement or one short transaction; none of them waits for the network.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from merchants.webhooks.models import Endpoint
from merchants.webhooks.schedule import DISABLE_AFTER, WARN_AFTER, Result, Verdict
from merchants.webhooks.services import endpoint_secrets
from merchants.webhooks.styles import ToSend, style_named
from merchants.webhooks.telling import DISABLED, FAILING, RECOVERED, endpoint_tell

LEASE: Final = timedelta(seconds=30)
"""Twice the longest attempt: a delivery whose process died is due again after it."""
HOLD: Final = timedelta(seconds=30)
"""How long an event waits for an earlier one of its subject that fails. With one attempt's
timeout on top it stays below the minute that we promise."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this process is to attempt now, before its lease ends."""

    url: str
    style: str
    sending: ToSend

    @property
    def event_id(self) -> UUID:
        return self.sending.event_id

    @property
    def endpoint_id(self) -> UUID:
        return self.sending.endpoint_id

    @property
    def number(self) -> int:
        return self.sending.number


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt; ``status`` is None when there was no answer."""

    event_id: UUID
    endpoint_id: UUID
    number: int
    verdict: Verdict
    status: int | None
    error: str
    excerpt: str
    milliseconds: int
    hung: bool


DUE_SQL = """
WITH RECURSIVE waiting(endpoint_id) AS (
    (SELECT endpoint_id FROM webhooks_delivery
      WHERE state = 'pending' ORDER BY endpoint_id LIMIT 1)
    UNION ALL
    SELECT (SELECT d.endpoint_id FROM webhooks_delivery d
             WHERE d.state = 'pending' AND d.endpoint_id > w.endpoint_id
             ORDER BY d.endpoint_id LIMIT 1)
      FROM waiting w WHERE w.endpoint_id IS NOT NULL)
SELECT w.endpoint_id, first.due_at, e.slow
  FROM waiting w
  JOIN webhooks_endpoint e ON e.id = w.endpoint_id AND e.enabled
  CROSS JOIN LATERAL (
    SELECT d.due_at FROM webhooks_delivery d
     WHERE d.endpoint_id = w.endpoint_id AND d.state = 'pending'
     ORDER BY d.due_at LIMIT 1) first
"""


def endpoints_waiting() -> list[tuple[UUID, datetime, bool]]:
    """Every endpoint that something waits for: when its first is due, and whether it is slow.

    One query. It hops from endpoint to endpoint in the index: a backlog costs it nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(DUE_SQL)
        return list(cursor.fetchall())


CLAIM_SQL = """
WITH lane AS (
    SELECT * FROM unnest(%(endpoints)s::uuid[], %(slots)s::int[]) AS l(endpoint_id, slots)),
picked AS (
    SELECT d.event_id, d.endpoint_id
      FROM lane l
      JOIN webhooks_endpoint e ON e.id = l.endpoint_id AND e.enabled
      CROSS JOIN LATERAL (
        SELECT d.event_id, d.endpoint_id FROM webhooks_delivery d
         WHERE d.endpoint_id = l.endpoint_id AND d.state = 'pending' AND d.due_at <= %(now)s
           AND (d.tries > 0 OR NOT EXISTS (
                SELECT 1 FROM webhooks_delivery earlier
                 WHERE earlier.endpoint_id = d.endpoint_id AND earlier.subject = d.subject
                   AND earlier.state = 'pending' AND earlier.sequence < d.sequence
                   AND (earlier.tries = 0 OR earlier.trying OR d.queued_at > %(held_since)s)))
         ORDER BY d.due_at, d.event_id
         LIMIT l.slots
           FOR UPDATE SKIP LOCKED) d),
claimed AS (
    UPDATE webhooks_delivery d
       SET attempts = attempts + 1, tries = tries + 1, trying = true, due_at = %(lease_end)s
      FROM picked p
     WHERE d.event_id = p.event_id AND d.endpoint_id = p.endpoint_id
    RETURNING d.event_id, d.endpoint_id, d.attempts, d.tries, d.payload),
begun AS (
    INSERT INTO webhooks_attempt (event_id, endpoint_id, number, started_at)
    SELECT event_id, endpoint_id, attempts, %(now)s FROM claimed)
SELECT event_id, endpoint_id, attempts, tries, payload FROM claimed
 ORDER BY event_id
"""


@transaction.atomic
def claim(*, slots: dict[UUID, int], now: datetime) -> list[Claimed]:
    """Take what is due for these endpoints, each up to its free slots, and log the attempts.

    The first attempt for an event begins when those for its subject's earlier events have come to
    an end: a request under way could be overtaken, and one whose process died may never have been
    made. For the first ``HOLD`` that it waits it even waits until those have arrived. Two queries,
    and what the style of each asks to fill its payload.
    """
    if not slots:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            CLAIM_SQL,
            {
                "endpoints": list(slots),
                "slots": list(slots.values()),
                "now": now,
                "held_since": now - HOLD,
                "lease_end": now + LEASE,
            },
        )
        rows = cursor.fetchall()
    if not rows:
        return []
    endpoints = Endpoint.objects.in_bulk({row[1] for row in rows})
    return [
        Claimed(
            url=endpoints[endpoint_id].url,
            style=endpoints[endpoint_id].style,
            sending=ToSend(
                event_id=event_id,
                endpoint_id=endpoint_id,
                number=number,
                tries=tries,
                secrets=tuple(endpoint_secrets(endpoints[endpoint_id], now=now)),
                payload=style_named(endpoints[endpoint_id].style).filled(bytes(payload)),
                retries=endpoints[endpoint_id].retries,
            ),
        )
        for event_id, endpoint_id, number, tries, payload in rows
        if endpoint_id in endpoints
    ]


RECORD_SQL = """
WITH answered AS (
    UPDATE webhooks_attempt
       SET milliseconds = %(milliseconds)s, status = %(status)s, error = %(error)s,
           excerpt = %(excerpt)s
     WHERE event_id = %(event_id)s AND endpoint_id = %(endpoint_id)s AND number = %(number)s)
UPDATE webhooks_delivery
   SET trying = false,
       state = CASE WHEN state = 'pending' THEN %(state)s ELSE state END,
       due_at = coalesce(%(next_at)s, due_at),
       finished_at = %(finished_at)s
 WHERE event_id = %(event_id)s AND endpoint_id = %(endpoint_id)s AND attempts = %(number)s
"""
HEALTHY_SQL = """
UPDATE webhooks_endpoint SET failing_since = NULL, warned = false, slow = %(hung)s
 WHERE id = %(endpoint_id)s AND (failing_since IS NOT NULL OR slow <> %(hung)s)
RETURNING CASE WHEN old.warned THEN %(recovered)s END, shop_id, url, old.failing_since,
          disabled_reason
"""
FAILING_SQL = """
WITH judged AS (
    SELECT id, coalesce(failing_since, %(now)s) AS since,
           %(gone)s OR failing_since <= %(disable_before)s AS is_over,
           coalesce(failing_since <= %(warn_before)s, false) AS is_long
      FROM webhooks_endpoint WHERE id = %(endpoint_id)s)
UPDATE webhooks_endpoint e
   SET failing_since = since, slow = true, warned = e.warned OR is_long,
       enabled = e.enabled AND is_over IS NOT TRUE,
       off_since = CASE WHEN e.enabled AND is_over THEN %(now)s ELSE e.off_since END,
       disabled_reason = CASE
           WHEN e.enabled AND is_over THEN CASE WHEN %(gone)s THEN 'gone' ELSE 'failing' END
           ELSE e.disabled_reason END
  FROM judged
 WHERE e.id = judged.id
   AND (e.failing_since IS NULL OR NOT e.slow OR is_over OR (is_long AND NOT e.warned))
RETURNING CASE WHEN old.enabled AND NOT new.enabled THEN %(disabled)s
               WHEN new.enabled AND new.warned AND NOT old.warned THEN %(failing)s END,
          e.shop_id, e.url, new.failing_since, new.disabled_reason
"""


@transaction.atomic
def record(*, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Write down what came of attempts, in one transaction.

    An outcome that arrives after its lease ended, when another attempt has begun, is logged and
    decides nothing. Of an endpoint that has failed for long its people are told, and in the end it
    is switched off.
    """
    ordered = sorted(outcomes, key=lambda outcome: (outcome.endpoint_id, outcome.event_id))
    with connection.cursor() as cursor:
        for outcome in ordered:
            result = outcome.verdict.result
            parameters: dict[str, Any] = {
                "event_id": outcome.event_id,
                "endpoint_id": outcome.endpoint_id,
                "number": outcome.number,
                "milliseconds": outcome.milliseconds,
                "status": outcome.status,
                "error": outcome.error,
                "excerpt": outcome.excerpt,
                "state": _STATE_AFTER[result],
                "next_at": outcome.verdict.next_at,
                "finished_at": None if result is Result.RETRY else now,
                "now": now,
                "hung": outcome.hung,
                "gone": result is Result.GONE,
                "warn_before": now - WARN_AFTER,
                "disable_before": now - DISABLE_AFTER,
                "failing": FAILING,
                "disabled": DISABLED,
                "recovered": RECOVERED,
            }
            cursor.execute(RECORD_SQL, parameters)
            cursor.execute(HEALTHY_SQL if result is Result.SUCCEEDED else FAILING_SQL, parameters)
            if (changed := cursor.fetchone()) and changed[0]:
                _tell(changed, endpoint_id=outcome.endpoint_id, now=now)


def _tell(changed: Sequence[Any], *, endpoint_id: UUID, now: datetime) -> None:
    type, shop_id, url, failing_since, disabled_reason = changed
    endpoint_tell(
        type,
        endpoint_id=endpoint_id,
        shop_id=shop_id,
        url=url,
        now=now,
        failing_since=failing_since.isoformat(),
        reason=disabled_reason,
    )


_STATE_AFTER: Final = {
    Result.SUCCEEDED: "succeeded",
    Result.RETRY: "pending",
    Result.GAVE_UP: "failed",
    Result.GONE: "failed",
}
