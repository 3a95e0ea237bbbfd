"""How a report looks from outside."""

from typing import Any
from zoneinfo import ZoneInfo

from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT, Asset
from gateway.settlement.reports.days import GROUPS, Day, total_of
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
