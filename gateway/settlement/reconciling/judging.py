"""Whether books and world agree about one place and asset: pure.

Both sides speak of the same moment: the journal is cut at it by what each entry stands for. What
is booked and lies after the moment, and what lies before it and is not booked yet, are items under
way: each has a reference and the base units by which the world differs because of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

ItemKind = Literal[
    "not_booked_yet",
    "booked_ahead",
    "taken_back",
    "booked_by_hand",
    "on_its_way",
    "seen_once",
    "explained",
]
State = Literal["agrees", "under_way", "differs", "not_compared"]
STATES: tuple[State, ...] = ("agrees", "under_way", "differs", "not_compared")

MAX_DOUBTFUL = 12
"""Entries without a transaction that may or may not have come by the moment; more are not tried."""


@dataclass(frozen=True, slots=True)
class Item:
    """Something between books and world.

    Attributes:
        kind: ``not_booked_yet``: the world has it, the books will; ``booked_ahead``: the books
            have it, its block lies after the moment; ``taken_back``: a reorg took it and its
            reversal is coming; ``booked_by_hand``: an entry without a transaction, whose money
            comes after the moment; ``on_its_way``: named by somebody, its entry comes;
            ``seen_once``: a place that tells no block said it a first time; ``explained``: people
            know of it.
        reference: "deposit:<id>", "transaction:<id>", "entry:<key>", "difference:<id>".
        units: by which the world has more than the books because of it; may be negative.
        place: a block, a hash or a word for people.
    """

    kind: ItemKind
    reference: str
    units: int
    place: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    Attributes:
        difference: base units that the world has beyond the books and all items; 0 but where
            they differ.
        items: what was counted, the doubtful ones that were needed among them.
    """

    state: State
    difference: int
    items: tuple[Item, ...]


def judge(
    *, booked: int, told: int, items: Iterable[Item], doubtful: Sequence[Item] = ()
) -> Verdict:
    """Compare a place's balance by the books with what the world tells, to the unit.

    Args:
        booked: base units by the journal.
        told: base units by the chain, the exchange, the bank.
        items: what is surely between them.
        doubtful: what may be; as few of them as possible are counted, and none where none is
            needed or where they don't make the two agree.
    """
    sure = tuple(items)
    difference = told - booked - sum(item.units for item in sure)
    counted = sure + tuple(_fewest(doubtful[:MAX_DOUBTFUL], difference) if difference else ())
    difference -= sum(item.units for item in counted[len(sure) :])
    if difference:
        return Verdict("differs", difference, sure)
    return Verdict("under_way" if counted else "agrees", 0, counted)


def _fewest(items: Sequence[Item], difference: int) -> Sequence[Item]:
    """The fewest that add up to the difference; none if there are no such."""
    for size in range(1, len(items) + 1):
        for chosen in combinations(items, size):
            if sum(item.units for item in chosen) == difference:
                return chosen
    return ()
