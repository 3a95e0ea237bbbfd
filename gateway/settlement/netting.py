"""How a shortfall is made good by the shop's own money: pure."""

from collections.abc import Sequence


def made_good(open_units: Sequence[int], *, short: int) -> list[int]:
    """Base units of each open shortfall that were made good, the oldest first.

    Args:
        open_units: of each, oldest first.
        short: base units by which the shop's balance is below zero now.
    """
    good = max(0, sum(open_units) - max(0, short))
    parts = []
    for units in open_units:
        part = min(units, good)
        parts.append(part)
        good -= part
    return parts


def newly_short(open_units: Sequence[int], *, short: int, taken_back: int) -> int:
    """Base units that a payment of ``taken_back``, taken back, leaves a shop short of.

    What earlier ones explain already is theirs, and a payment explains no more than itself.
    """
    return max(0, min(short - sum(open_units), taken_back))
