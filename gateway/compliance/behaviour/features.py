"""What a stream's event looks like to the trees: whole millionths between 0 and 1. Pure.

Sizes and times are on a scale of logarithms, floored at sixteenths of a doubling, in integers: the
same on every machine.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

PPM: Final = 1_000_000
FINE: Final = 16
SIZE_DOUBLINGS: Final = 80
"""Base units up to 2⁸⁰, a million of a token of 18 decimals: what is more looks like that."""
GAP_DOUBLINGS: Final = 20
"""Seconds up to 12 days."""
PACE_DOUBLINGS: Final = 10
"""Up to a thousand in the hour before."""
PACE_WINDOW: Final = timedelta(hours=1)
HALF_DAY: Final = 720

Kind = Literal["payment", "refund", "payout"]
KINDS: Final[tuple[Kind, ...]] = ("payment", "refund", "payout")
NAMES: Final = ("gap", "hour", "kind", "pace", "quarter", "size", "weekday")
"""In the order in which the trees know them."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of a shop's stream.

    Attributes:
        units: base units of the asset that the shop is settled in.
    """

    kind: Kind
    units: int
    at: datetime


def features_of(
    one: Happened, *, last: datetime | None, pace: int, zone: ZoneInfo
) -> dict[str, int]:
    """The features of an event after those before it.

    ``hour`` and ``quarter`` are how far the local time is from noon and from six in the evening,
    so that midnight has neighbours on both sides.

    Args:
        last: when the one before it of its kind happened; None: there was none.
        pace: how many of its kind happened in the ``PACE_WINDOW`` before it.
    """
    gap = GAP_DOUBLINGS * FINE if last is None else _doublings(int((one.at - last).total_seconds()))
    local = one.at.astimezone(zone)
    minute = local.hour * 60 + local.minute
    return {
        "gap": _share(gap, GAP_DOUBLINGS),
        "hour": abs(minute - HALF_DAY) * PPM // HALF_DAY,
        "kind": KINDS.index(one.kind) * PPM // (len(KINDS) - 1),
        "pace": _share(_doublings(pace), PACE_DOUBLINGS),
        "quarter": abs((minute + 360) % (2 * HALF_DAY) - HALF_DAY) * PPM // HALF_DAY,
        "size": _share(_doublings(one.units), SIZE_DOUBLINGS),
        "weekday": local.weekday() * PPM // 6,
    }


def _doublings(number: int) -> int:
    """Sixteenths of doublings from 1 to ``number`` + 1, rounded down: ⌊16·log₂(n + 1)⌋."""
    return int(((max(number, 0) + 1) ** FINE).bit_length()) - 1


def _share(sixteenths: int, doublings: int) -> int:
    return min(sixteenths, doublings * FINE) * PPM // (doublings * FINE)


def features_from(told: Mapping[str, Any]) -> dict[str, int]:
    """Features as a row or evidence holds them.

    Raises:
        ValueError: they are others than this version's.
    """
    if set(told) != set(NAMES):
        raise ValueError(f"features {sorted(told)}, not {list(NAMES)}")
    return {name: int(told[name]) for name in NAMES}
