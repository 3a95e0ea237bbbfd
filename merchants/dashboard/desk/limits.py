"""Limits and positions as bars: how much of each is used, where inventory lies in its bounds."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from gateway.checkout.wording import asset_symbol
from gateway.market.measures.holdings import Limit, PositionLine, Utilisation
from gateway.market.measures.values import cents_of
from merchants.dashboard.desk import figures
from merchants.dashboard.desk.wording import limit_word

FULL: Final = 10_000
NEARLY: Final = 7_000
SCALE: Final = 1_000
"""A bar's width in its own units."""
_IN_CENTS: Final = {Limit.LEVERAGE, Limit.DAILY_LOSS}
WORTH_A_LOOK: Final = 5_000
"""Basis points from which a limit stands on the overview itself."""
LEAST_SHOWN: Final = 6


def limit_rows(
    used: Sequence[Utilisation], *, decimals: Mapping[str, int]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The fullest limits, the day's loss always among them, and the rest.

    Args:
        decimals: by asset code.
    """
    rows = [limit_row(each, decimals=decimals) for each in used]
    first = [
        row
        for index, row in enumerate(rows)
        if row["bps"] >= WORTH_A_LOOK
        or index < LEAST_SHOWN
        or row["name"] == Limit.DAILY_LOSS.value
        or (row["name"] == Limit.SIGNER_DAY.value and row["held_back"])
    ]
    return first, [row for row in rows if row not in first]


def limit_row(used: Utilisation, *, decimals: Mapping[str, int]) -> dict[str, Any]:
    """One limit: in words, in figures and as a bar."""
    bps, code = used.bps, used.subject
    return {
        "word": limit_word(used.limit_name),
        "name": used.limit_name.value,
        "subject": asset_symbol(code) if code else "",
        "held_back": used.limit is None and bool(used.used),
        "used": _amount(used.limit_name, used.used, code, decimals),
        "limit": _amount(used.limit_name, used.limit, code, decimals),
        "share": figures.percent(bps * 100, places=1) if bps is not None else "",
        "bar": min(SCALE, bps * SCALE // FULL) if bps is not None else 0,
        "tone": _tone(bps),
        "icon": {"problem": "alert", "wait": "alert", "paid": "check"}.get(_tone(bps), "clock"),
        "known": bps is not None,
        "bps": bps or 0,
    }


def _tone(bps: int | None) -> str:
    if bps is None:
        return "quiet"
    return "problem" if bps >= FULL else "wait" if bps >= NEARLY else "paid"


def _amount(limit: Limit, value: int | None, code: str, decimals: Mapping[str, int]) -> str:
    if value is None:
        return figures.NOTHING
    if limit in _IN_CENTS:
        return figures.dollars(value)
    if code in decimals:
        return figures.amount(value, code=code, decimals=decimals[code])
    return figures.count(value)


def position_row(line: PositionLine) -> dict[str, Any]:
    """One asset's inventory: against target and bound, at what mark, with what result."""
    bound = line.bound_units
    share = None
    if bound:
        share = max(-SCALE, min(SCALE, line.units * SCALE // bound))
    mark = line.mark
    return {
        "code": line.asset,
        "symbol": asset_symbol(line.asset),
        "units": figures.amount(line.units, code=line.asset, decimals=line.decimals, signed=True),
        "target": figures.amount(line.target_units, code=line.asset, decimals=line.decimals),
        "bound": figures.amount(bound, code=line.asset, decimals=line.decimals),
        "tier": figures.amount(line.tier_units, code=line.asset, decimals=line.decimals),
        "share": figures.percent(abs(share) * 1000, places=1) if share is not None else "",
        "bar": _bar(share),
        "tone": _tone(abs(share) * FULL // SCALE if share is not None else None),
        "value": _usd(line.value_usd_e6),
        "mark": figures.price(mark.usd_e18 if mark else None),
        "mark_sources": ", ".join(mark.sources) if mark else "",
        "mark_simulated": mark.simulated if mark else False,
        "mark_age": figures.duration(mark.age_ms if mark else None),
        "mark_version": mark.snapshot_version if mark else None,
        "cost": figures.price(line.average_cost_usd_e18),
        "realised": _usd(line.realised_usd_e6, signed=True),
        "unrealised": _usd(line.unrealised_usd_e6, signed=True),
        "realised_e6": line.realised_usd_e6,
        "unrealised_e6": line.unrealised_usd_e6,
        "uncosted": figures.amount(line.uncosted_units, code=line.asset, decimals=line.decimals)
        if line.uncosted_units
        else "",
        "short": line.units < 0,
        "flat": line.units == 0,
    }


def _bar(share: int | None) -> dict[str, int] | None:
    """From the middle, which is the target, to one side: x and width of ``2 * SCALE`` in all."""
    if share is None:
        return None
    return {"x": SCALE + min(share, 0), "width": max(abs(share), 4 if share else 0)}


def _usd(usd_e6: int | None, *, signed: bool = False) -> str:
    return figures.dollars(None if usd_e6 is None else cents_of(usd_e6), signed=signed)
