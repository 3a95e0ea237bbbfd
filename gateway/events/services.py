"""Say that something happened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from gateway.events.errors import NotInTransaction
from gateway.events.ids import uuid7
from gateway.events.json_bytes import json_bytes
from gateway.events.points import point
from gateway.events.subscriptions import handlers_for
from gateway.events.waking import EVENTS, news_of, wake

EMIT_SQL = """
SELECT count(events_emit(e.id, %(now)s, e.type, e.mode, e.shop_id, e.subject, e.body, e.handlers,
                         e.lane))
  FROM jsonb_to_recordset(%(events)s::jsonb)
       AS e (id uuid, type text, mode text, shop_id uuid, subject text, body jsonb,
             handlers text[], lane text)
"""

HOLD_SQL = """
SELECT 1 FROM events_sequence WHERE subject = ANY(%s) ORDER BY subject COLLATE "C" FOR UPDATE
"""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """Something that happened, about to be recorded.

    Attributes:
        subject: what it happened to, "kind:id"; its events are numbered and handled in order.
        body: JSON that stands on its own; amounts as strings.
        lane: whose backlog its handling is part of, the subject's own by default. Lanes take
            turns, so that a thousand deposits of one invoice delay no other invoice.
        purpose: by what handlers choose (``subscribe``); what the body names as one if unset.
    """

    type: str
    subject: str
    body: dict[str, Any]
    mode: str
    shop_id: UUID | None = None
    lane: str | None = None
    purpose: str | None = None


def emit(
    *,
    type: str,
    subject: str,
    body: dict[str, Any],
    mode: str,
    shop_id: UUID | None = None,
    lane: str | None = None,
    purpose: str | None = None,
    now: datetime | None = None,
) -> UUID:
    """Record an event and queue it for its handlers, in the caller's transaction. One statement.

    Raises:
        NotInTransaction: no transaction is open, so event and cause could part.
    """
    event = NewEvent(
        type=type,
        subject=subject,
        body=body,
        mode=mode,
        shop_id=shop_id,
        lane=lane,
        purpose=purpose,
    )
    return emit_many([event], now=now or timezone.now())[0]


def emit_many(events: Sequence[NewEvent], *, now: datetime) -> list[UUID]:
    """As ``emit``, for any number of events in one statement; their ids, in the order given.

    They are written in the order of their subjects: two transactions that tell of the same
    subjects wait for one another instead of each holding what the other needs.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction(", ".join(f"{e.type} for {e.subject}" for e in events[:3]))
    if not events:
        return []
    ids = [uuid7() for _ in events]
    rows: list[dict[str, Any]] = [
        {
            "id": event_id,
            "type": event.type,
            "mode": event.mode,
            "shop_id": event.shop_id,
            "subject": event.subject,
            "body": event.body,
            "handlers": handlers_for(event.type, event.purpose or event.body.get("purpose")),
            "lane": event.lane,
        }
        for event_id, event in zip(ids, events, strict=True)
    ]
    rows.sort(key=lambda row: row["subject"])
    with connection.cursor() as cursor:
        # One text: an array of texts is quoted item by item, at some cost.
        cursor.execute(EMIT_SQL, {"now": now, "events": json_bytes(rows).decode()})
    point("event.emitted")
    shops = {event.shop_id for event in events if event.shop_id is not None}
    wake(EVENTS, {event.subject for event in events} | set(map(news_of, shops)))
    return ids


def hold_subjects(subjects: Iterable[str]) -> None:
    """Have whoever tells of these subjects next wait for this transaction. One query.

    For a verb that tells of several, one after the other: taken beforehand and in one order,
    they can't be held half by it and half by another transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(HOLD_SQL, [sorted(subjects)])


def ensure_partitions(*, today: date, months: int = 3) -> int:
    """Create the monthly partitions from ``today`` on that are missing; how many were made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT events_ensure_partitions(%s, %s)", [today, months])
        row = cursor.fetchone()
    return int(row[0])
