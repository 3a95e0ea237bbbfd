"""Questions about what happened."""

from collections.abc import Sequence
from uuid import UUID

from gateway.events.cursors import PAGE_SIZE, Page, newest_page
from gateway.events.models import Event, OutboxItem


def events_after(*, subject: str, sequence: int = 0) -> list[Event]:
    """The events of a subject after a sequence number, in order. One query."""
    return list(Event.objects.filter(subject=subject, sequence__gt=sequence).order_by("sequence"))


def events_for_shop(
    *,
    shop_id: UUID,
    types: Sequence[str] = (),
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[Event]:
    """A shop's events, newest first. One query."""
    events = Event.objects.filter(shop_id=shop_id)
    if types:
        events = events.filter(type__in=types)
    return newest_page(events, cursor=cursor, size=size)


def outbox_waiting() -> int:
    """How many (event, handler) pairs are still to be handled. One query."""
    return OutboxItem.objects.count()
