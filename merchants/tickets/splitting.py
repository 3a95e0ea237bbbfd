"""A bill in parts that add up to it. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from merchants.tickets.errors import SplitInvalid
from merchants.tickets.spreading import spread

MOST_PARTS: Final = 20


def split_evenly(due_units: int, parts: int) -> tuple[int, ...]:
    """``parts`` parts that differ by one minor unit at most, the larger ones first.

    Raises:
        SplitInvalid: there would be a part of nothing, or too many.
    """
    if not 1 <= parts <= MOST_PARTS or due_units < parts:
        raise SplitInvalid
    return spread(due_units, [1] * parts)


def split_by_lines(
    due_of_lines: Sequence[int], payers: Mapping[int, Sequence[int]], *, parts: int
) -> tuple[int, ...]:
    """What each of ``parts`` parts comes to by who pays which line.

    Args:
        due_of_lines: minor units of each line, tax with it.
        payers: for each line, by its place, the parts (1 …) that share it, the larger share first.

    Raises:
        SplitInvalid: a line has nobody, or a part nothing to pay, or there are too many.
    """
    if not 1 <= parts <= MOST_PARTS or set(payers) != set(range(len(due_of_lines))):
        raise SplitInvalid
    sums = [0] * parts
    for line, units in enumerate(due_of_lines):
        sharing = payers[line]
        if not sharing or len(set(sharing)) != len(sharing):
            raise SplitInvalid
        if not all(1 <= part <= parts for part in sharing):
            raise SplitInvalid
        for part, share in zip(sharing, spread(units, [1] * len(sharing)), strict=True):
            sums[part - 1] += share
    if min(sums) <= 0:
        raise SplitInvalid
    return tuple(sums)
