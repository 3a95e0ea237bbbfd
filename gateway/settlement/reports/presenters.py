"""How a report looks from outside."""

from typing import Any
from zoneinfo import ZoneInfo

from gateway.invoices.quotebook import Book
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT, Asset
from gateway.settlement.reports.costs import (
    InvoiceCosts,
    PaymentCosts,
    PayoutCosts,
    RateParts,
)
from gateway.settlement.reports.days import GROUPS, Day, total_of
from gateway.settlement.reports.payout_costs import PayoutCostDay
from gateway.settlement.reports.rate_costs import RateCostDay
from gateway.settlement.reports.reporting import DailyReport, Period
from gateway.settlement.reports.sales import CurrencyDay


def daily_as_dict(report: DailyReport, *, period: Period, zone: ZoneInfo) -> dict[str, Any]:
    """The whole report; amounts as text."""
    return {
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        "time_zone": zone.key,
        "days": [_day(day, report.assets[day.asset]) for day in report.days],
        "totals": [
            _day(day, report.assets[code]) | {"day": None}
            for code, day in total_of(report.days).items()
        ],
        "currencies": [_currency_day(day) for day in report.currencies],
        "payout_costs": [_cost_day(day) for day in report.payout_costs],
        "payment_costs": [payment_cost_day(day) for day in report.payment_costs],
    }


def costs_as_dict(costs: InvoiceCosts, *, book: Book) -> dict[str, Any]:
    """What an invoice cost; amounts as text. No query."""
    return {
        "payments": [_payment_costs(each, book) for each in costs.payments],
        "payouts": [_payout_costs(each) for each in costs.payouts],
    }


def _payment_costs(costs: PaymentCosts, book: Book) -> dict[str, Any]:
    settled = Asset(costs.settlement_asset, book.settlement_decimals)
    return {
        "payment_id": str(costs.payment_id),
        "token": costs.token,
        "settlement_asset": costs.settlement_asset,
        "gross": format_amount(Amount(costs.gross_units, settled), trim=True),
        "fee": format_amount(Amount(costs.fee_units, settled), trim=True),
        "rate": _rate(costs.rate, Asset(costs.token, book.tokens[costs.token].decimals))
        if costs.rate
        else None,
        "taken_back": costs.is_reversed,
    }


def _rate(parts: RateParts, token: Asset) -> dict[str, str]:
    units = {
        "spread": parts.spread_units,
        "lock_premium": parts.lock_premium_units,
        "fill": parts.fill_units,
        "gas": parts.gas_units,
    }
    return {name: format_amount(Amount(part, token), trim=True) for name, part in units.items()}


def _payout_costs(costs: PayoutCosts) -> dict[str, Any]:
    ramp_fee = Amount(costs.ramp_fee_units, Asset(costs.asset, costs.decimals))
    return {
        "payout_id": str(costs.payout_id),
        "balance_asset": costs.balance_asset,
        "asset": costs.asset,
        "units": str(costs.units),
        "chain_id": costs.chain_id,
        "gas_wei": str(costs.gas_wei),
        "ramp_fee": format_amount(ramp_fee, trim=True),
        "ramp_fee_bearer": costs.ramp_fee_bearer,
    }


def _day(day: Day, asset: Asset) -> dict[str, Any]:
    def told(units: int) -> str:
        return format_amount(Amount(units, asset), trim=True)

    return {
        "day": day.day.isoformat(),
        "asset": day.asset,
        "payments": day.payments,
        "opening": told(day.opening),
        **{group: told(day.changes.get(group, 0)) for group in GROUPS},
        "closing": told(day.closing),
    }


def _cost_day(day: PayoutCostDay) -> dict[str, Any]:
    ramp_fee = Amount(day.ramp_fee_units, Asset(day.asset, day.decimals))
    return {
        "day": day.day.isoformat(),
        "payouts": day.payouts,
        "chain_id": day.chain_id,
        "asset": day.asset,
        "gas_wei": str(day.gas_wei),
        "ramp_fee": format_amount(ramp_fee, trim=True),
        "ramp_fee_bearer": day.ramp_fee_bearer,
    }


def payment_cost_day(day: RateCostDay) -> dict[str, Any]:
    """A day's fee and what its rates held, as an invoice's own costs name them."""
    parts = RateParts(day.spread_units, day.lock_premium_units, day.fill_units, day.gas_units)
    return {
        "day": day.day.isoformat(),
        "token": day.token.code,
        "settlement_asset": day.settled.code,
        "payments": day.payments,
        "gross": format_amount(Amount(day.gross_units, day.settled), trim=True),
        "fee": format_amount(Amount(day.fee_units, day.settled), trim=True),
        "rate": _rate(parts, day.token),
        "untold": day.untold,
    }


def _currency_day(day: CurrencyDay) -> dict[str, Any]:
    currency = FIAT[day.currency]
    return {
        "day": day.day.isoformat(),
        "currency": day.currency,
        "payments": day.payments,
        "value": format_amount(Amount(day.value_units, currency)),
        "tax": format_amount(Amount(day.tax_units, currency)),
        "tip": format_amount(Amount(day.tip_units, currency)),
    }
