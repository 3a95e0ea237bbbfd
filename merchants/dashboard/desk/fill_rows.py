"""Fills and their groups as tables show them."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from gateway.market.measures.values import (
    HORIZON_SECONDS,
    REALISED_SECONDS,
    Fill,
    FillGroup,
    FillKind,
    cents_of,
)
from gateway.money.assets import Asset
from merchants.dashboard.desk import figures
from merchants.dashboard.desk.wording import fill_word
from merchants.dashboard.selectors import time_text

LOOKED_AT: Final = (None, 0, REALISED_SECONDS, HORIZON_SECONDS[-1])
"""The times that a line of one fill has room for."""


def fill_row(fill: Fill, tokens: Mapping[str, Asset]) -> dict[str, Any]:
    """One exchange, with what it was worth at the promise, at the fill and after."""

    def side(units: int, code: str) -> str:
        asset = tokens.get(code)
        if asset is None:
            return f"{figures.count(units)} × {code}"
        return figures.amount(units, code=code, decimals=asset.decimals)

    return {
        "entry_id": fill.entry_id,
        "word": fill_word(fill.kind),
        "at": time_text(fill.filled_at),
        "took": side(fill.took_units, fill.took_asset),
        "gave": side(fill.gave_units, fill.gave_asset),
        "notional": figures.dollars(
            None if fill.notional_usd_e6 is None else cents_of(fill.notional_usd_e6)
        ),
        "quoted": figures.basis_points(fill.quoted.spread_ppm) if fill.quoted else "",
        "reversed": fill.reversed,
        "markouts": [
            {
                "word": time_word(each.seconds),
                "text": "…" if each.pending else figures.whole_bps(fill.bps(each)),
            }
            for each in fill.markouts
            if each.seconds in LOOKED_AT
        ],
    }


def group_row(group: FillGroup) -> dict[str, Any]:
    """Fills added up: quoted against realised, and the markouts."""
    return {
        "word": fill_word(group.kind),
        "kind": group.kind.value,
        "asset": group.asset or "",
        "day": group.day.isoformat() if group.day else "",
        "fills": figures.count(group.fills),
        "quoted": figures.whole_bps(group.quoted_spread_bps)
        if group.kind is FillKind.PAYMENT
        else figures.NOTHING,
        "edge": figures.whole_bps(group.edge_at_issue_bps),
        "realised": figures.whole_bps(group.realised_spread_bps),
        "points": [
            {
                "word": time_word(each.seconds),
                "bps": figures.whole_bps(each.bps),
                "dollars": figures.dollars(each.cents if each.fills else None, signed=True),
                "fills": figures.count(each.fills),
                "missing": figures.count(each.missing) if each.missing else "",
            }
            for each in group.markouts
        ],
    }


def time_word(seconds: int | None) -> str:
    """When a fill is looked at."""
    if seconds is None:
        return _("At the promise")
    if seconds == 0:
        return _("At the fill")
    return _("After %(time)s") % {"time": figures.duration(seconds * 1000)}
