"""Questions about what happened."""

from collections.abc import Sequence
from uuid import UUID

from gateway.events.cursors import PAGE_SIZE, Page, decode_cursor, page_of
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
    events = Event.objects.filter(shop_id=shop_id).order_by("-id")
    if types:
        events = events.filter(type__in=types)
    if cursor:
        events = events.filter(id__lt=decode_cursor(cursor))
    rows = list(events[: size + 1])
    return page_of(rows, size=size, last_id=rows[size - 1].id if len(rows) > size else None)


def outbox_waiting() -> int:
    """How many (event, handler) pairs are still to be handled. One query."""
    return OutboxItem.objects.count()
