"""Questions about what happened."""

from collections.abc import Sequence
from uuid import UUID

from gateway.events.cursors import PAGE_SIZE, Page
from gateway.events.models import Event, OutboxItem
from gateway.events.ordering import NEWEST, Order, sorted_page


def events_after(*, subject: str, sequence: int = 0) -> list[Event]:
    """The events of a subject after a sequence number, in order. One query."""
    return list(Event.objects.filter(subject=subject, sequence__gt=sequence).order_by("sequence"))


def events_for_shop(
    *,
    shop_id: UUID,
    types: Sequence[str] = (),
    order: Order = NEWEST,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[Event]:
    """A shop's events. One query."""
    events = Event.objects.filter(shop_id=shop_id)
    if types:
        events = events.filter(type__in=types)
    return sorted_page(events, order=order, cursor=cursor, size=size)


def outbox_waiting() -> int:
    """How many (event, handler) pairs are still to be handled. One query."""
    return OutboxItem.objects.count()
