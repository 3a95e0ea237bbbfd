"""What a shop's payments cost on each day: the fee as booked, and what of the token rates held."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from gateway.invoices.models import Payment
from gateway.invoices.quotebook import Book
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import Asset
from gateway.settlement.reports.costs import PaymentCosts, payment_costs
from gateway.settlement.reports.sales import Sale, sales

AT_ONCE: Final = 500
HEADING: Final = (
    *("day", "token", "settlement_asset", "payments", "gross", "fee"),
    *("spread", "lock_premium", "venue", "gas", "untold"),
)


@dataclass(frozen=True, slots=True)
class SaleCosts:
    """A payment that was credited or taken back, with what it cost."""

    sale: Sale
    costs: PaymentCosts
    book: Book

    @property
    def sign(self) -> int:
        return -1 if self.sale.happening == "taken_back" else 1


@dataclass(slots=True)
class RateCostDay:
    """A day's payments in one token, credited in one asset; what was taken back is taken off.

    Attributes:
        token: without its decimals where no payment's book quoted it: then nothing is told in it.
        payments: less those that were taken back.
        gross_units, fee_units: of the settlement asset; the fee is the journal's.
        spread_units, lock_premium_units, fill_units, gas_units: of the token, in its base units:
            the sums of what each payment's rate held.
        untold: payments whose rate is not in their invoice's book: nothing is told of its parts.
    """

    day: date
    token: Asset
    settled: Asset
    payments: int = 0
    gross_units: int = 0
    fee_units: int = 0
    spread_units: int = 0
    lock_premium_units: int = 0
    fill_units: int = 0
    gas_units: int = 0
    untold: int = 0

    def add(self, found: SaleCosts) -> None:
        sign, rate = found.sign, found.costs.rate
        self.payments += sign
        self.gross_units += sign * found.costs.gross_units
        self.fee_units += sign * found.costs.fee_units
        if rate is None:
            self.untold += sign
            return
        self.spread_units += sign * rate.spread_units
        self.lock_premium_units += sign * rate.lock_premium_units
        self.fill_units += sign * rate.fill_units
        self.gas_units += sign * rate.gas_units


def costs_of_sales(
    *, shop_id: UUID, first: date, last: date, zone: ZoneInfo
) -> Iterator[SaleCosts]:
    """Every payment credited or taken back, oldest first. Two queries for each ``AT_ONCE`` rows: as
    many as there are may be streamed."""
    found = sales(shop_id=shop_id, first=first, last=last, zone=zone)
    while batch := list(islice(found, AT_ONCE)):
        ids = sorted({sale.payment_id for sale in batch})
        payments = Payment.objects.select_related("invoice").in_bulk(ids)
        books: dict[UUID, Book] = {}
        for sale in batch:
            payment = payments[sale.payment_id]
            book = books.get(payment.invoice_id)
            if book is None:
                book = books[payment.invoice_id] = payment.invoice.promises
            yield SaleCosts(sale, payment_costs(payment, book=book), book)


def rate_cost_days(
    *, shop_id: UUID, first: date, last: date, zone: ZoneInfo
) -> Iterator[RateCostDay]:
    """By day, token and settlement asset, oldest first; a day is told once it is complete. As many
    queries as ``costs_of_sales``."""
    day: date | None = None
    rows: dict[tuple[str, str], RateCostDay] = {}
    for found in costs_of_sales(shop_id=shop_id, first=first, last=last, zone=zone):
        on = found.sale.at.astimezone(zone).date()
        if on != day:
            yield from (rows[key] for key in sorted(rows))
            day, rows = on, {}
        costs, book = found.costs, found.book
        key = (costs.token, costs.settlement_asset)
        if key not in rows:
            settled = Asset(costs.settlement_asset, book.settlement_decimals)
            rows[key] = RateCostDay(on, Asset(costs.token, 0), settled)
        if (quoted := book.tokens.get(costs.token)) is not None:
            rows[key].token = Asset(costs.token, quoted.decimals)
        rows[key].add(found)
    yield from (rows[key] for key in sorted(rows))


def rate_cost_rows(
    *, shop_id: UUID, first: date, last: date, zone: ZoneInfo
) -> Iterator[list[str]]:
    """The days as rows of text, heading first."""
    yield list(HEADING)
    for day in rate_cost_days(shop_id=shop_id, first=first, last=last, zone=zone):
        held = (day.spread_units, day.lock_premium_units, day.fill_units, day.gas_units)
        yield [
            day.day.isoformat(),
            day.token.code,
            day.settled.code,
            str(day.payments),
            *(_told(units, day.settled) for units in (day.gross_units, day.fee_units)),
            *(_told(units, day.token) for units in held),
            str(day.untold),
        ]


def _told(units: int, asset: Asset) -> str:
    return format_amount(Amount(units, asset), trim=True)
