"""Which orders to take, and how much is left to the pools. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

RUNGS = (1, 2, 4)
"""Makers are asked for all of it, a half and a quarter: who can't carry all may carry a part."""
MOST_ORDERS = 2
"""Orders that are taken at a time: each is a transaction with its own gas."""


def ladder_sizes(amount_in: int, *, least: int, most: int) -> tuple[int, ...]:
    """Sizes that a maker is asked for, largest first; none where its terms leave no room.

    Args:
        least, most: base units that its terms bound an order by.
    """
    return tuple(
        sorted({size for rung in RUNGS if least <= (size := amount_in // rung) <= most} - {0})
    )[::-1]


@dataclass(frozen=True, slots=True)
class Offer:
    """A valid order, as the choice sees it.

    Attributes:
        key: names the order.
        amount_in, amount_out: base units, whole or not at all.
        cost: of the token out, what the gas of its own transaction is worth.
    """

    key: str
    maker: str
    amount_in: int
    amount_out: int
    cost: int

    @property
    def net(self) -> int:
        return self.amount_out - self.cost


@dataclass(frozen=True, slots=True)
class Choice:
    """
    Attributes:
        offers: to be taken; none where the pools alone give most.
        rest: base units in that are left to the pools.
        net: base units out of all of it after gas.
    """

    offers: tuple[Offer, ...]
    rest: int
    net: int


def choose(
    offers: Iterable[Offer], amount_in: int, *, pools: Callable[[int], int | None]
) -> Choice | None:
    """The way that leaves most after gas: pools alone, or up to two orders and pools for the rest.

    At most one order of a maker is taken: its rungs are one and the same liquidity, quoted thrice.
    What gives no more than the pools alone is left to them.

    Args:
        pools: base units out of the pools after gas for so many in; None where they can't take it.
            Asked once for each rest.

    Returns:
        None where nothing takes all of it.
    """
    known: dict[int, int | None] = {0: 0}

    def rest_net(rest: int) -> int | None:
        if rest not in known:
            known[rest] = pools(rest)
        return known[rest]

    alone = rest_net(amount_in)
    best = None if alone is None else Choice((), amount_in, alone)
    for taken in _sets([offer for offer in offers if 0 < offer.amount_in <= amount_in]):
        rest = amount_in - sum(offer.amount_in for offer in taken)
        left = rest_net(rest) if rest >= 0 else None
        if left is None:
            continue
        net = left + sum(offer.net for offer in taken)
        if best is None or net > best.net:
            best = Choice(taken, rest, net)
    return best


def _sets(offers: Sequence[Offer]) -> Iterable[tuple[Offer, ...]]:
    for count in range(1, MOST_ORDERS + 1):
        for taken in combinations(offers, count):
            if len({offer.maker for offer in taken}) == count:
                yield taken
