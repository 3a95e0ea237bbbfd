"""Who looked up whom."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from gateway.compliance.inquiring.models import Inquiry
from gateway.compliance.sealed.sealing import opened
from gateway.compliance.sealed.tokens import ERASED
from gateway.events.cursors import PAGE_SIZE, Page
from gateway.events.ordering import NEWEST, Order, sorted_page


def inquiries_page(
    *,
    by: UUID | None = None,
    order: Order = NEWEST,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[Inquiry]:
    """Looks; of one officer, if one is named. One query.

    Raises:
        BadCursor
    """
    rows = Inquiry.objects.all() if by is None else Inquiry.objects.filter(by=by)
    return sorted_page(rows, order=order, cursor=cursor, size=size)


def asked_of(inquiries: Sequence[Inquiry]) -> list[dict[str, Any] | None]:
    """Whom each of them asked about; None once that is forgotten. One query, none for no look."""
    told = opened([one.asked for one in inquiries])
    return [None if ERASED in one else one for one in told]
