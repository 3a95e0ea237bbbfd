"""What each payment cost, as rows: the fee as booked, and what of the token its rate held."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from gateway.invoices.models import Payment
from gateway.invoices.quotebook import Book, decode_book
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import Asset
from gateway.settlement.reports.costs import payment_costs
from gateway.settlement.reports.reporting import Period
from gateway.settlement.reports.sales import Sale, sales

AT_ONCE: Final = 500
HEADING: Final = (
    *("time", "what", "invoice", "payment", "fee_version", "settlement_asset", "gross", "fee"),
    *("token", "spread", "lock_premium", "venue", "gas"),
)


def fee_rows(*, shop_id: UUID, period: Period, zone: ZoneInfo) -> Iterator[list[str]]:
    """A row per payment credited or taken back (negative), heading first. Three queries a thousand
    rows: as many as there are may be streamed."""
    yield list(HEADING)
    found = sales(shop_id=shop_id, first=period.first, last=period.last, zone=zone)
    while batch := list(islice(found, AT_ONCE)):
        payments = Payment.objects.select_related("invoice").in_bulk(_ids(batch))
        books: dict[UUID, Book] = {}
        for sale in batch:
            payment = payments[sale.payment_id]
            book = books.get(payment.invoice_id)
            if book is None:
                book = books[payment.invoice_id] = decode_book(payment.invoice.book)
            yield _row(sale, payment, book, zone)


def _ids(batch: Iterable[Sale]) -> list[UUID]:
    return sorted({sale.payment_id for sale in batch})


def _row(sale: Sale, payment: Payment, book: Book, zone: ZoneInfo) -> list[str]:
    costs = payment_costs(payment, book=book)
    sign = -1 if sale.happening == "taken_back" else 1
    settled = Asset(costs.settlement_asset, book.settlement_decimals)

    def told(units: int, asset: Asset) -> str:
        return format_amount(Amount(sign * units, asset), trim=True)

    held = [""] * 4
    if costs.rate is not None:
        token, rate = Asset(costs.token, book.tokens[costs.token].decimals), costs.rate
        parts = (rate.spread_units, rate.lock_premium_units, rate.fill_units, rate.gas_units)
        held = [told(units, token) for units in parts]
    return [
        sale.at.astimezone(zone).isoformat(timespec="seconds"),
        sale.happening,
        str(sale.invoice_id),
        str(sale.payment_id),
        str(book.terms.fee_version),
        costs.settlement_asset,
        told(costs.gross_units, settled),
        told(costs.fee_units, settled),
        costs.token,
        *held,
    ]
