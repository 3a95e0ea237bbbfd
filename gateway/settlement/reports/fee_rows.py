"""What each payment cost, as rows: the fee as booked, and what of the token its rate held."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import Asset
from gateway.settlement.reports.rate_costs import SaleCosts, costs_of_sales
from gateway.settlement.reports.reporting import Period

HEADING: Final = (
    *("time", "what", "invoice", "payment", "fee_version", "settlement_asset", "gross", "fee"),
    *("token", "spread", "lock_premium", "venue", "gas"),
)


def fee_rows(*, shop_id: UUID, period: Period, zone: ZoneInfo) -> Iterator[list[str]]:
    """A row per payment credited or taken back (negative), heading first. Three queries a thousand
    rows: as many as there are may be streamed."""
    yield list(HEADING)
    first, last = period.first, period.last
    for found in costs_of_sales(shop_id=shop_id, first=first, last=last, zone=zone):
        yield _row(found, zone)


def _row(found: SaleCosts, zone: ZoneInfo) -> list[str]:
    sale, costs, book = found.sale, found.costs, found.book
    settled = Asset(costs.settlement_asset, book.settlement_decimals)

    def told(units: int, asset: Asset) -> str:
        return format_amount(Amount(found.sign * units, asset), trim=True)

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
