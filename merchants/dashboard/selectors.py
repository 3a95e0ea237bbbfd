"""What the dashboard's pages show, written out for people."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from gateway.chains.models import Token
from gateway.checkout.wording import grouped, money_text, trimmed
from gateway.events.selectors import events_after
from gateway.invoices.selectors import payments_of
from gateway.ledger.selectors import (
    DaySum,
    shop_days,
)
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT, Asset
from gateway.settlement.life import Payable
from gateway.settlement.selectors import payable_balances
from gateway.shops.selectors import ShopView
from merchants.dashboard.charts import Chart, Day, bar_chart, round_ceiling
from merchants.dashboard.wording import event_sign

CHART_DAYS: Final = 14
TAKINGS: Final = ("payment", "payment_late", "released")
"""The kinds of entry that bring a shop money from its sales; a reversal's kind begins alike."""


def assets_by_code(codes: Sequence[str]) -> dict[str, Asset]:
    """The tokens and currencies with these codes, with their decimals. One query."""
    rows = Token.objects.filter(code__in=codes).values_list("code", "decimals")
    currencies = {code: FIAT[code] for code in codes if code in FIAT}
    return currencies | {code: Asset(code, decimals) for code, decimals in rows}


def amount_text(units: int, asset: Asset) -> str:
    """A plain decimal with at least the cents."""
    text = trimmed(format_amount(Amount(units, asset)))
    whole, _point, fraction = text.partition(".")
    return f"{whole}.{fraction.ljust(2, '0')}" if asset.decimals >= 2 else text


def round_text(units: int, asset: Asset) -> str:
    """A plain decimal to the cent, rounded down: for figures one glances at."""
    cents = units // 10 ** max(asset.decimals - 2, 0)
    return format_amount(Amount(cents, Asset(asset.code, min(asset.decimals, 2))))


def balance_lines(shop: ShopView) -> list[dict[str, Any]]:
    """What the shop is owed, by asset, what of it may leave, and what stays here for now. Five
    queries."""
    balances = payable_balances(shop=shop)
    assets = assets_by_code(list(balances))
    return [
        _balance_line(balance, assets[code])
        for code, balance in balances.items()
        if code in assets and (balance.available or balance.reserved)
    ]


def _balance_line(balance: Payable, asset: Asset) -> dict[str, Any]:
    return {
        "asset": asset.code,
        "symbol": asset.symbol,
        "available": amount_text(balance.available, asset),
        "round": round_text(balance.available, asset),
        "payable": amount_text(balance.units, asset),
        "not_final": amount_text(balance.not_final, asset) if balance.not_final else "",
        "reserve": amount_text(balance.reserve, asset) if balance.reserve else "",
        "reserved": amount_text(balance.reserved, asset) if balance.reserved else "",
        "withheld": amount_text(balance.withheld, asset) if balance.withheld else "",
        "negative": balance.available < 0,
    }


def takings(
    shop_id: UUID, *, asset: Asset, today: date, zone: ZoneInfo, label: str
) -> tuple[dict[str, Any], Chart]:
    """Today's takings and the chart of the last fourteen days of ``zone``, in the settlement asset.

    From the sums that the journal's entries maintain. One query.
    """
    first = today - timedelta(days=CHART_DAYS - 1)
    sums = [
        line
        for line in shop_days(shop_id=shop_id, first=first, last=today, zone=zone)
        if line.asset == asset.code and line.kind.startswith(TAKINGS)
    ]
    by_day = {first + timedelta(days=n): 0 for n in range(CHART_DAYS)}
    for line in sums:
        by_day[line.day] += line.available
    top = round_ceiling(max(*by_day.values(), asset.one))
    days = [
        Day(
            units=units,
            text=money_text(round_text(units, asset), asset.code),
            day=date_format(day, _("j M")),
        )
        for day, units in by_day.items()
    ]
    chart = bar_chart(
        days,
        top_text=grouped(trimmed(format_amount(Amount(top, asset)))),
        top_units=top,
        label=f"{label}: " + ", ".join(f"{day.day} {day.text}" for day in days),
    )
    today_sums = [line for line in sums if line.day == today]
    return {
        "amount": round_text(by_day[today], asset),
        "payments": _payments(today_sums),
    }, chart


def _payments(sums: Sequence[DaySum]) -> int:
    """Payments of a day, less those that were taken back."""
    return sum(line.entries if line.kind in TAKINGS else -line.entries for line in sums)


def timeline(invoice_id: UUID) -> list[dict[str, Any]]:
    """What happened to an invoice, newest first. One query."""
    return [
        {
            "type": event.type,
            "at": event.occurred_at.isoformat(),
            "at_text": time_text(event.occurred_at),
            "tone": event_sign(event.type).tone,
            "word": event_sign(event.type).word,
        }
        for event in reversed(events_after(subject=f"invoice:{invoice_id}"))
    ]


def bookings(invoice_id: UUID) -> list[dict[str, Any]]:
    """What was credited for an invoice, with the journal's key of each entry. Two queries."""
    payments = payments_of(invoice_id)
    assets = assets_by_code([payment.settlement_asset for payment in payments])
    return [
        {
            "key": f"deposit:{payment.deposit_id}:payment",
            "credited": money_text(amount_text(payment.credited_units, asset), asset.code),
            "fee": money_text(amount_text(payment.fee_units, asset), asset.code),
            "reversed": payment.reversed_at is not None,
        }
        for payment in payments
        if (asset := assets.get(payment.settlement_asset))
    ]


def time_text(moment: datetime | str | None) -> str:
    """A moment as tables show it, by the clock of the shop whose page is drawn."""
    if moment is None:
        return "–"
    found = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return f"{timezone.localtime(found):%Y-%m-%d %H:%M}"
