"""Look into the audit log."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from gateway.events.cursors import PAGE_SIZE, Page
from gateway.events.ordering import NEWEST, Order, sorted_page
from merchants.audit.acts import acts_of
from merchants.audit.models import Record


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see of a shop's log; what is empty asks for everything.

    Attributes:
        since: from then on; until: before then.
    """

    who: str = ""
    kind: str = ""
    since: datetime | None = None
    until: datetime | None = None


def records_page(
    *,
    shop_id: UUID,
    asked: Asked,
    order: Order = NEWEST,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[Record]:
    """A shop's log. One query.

    Raises:
        BadCursor
    """
    return sorted_page(_asked(shop_id, asked), order=order, cursor=cursor, size=size)


def records_of_house(*, acts: Collection[str], most: int) -> list[Record]:
    """The latest of the house's own acts of these names. One query."""
    found = Record.objects.filter(shop_id=None, act__in=acts).order_by("-id")
    return list(found[:most])


def _asked(shop_id: UUID, asked: Asked) -> QuerySet[Record]:
    rows = Record.objects.filter(shop_id=shop_id)
    if asked.who:
        rows = rows.filter(who=asked.who)
    if asked.kind:
        rows = rows.filter(act__in=acts_of(asked.kind))
    if asked.since is not None:
        rows = rows.filter(at__gte=asked.since)
    if asked.until is not None:
        rows = rows.filter(at__lt=asked.until)
    return rows
