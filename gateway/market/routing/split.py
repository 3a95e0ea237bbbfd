"""The best split of an amount over many outlets, fixed costs included, and how good it is at least.

``search`` finds it in floating-point and bounds what any split could bring. What it finds is asked
of the outlets in whole base units, and only their answers are published.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

from gateway.market.amm.errors import AmmError, AmountRefused, NoLiquidity
from gateway.market.routing.outlets import Outlet
from gateway.market.routing.search import BOUND_MARGIN, Search, Solution

BILLION = 1_000_000_000
# A certificate of 0.001 bp is as good as none missing.
ENOUGH_PPB = 100


@dataclass(frozen=True, slots=True)
class Part:
    """What one outlet takes and gives, in its own exact answer; ``cost`` in output units."""

    outlet: str
    amount_in: int
    amount_out: int
    cost: int

    @property
    def net(self) -> int:
        return self.amount_out - self.cost


@dataclass(frozen=True, slots=True)
class Split:
    """An amount over its outlets.

    Attributes:
        bound: output units, costs off, that no split can bring more than.
        nodes: relaxations solved.
    """

    parts: tuple[Part, ...]
    bound: int
    nodes: int

    @property
    def amount_in(self) -> int:
        return sum(part.amount_in for part in self.parts)

    @property
    def amount_out(self) -> int:
        return sum(part.amount_out for part in self.parts)

    @property
    def cost(self) -> int:
        return sum(part.cost for part in self.parts)

    @property
    def net(self) -> int:
        return self.amount_out - self.cost

    @property
    def gap_ppb(self) -> int:
        """How much better the best split may be at most, in billionths of the bound, rounded up."""
        return max(0, -((self.net - self.bound) * BILLION // max(abs(self.bound), 1)))

    @property
    def gap_bp(self) -> float:
        return self.gap_ppb / 100_000


def best_single(outlets: Sequence[Outlet], amount_in: int) -> Part | None:
    """The outlet that brings most for all of it, or None where none takes it."""
    best: Part | None = None
    for outlet in outlets:
        part = _asked(outlet, amount_in)
        if part is not None and part.amount_out > 0 and (best is None or part.net > best.net):
            best = part
    return best


def best_split(
    outlets: Sequence[Outlet],
    amount_in: int,
    *,
    clock: Callable[[], float],
    deadline: float,
    enough_ppb: int = ENOUGH_PPB,
) -> Split:
    """The split that brings most of the output after costs, never less than the best single outlet.

    The relaxation is solved once whatever the deadline; after that the best known is returned as
    soon as ``clock`` passes it, or the gap is ``enough_ppb``. An outlet is asked for all of the
    amount only where its curve or the dual lets it bring more than the split that was found.

    Args:
        outlets: independent of one another: no pool twice.

    Raises:
        NoLiquidity: together they cannot take the amount, or give nothing for it.
        AmountRefused: nothing in.
    """
    if amount_in <= 0:
        raise AmountRefused
    search = Search(outlets, amount_in, enough=enough_ppb / BILLION)
    search.run(lambda: clock() >= deadline)
    best = None if search.best is None else _published(search, search.best, amount_in)
    net = None if best is None else _net(best)
    for outlet in search.rivals(net):
        part = _asked(outlet, amount_in)
        if part is not None and part.amount_out > 0 and (net is None or part.net > net):
            best, net = (part,), part.net
    if best is None or net is None:
        raise NoLiquidity
    bound = max(search.bound, search.value, net * 1.0)
    return Split(
        parts=best,
        # What the integers bring is the last word, should floating-point say less.
        bound=max(ceil(bound + abs(bound) * BOUND_MARGIN), net),
        nodes=search.nodes,
    )


def _net(parts: Sequence[Part]) -> int:
    return sum(part.net for part in parts)


def _asked(outlet: Outlet, amount_in: int) -> Part | None:
    try:
        amount_out, cost = outlet.take(amount_in)
    except AmmError:
        return None
    return Part(outlet.name, amount_in, amount_out, cost)


def _published(search: Search, found: Solution, amount_in: int) -> tuple[Part, ...] | None:
    """The split in whole units that add up, as the outlets answer; None if one doesn't."""
    outlets, curves = search.outlets, search.curves
    most = [
        curve.reach(depth) if depth else 0
        for curve, depth in zip(curves, found.depths, strict=True)
    ]
    whole = [min(int(taken), limit) for taken, limit in zip(found.taken, most, strict=True)]
    left = amount_in - sum(whole)
    largest_first = sorted(range(len(whole)), key=whole.__getitem__, reverse=True)
    if left < 0:
        whole[largest_first[0]] += left
        left = 0
    for index in largest_first:
        if not left:
            break
        room = min(left, most[index] - whole[index])
        whole[index] += room
        left -= room
    for index in largest_first:
        if not left:
            break
        # All are at the last unit before a tick: someone has to cross it.
        curve = outlets[index].curve(amount_in)
        room = min(left, curve.reach(len(curve.segments)) - whole[index])
        whole[index] += room
        left -= room
    if left or min(whole) < 0:
        return None
    parts = []
    for outlet, units in zip(outlets, whole, strict=True):
        if units:
            part = _asked(outlet, units)
            if part is None:
                return None
            parts.append(part)
    return tuple(parts) if any(part.amount_out for part in parts) else None
