"""What a shop's reserve keeps and when which part is free again: for its page and the house's."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from gateway.checkout.wording import asset_symbol, grouped, money_text, trimmed
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import Asset
from gateway.settlement.reserve import reserve_days_of
from gateway.shops.selectors import ShopView
from merchants.dashboard.charts import Chart, Day, bar_chart, round_ceiling
from merchants.dashboard.selectors import amount_text, assets_by_code, round_text, time_text

MOST_BARS: Final = 30
SHOWN_DAYS: Final = 60

Parts = Sequence[tuple[datetime, int]]


def reserve_lines(shop: ShopView, *, now: datetime) -> list[dict[str, Any]]:
    """Each asset of which something is kept, soonest free first. Two queries."""
    found = reserve_days_of(shop_id=shop.id, now=now)
    assets = assets_by_code(sorted(found))
    zone = ZoneInfo(shop.time_zone)
    return [
        _line(parts, assets[code], today=now.astimezone(zone).date(), zone=zone)
        for code, parts in found.items()
        if code in assets
    ]


def _line(parts: Parts, asset: Asset, *, today: date, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "asset": asset.code,
        "symbol": asset_symbol(asset.code),
        "held": amount_text(sum(units for _until, units in parts), asset),
        "next_at": time_text(parts[0][0]),
        "last_at": time_text(parts[-1][0]),
        "chart": let_go_chart(parts, asset, today=today, zone=zone),
        "rows": [
            {"at": time_text(until), "amount": amount_text(units, asset)}
            for until, units in parts[:SHOWN_DAYS]
        ],
        "more": max(0, len(parts) - SHOWN_DAYS),
    }


def let_go_chart(parts: Parts, asset: Asset, *, today: date, zone: ZoneInfo) -> Chart:
    """A bar a day from tomorrow to the last; of more than thirty days, a bar for so many each."""
    days = [(until.astimezone(zone).date(), units) for until, units in parts]
    ahead = max(1, *((day - today).days for day, _units in days))
    step = -(-ahead // MOST_BARS)
    sums = [0] * -(-ahead // step)
    for day, units in days:
        sums[max((day - today).days - 1, 0) // step] += units
    top = round_ceiling(max(*sums, asset.one))
    bars = [
        Day(
            units=units,
            text=money_text(round_text(units, asset), asset.code),
            day=date_format(today + timedelta(days=1 + index * step), _("j M")),
        )
        for index, units in enumerate(sums)
    ]
    return bar_chart(
        bars,
        top_text=grouped(trimmed(format_amount(Amount(top, asset)))),
        top_units=top,
        label=_("What is let go")
        + ": "
        + ", ".join(f"{bar.day} {bar.text}" for bar in bars if bar.units),
    )
