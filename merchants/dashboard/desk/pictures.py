"""Series for the charts, as JSON beside the tables that say the same. Positions, never money."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from gateway.ledger.statements import Change
from gateway.market.liquidity.history import Point
from gateway.market.measures.holdings import Depth, EquityPoint
from gateway.market.measures.values import FillGroup
from merchants.dashboard.desk import figures

MOST_POINTS: Final = 500


def depth_picture(depth: Depth) -> dict[str, Any]:
    """Whole tokens that can be sold below and bought above the fair value, by distance."""
    sells = [(-level.bps, level.sell_units) for level in reversed(depth.levels)]
    buys = [(level.bps, level.buy_units) for level in depth.levels]
    x = [bps for bps, _sold in sells] + [0] + [bps for bps, _bought in buys]
    down = [_whole(units, depth.decimals) for _at, units in sells]
    up = [_whole(units, depth.decimals) for _at, units in buys]
    return {
        "kind": "depth",
        "names": [_("Distance"), _("Can be sold"), _("Can be bought")],
        "x": x,
        "series": [[*down, 0, *[None] * len(up)], [*[None] * len(down), 0, *up]],
    }


def inventory_points(
    changes: Sequence[Change], *, now_units: int, now: datetime
) -> list[tuple[datetime, int]]:
    """What was held after each change, oldest first, and now. Changes are the newest first."""
    held, points = now_units, [(now, now_units)]
    for change in changes:
        points.append((change.booked_at, held))
        # The account is owed to: what it is credited with, the desk holds more of.
        held += change.units
    if changes:
        points.append((changes[-1].booked_at - timedelta(milliseconds=1), held))
    return points[::-1]


def inventory_picture(
    points: Sequence[tuple[datetime, int]],
    *,
    decimals: int,
    target: int = 0,
    bound: int | None = None,
) -> dict[str, Any]:
    """Held beyond the target over time, as steps, with the bounds."""
    step = max(1, len(points) // MOST_POINTS)
    kept = list(points[::step])
    if points and kept[-1] != points[-1]:
        kept.append(points[-1])
    return {
        "kind": "inventory",
        "names": ["UTC", _("Beyond target")],
        "x": [at.timestamp() for at, _held in kept],
        "series": [[_whole(units, decimals) for _at, units in kept]],
        "bound": None if bound is None else _whole(bound, decimals),
    }


def markout_picture(group: FillGroup) -> dict[str, Any]:
    """Basis points to the desk, from the promise on."""
    return {
        "kind": "markouts",
        "names": [_("When"), _("Basis points")],
        "labels": [markout_word(each.seconds) for each in group.markouts],
        "x": list(range(len(group.markouts))),
        "series": [[each.bps for each in group.markouts]],
    }


def equity_picture(points: Sequence[EquityPoint]) -> dict[str, Any]:
    """The desk's result minute by minute, in dollars."""
    step = max(1, len(points) // MOST_POINTS)
    kept = list(points[::step])
    return {
        "kind": "equity",
        "names": ["UTC", _("Dollars")],
        "x": [point.minute.timestamp() for point in kept],
        "series": [[float(Decimal(point.cents).scaleb(-2)) for point in kept]],
    }


def share_picture(points: Sequence[Point], *, decimals: int) -> dict[str, Any]:
    """What a whole token's worth of shares is worth over time, without and with its fees."""
    step = max(1, len(points) // MOST_POINTS)
    kept = list(points[::step])
    if points and kept[-1] != points[-1]:
        kept.append(points[-1])
    return {
        "kind": "share",
        "names": ["UTC", _("A share"), _("With its fees")],
        "x": [point.at_s for point in kept],
        "series": [
            [_whole(point.price, decimals) for point in kept],
            [_whole(point.price + point.earned, decimals) for point in kept],
        ],
    }


def markout_word(seconds: int | None) -> str:
    """A time after a fill, short enough for an axis."""
    if seconds is None:
        return _("promise")
    if seconds == 0:
        return _("fill")
    return figures.duration(seconds * 1000) if seconds >= 60 else f"{seconds}{figures.NBSP}s"


def _whole(units: int, decimals: int) -> float:
    """Whole tokens for a picture."""
    return float(Decimal(units).scaleb(-decimals))
