"""Say that something happened."""

import json
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from gateway.events.errors import NotInTransaction
from gateway.events.ids import uuid7
from gateway.events.subscriptions import handlers_for

EMIT_SQL = "SELECT events_emit(%s, %s, %s, %s, %s, %s, %s::jsonb, %s)"


def emit(
    *,
    type: str,
    subject: str,
    body: dict[str, Any],
    mode: str,
    shop_id: UUID | None = None,
    now: datetime | None = None,
) -> UUID:
    """Record an event and queue it for its handlers, in the caller's transaction. One statement.

    Args:
        subject: what it happened to, "kind:id"; its events are numbered and handled in order.
        body: JSON that stands on its own; amounts as strings.

    Raises:
        NotInTransaction: no transaction is open, so event and cause could part.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction(f"{type} for {subject}")
    event_id = uuid7()
    with connection.cursor() as cursor:
        cursor.execute(
            EMIT_SQL,
            emit_parameters(
                event_id=event_id,
                type=type,
                subject=subject,
                body=body,
                mode=mode,
                shop_id=shop_id,
                now=now or timezone.now(),
            ),
        )
    return event_id


def emit_parameters(
    *,
    event_id: UUID,
    type: str,
    subject: str,
    body: dict[str, Any],
    mode: str,
    shop_id: UUID | None,
    now: datetime,
) -> list[Any]:
    """The parameters of ``EMIT_SQL``, for a verb that writes state and event in one statement."""
    return [
        event_id,
        now,
        type,
        mode,
        shop_id,
        subject,
        json.dumps(body, separators=(",", ":")),
        list(handlers_for(type)),
    ]


def ensure_partitions(*, today: date, months: int = 3) -> int:
    """Create the monthly partitions from ``today`` on that are missing; how many were made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT events_ensure_partitions(%s, %s)", [today, months])
        row = cursor.fetchone()
    return int(row[0])
