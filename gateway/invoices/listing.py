"""A shop's invoices, chosen and sorted, page by page: what a table shows and a file holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from gateway.events.cursors import PAGE_SIZE, Page
from gateway.events.ids import least_id_of
from gateway.events.ordering import BY_TIME, NEWEST, Order, both_ways, sorted_page
from gateway.invoices.models import Invoice, Payment

ORDERS: Final = (*BY_TIME, *both_ways("amount", down="largest", up="smallest", by="amount_units"))
Tender = Literal["", "tokens", "card"]
TENDERS: Final[tuple[Tender, ...]] = ("tokens", "card")
ROWS_AT_ONCE: Final = 500

_ID_SLACK: Final = timedelta(days=1)
"""An id tells when it was made; no invoice is dated so far from that. It lets the index of ids lead
to the days that are asked for."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which invoices, and in what order. What is empty is not asked for.

    Attributes:
        token: code of a token that paid, or a part of it.
        maker_begins, maker_ends: of ``created_by``: who asked for the money.
        begin, end: of the time at which it was asked for; ``end`` itself is not in it.
        least_units, most_units: minor units of the invoice's currency, both in it.
    """

    statuses: tuple[str, ...] = ()
    exception: str = ""
    tender: Tender = ""
    token: str = ""
    maker_begins: str = ""
    maker_ends: str = ""
    begin: datetime | None = None
    end: datetime | None = None
    least_units: int | None = None
    most_units: int | None = None
    order: Order = NEWEST


def listed_page(
    *, shop_id: UUID, wanted: Wanted, cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[Invoice]:
    """One page. One query, along the index of the order that is wanted.

    Raises:
        BadCursor: the cursor isn't one of this order.
    """
    return sorted_page(_chosen(shop_id, wanted), order=wanted.order, cursor=cursor, size=size)


def listed_all(*, shop_id: UUID, wanted: Wanted) -> Iterator[Invoice]:
    """All of them, read page by page, a query each: as many as there are may be streamed."""
    cursor: str | None = None
    while True:
        page = listed_page(shop_id=shop_id, wanted=wanted, cursor=cursor, size=ROWS_AT_ONCE)
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return


def _chosen(shop_id: UUID, wanted: Wanted) -> "QuerySet[Invoice]":
    invoices = Invoice.objects.filter(shop_id=shop_id)
    if wanted.statuses:
        invoices = invoices.filter(status__in=wanted.statuses)
    if wanted.exception:
        invoices = invoices.filter(exceptions__contains=[wanted.exception])
    if wanted.tender == "card":
        invoices = invoices.exclude(card="")
    elif wanted.tender == "tokens":
        invoices = invoices.filter(card="").exclude(received=[])
    if wanted.token:
        paid = Payment.objects.filter(
            invoice_id=OuterRef("id"), token_asset=wanted.token, reversed_at=None
        )
        invoices = invoices.filter(Exists(paid))
    if wanted.maker_begins:
        invoices = invoices.filter(created_by__startswith=wanted.maker_begins)
    if wanted.maker_ends:
        invoices = invoices.filter(created_by__endswith=wanted.maker_ends)
    return invoices.filter(_in_time(wanted) & _in_amount(wanted))


def _in_time(wanted: Wanted) -> Q:
    chosen = Q()
    if wanted.begin is not None:
        earliest = least_id_of(wanted.begin - _ID_SLACK)
        chosen &= Q(created_at__gte=wanted.begin, id__gte=earliest)
    if wanted.end is not None:
        chosen &= Q(created_at__lt=wanted.end, id__lt=least_id_of(wanted.end + _ID_SLACK))
    return chosen


def _in_amount(wanted: Wanted) -> Q:
    chosen = Q()
    if wanted.least_units is not None:
        chosen &= Q(amount_units__gte=wanted.least_units)
    if wanted.most_units is not None:
        chosen &= Q(amount_units__lte=wanted.most_units)
    return chosen
