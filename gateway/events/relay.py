"""From the outbox to the handlers: in order per subject, once in effect, through any crash.

An item is claimed, handled and deleted in one transaction, so a handler's rows and the deletion
commit together or not at all: a crash at any line leaves the item for the next relay. Relays
share the work by SKIP LOCKED. An item waits while an earlier one of its handler and subject is
there, so that a failing handler delays its subject and nothing else.

Lanes take turns: a lane has one item a turn, so one with a long backlog delays the others by one
item, not by its backlog. A handler that takes a lane's items together works on them in one
transaction, and no other relay runs it for that lane meanwhile, rather than wait for its locks.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import connection, transaction

from gateway.events.points import point
from gateway.events.subscriptions import EventRecord, run_handler, takes_together

log = structlog.get_logger(__name__)

RETRY_SECONDS = (1, 2, 5, 15, 60, 300)
TOGETHER_MAX = 50
"""Items of one lane in one transaction: so long do its locks last, and the others wait."""

CLAIM_SQL = "SELECT * FROM events_next(%(busy)s)"
TOGETHER_SQL = "SELECT * FROM events_next_of_lane(%(handler)s, %(lane)s, %(limit)s)"
LANE_LOCK_SQL = "SELECT pg_try_advisory_xact_lock(hashtext(%s), hashtext(%s))"

UNPARK_SQL = """
UPDATE events_outbox SET parked = false
 WHERE id IN (SELECT id FROM events_outbox WHERE parked AND due_at <= clock_timestamp()
               ORDER BY due_at LIMIT 1000 FOR UPDATE SKIP LOCKED)
"""

# Behind it the rest of its subject is parked too: it is out of the way of whoever looks next.
PARK_SQL = """
UPDATE events_outbox
   SET parked = true, due_at = clock_timestamp() + make_interval(secs => %(delay)s),
       attempts = attempts + (id = %(id)s)::int,
       last_error = CASE WHEN id = %(id)s THEN %(error)s ELSE last_error END
 WHERE handler = %(handler)s AND subject = %(subject)s
"""

ALONE_SQL = """
UPDATE events_outbox SET attempts = attempts + 1, last_error = %(error)s WHERE id = ANY(%(ids)s)
"""


@dataclass(frozen=True, slots=True)
class _Item:
    """A claimed row of the outbox with its event."""

    id: int
    handler: str
    lane: str
    attempts: int
    event: EventRecord


def drain(*, limit: int | None = None) -> int:
    """Handle what is due, up to ``limit`` times; how often something was tried."""
    with connection.cursor() as cursor:
        cursor.execute(UNPARK_SQL)
    tried = 0
    while limit is None or tried < limit:
        if not handle_next():
            break
        tried += 1
    return tried


def handle_next() -> bool:
    """Handle the item whose turn it is, and what its handler takes with it. False if none is."""
    items: Sequence[_Item] = ()
    try:
        with transaction.atomic():
            items = _claim()
            if not items:
                return False
            point("relay.claimed")
            run_handler(items[0].handler, [item.event for item in items])
            point("relay.handled")
            with connection.cursor() as cursor:
                cursor.execute(
                    "DELETE FROM events_outbox WHERE id = ANY(%s)", [[item.id for item in items]]
                )
            point("relay.marked")
    except Exception as error:
        if not items:  # the database failed, not a handler
            raise
        # A handler may fail for any reason; the items stay and are retried, and people are told.
        _put_off(items, error=error)
        first = items[0]
        log.exception(
            "handler_failed",
            handler=first.handler,
            event_type=first.event.type,
            subject=first.event.subject,
            together=len(items),
        )
    return True


def _claim() -> Sequence[_Item]:
    """The item whose turn it is, with those that go with it; lanes that another relay works on
    are passed over."""
    busy: list[str] = []
    while True:
        found = _items(CLAIM_SQL, {"busy": busy})
        if not found or not takes_together(found[0].handler):
            return found
        head = found[0]
        if not _lane_taken(head):
            busy.append(f"{head.handler} {head.lane}")
            continue
        if head.attempts:
            return found
        # Read after the lane was taken: somebody else may have handled them until then.
        return _items(
            TOGETHER_SQL, {"lane": head.lane, "handler": head.handler, "limit": TOGETHER_MAX}
        )


def _lane_taken(item: _Item) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(LANE_LOCK_SQL, [item.handler, item.lane])
        (taken,) = cursor.fetchone()
    return bool(taken)


def _items(sql: str, parameters: dict[str, Any]) -> list[_Item]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [_item(row) for row in cursor.fetchall()]


def _item(row: Sequence[Any]) -> _Item:
    item_id, handler, lane, attempts, *event = row
    body = event[6] if isinstance(event[6], dict) else json.loads(event[6])
    record = EventRecord(
        id=event[0],
        type=event[1],
        mode=event[2],
        shop_id=event[3],
        subject=event[4],
        sequence=event[5],
        body=body,
        occurred_at=event[7],
    )
    return _Item(item_id, handler, lane, attempts, record)


def _put_off(items: Sequence[_Item], *, error: Exception) -> None:
    told = f"{type(error).__name__}: {error}"[:1000]
    if len(items) > 1:
        # One of them may be at fault: each is tried alone, at once.
        with connection.cursor() as cursor:
            cursor.execute(ALONE_SQL, {"ids": [item.id for item in items], "error": told})
        return
    (item,) = items
    delay_seconds = RETRY_SECONDS[min(item.attempts, len(RETRY_SECONDS) - 1)]
    with connection.cursor() as cursor:
        cursor.execute(
            PARK_SQL,
            {
                "id": item.id,
                "handler": item.handler,
                "subject": item.event.subject,
                "delay": delay_seconds,
                "error": told,
            },
        )
