"""From the outbox to the handlers: in order per subject, once in effect, through any crash.

An item is claimed, handled and deleted in one transaction, so a handler's rows and the deletion
commit together or not at all: a crash at any line leaves the item for the next relay. Two relays
share the work by SKIP LOCKED. An item waits while an earlier one of its handler and subject is
there, so that a failing handler delays its subject and nothing else.
"""

import json

import structlog
from django.db import connection, transaction

from gateway.events.subscriptions import EventRecord, handler_named

log = structlog.get_logger(__name__)

RETRY_SECONDS = (1, 2, 5, 15, 60, 300)

CLAIM_SQL = """
SELECT o.id, o.handler, o.attempts,
       e.id, e.type, e.mode, e.shop_id, e.subject, e.sequence, e.body, e.occurred_at
  FROM events_outbox o
  JOIN events_event e ON e.id = o.event_id AND e.occurred_at = o.occurred_at
 WHERE o.due_at <= clock_timestamp()
   AND NOT EXISTS (
        SELECT 1 FROM events_outbox earlier
         WHERE earlier.handler = o.handler AND earlier.subject = o.subject
           AND earlier.sequence < o.sequence)
 ORDER BY o.id
 LIMIT 1
   FOR UPDATE OF o SKIP LOCKED
"""


def drain(*, limit: int | None = None) -> int:
    """Handle what is due, up to ``limit`` items; how many were tried."""
    tried = 0
    while limit is None or tried < limit:
        if not handle_next():
            break
        tried += 1
    return tried


def handle_next() -> bool:
    """Handle the first item that is due. False if there is none."""
    claimed = None
    try:
        with transaction.atomic():
            claimed = _claim()
            if claimed is None:
                return False
            item_id, name, attempts, event = claimed
            handler = handler_named(name)
            if handler is None:
                raise LookupError(f"no handler is called {name!r} in this version")
            handler(event)
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM events_outbox WHERE id = %s", [item_id])
    except Exception as error:
        if claimed is None:  # the database failed, not a handler
            raise
        # A handler may fail for any reason; the item stays and is retried, and people are told.
        _postpone(item_id=item_id, attempts=attempts, error=error)
        log.exception("handler_failed", handler=name, event_type=event.type, subject=event.subject)
    return True


def _claim() -> tuple[int, str, int, EventRecord] | None:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM_SQL)
        row = cursor.fetchone()
    if row is None:
        return None
    item_id, name, attempts, *event = row
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
    return item_id, name, attempts, record


def _postpone(*, item_id: int, attempts: int, error: Exception) -> None:
    delay_seconds = RETRY_SECONDS[min(attempts, len(RETRY_SECONDS) - 1)]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE events_outbox SET attempts = attempts + 1, last_error = %s,"
            " due_at = clock_timestamp() + make_interval(secs => %s) WHERE id = %s",
            [f"{type(error).__name__}: {error}"[:1000], delay_seconds, item_id],
        )
