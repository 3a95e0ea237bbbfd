"""Money that comes back to where it started, over a few hands. Pure, with explicit bounds.

A cycle is a walk of transfers from somebody back to them, each of about the same worth, all within
one window. The order in time is not asked for: whoever moves money round may have some to begin
with. Bounds make it cheap on any graph: so many hops, so many transfers followed from each hand.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

MAX_HOPS: Final = 6
MAX_FOLLOWED: Final = 50
"""Of one hand's transfers, the newest ones: who has more is an exchange or a shop, where every
trail mixes with everybody's."""
MAX_HANDS: Final = 2_000
"""Looked at in all, for one answer."""
TOLERANCE_PERMILLE: Final = 50
"""How far amounts on the way may be from the first: 5 % for fees and rounding on each side."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One transfer onwards: to whom, of how many cents."""

    target: str
    cents: int


Onwards = Callable[[str], Iterable[Edge]]
"""The transfers from a hand within the window, the newest first."""


@dataclass(frozen=True, slots=True)
class CycleSearch:
    """What was found.

    Attributes:
        hops: of the shortest way back, the first transfer counted; 0 for none.
        path: the hands on it, from the first to who closes it.
        is_whole: False where a bound cut the search short: then 0 hops says nothing for sure.
    """

    hops: int
    path: tuple[str, ...]
    is_whole: bool


def cycle_from(
    *,
    source: str,
    target: str,
    cents: int,
    onwards: Onwards,
    max_hops: int = MAX_HOPS,
    tolerance_permille: int = TOLERANCE_PERMILLE,
) -> CycleSearch:
    """The shortest way by which money that ``source`` gave ``target`` came back to ``source``.

    Breadth first; each hand is looked at once. Amounts are compared with ``cents`` exactly, in
    integers.
    """
    if not source or not target or source == target:
        return CycleSearch(0, (), True)
    came_from: dict[str, str] = {target: source}
    front = [target]
    is_whole = True
    for hops in range(2, max_hops + 1):
        following: list[str] = []
        for hand in front:
            for followed, edge in enumerate(onwards(hand)):
                if followed >= MAX_FOLLOWED:
                    is_whole = False
                    break
                if not _alike(edge.cents, cents, tolerance_permille):
                    continue
                if edge.target == source:
                    return CycleSearch(hops, _path(hand, came_from, source), True)
                if edge.target in came_from or not edge.target:
                    continue
                if len(came_from) >= MAX_HANDS:
                    return CycleSearch(0, (), False)
                came_from[edge.target] = hand
                following.append(edge.target)
        front = following
    return CycleSearch(0, (), is_whole)


def _alike(cents: int, first: int, tolerance_permille: int) -> bool:
    return abs(cents - first) * 1000 <= first * tolerance_permille


def _path(last: str, came_from: dict[str, str], source: str) -> tuple[str, ...]:
    path = [last]
    while path[-1] != source:
        path.append(came_from[path[-1]])
    return tuple(reversed(path))
