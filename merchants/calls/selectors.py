"""A shop's calls of the API."""

from typing import Final, Literal
from uuid import UUID

from django.db.models import QuerySet

from gateway.events.cursors import PAGE_SIZE, Page
from gateway.events.ordering import BY_TIME, NEWEST, Order, both_ways, sorted_page
from merchants.calls.models import Call

Outcome = Literal["", "ok", "refused", "failed"]
OUTCOMES: Final[tuple[Outcome, ...]] = ("", "ok", "refused", "failed")
"""All; below 400; 4xx; 5xx."""
ORDERS: Final = (*BY_TIME, *both_ways("taken", down="slowest", up="fastest", by="milliseconds"))
_FROM: Final = {"ok": (0, 400), "refused": (400, 500), "failed": (500, 600)}


def calls_page(
    *,
    shop_id: UUID,
    outcome: Outcome = "",
    path: str = "",
    order: Order = NEWEST,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[Call]:
    """A shop's calls, of one outcome, to paths that begin so. One query.

    Raises:
        BadCursor: the cursor isn't one of ours.
    """
    calls: QuerySet[Call] = Call.objects.filter(shop_id=shop_id)
    if outcome:
        least, below = _FROM[outcome]
        calls = calls.filter(status__gte=least, status__lt=below)
    if path:
        calls = calls.filter(path__startswith=path)
    return sorted_page(calls, order=order, cursor=cursor, size=size)


def call_get(*, shop_id: UUID, call_id: UUID) -> Call | None:
    """One call; None if the shop made none of that id, or it is past keeping. One query."""
    return Call.objects.filter(shop_id=shop_id, id=call_id).first()
