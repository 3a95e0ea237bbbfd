"""A shop's events, for programs that ask instead of being called."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from gateway.events.cursors import Page, decode_cursor, encode_cursor
from gateway.events.errors import TillwayError
from gateway.events.ids import least_id_of
from gateway.events.models import Event
from merchants.webhooks.catalogue import SHOP_EVENTS

SETTLED_AFTER: Final = timedelta(seconds=5)
"""A transaction that is still open may hold an event older than the newest that is visible. Who
reads forward only sees what is this old, so that nothing appears behind them; or what is fresh, and
that again."""


class EventUnknown(TillwayError):
    code = "event_not_found"
    message = "This shop has no such event."
    status = 404


def event_get(*, shop_id: UUID, event_id: UUID) -> Event:
    """One query.

    Raises:
        EventUnknown
    """
    event = Event.objects.filter(id=event_id, shop_id=shop_id, type__in=SHOP_EVENTS).first()
    if event is None:
        raise EventUnknown
    return event


def events_since(
    *,
    shop_id: UUID,
    since: datetime,
    types: tuple[str, ...],
    cursor: str | None,
    size: int,
    now: datetime,
    fresh: bool = False,
) -> Page[Event]:
    """A shop's events from ``since`` on, oldest first. One query.

    There is always a cursor to go on from: with it, the next call gives what came meanwhile.

    Args:
        fresh: those too that something may still appear before. The cursor stays in front of them,
            so that they come again, and what appeared before them comes.
    """
    settled_below = least_id_of(now - SETTLED_AFTER)
    events = Event.objects.filter(
        shop_id=shop_id, type__in=types or SHOP_EVENTS, occurred_at__gte=since
    )
    if not fresh:
        events = events.filter(id__lt=settled_below)
    if cursor:
        events = events.filter(id__gt=decode_cursor(cursor))
    rows = list(events.order_by("id")[:size])
    settled = [row.id for row in rows if row.id < settled_below]
    return Page(items=rows, next_cursor=encode_cursor(settled[-1]) if settled else cursor)


def event_as_dict(event: Event) -> dict[str, Any]:
    """As a webhook's body tells it."""
    return {
        "id": event.id,
        "type": event.type,
        "timestamp": event.occurred_at,
        "mode": event.mode,
        "subject": event.subject,
        "sequence": event.sequence,
        "data": event.body,
    }
