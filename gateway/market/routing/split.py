"""The best split of an amount over many outlets, fixed costs included, and how good it is at least.

The relaxation (``schedules``) bounds what any split could bring. It is a split itself unless the
last unit falls into the jump with which an outlet enters, or crosses a tick: then branch on that.
The search is in floating-point; what it finds is asked of the outlets in whole base units, and
only their answers are published.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from math import ceil, inf

from gateway.market.amm.errors import AmmError, AmountRefused, NoLiquidity
from gateway.market.routing.curves import Curve, is_better
from gateway.market.routing.outlets import Outlet
from gateway.market.routing.schedules import Pour, Schedule, pour, schedule

BILLION = 1_000_000_000
# Far more than floating-point loses over a few hundred segments.
_BOUND_MARGIN = 1e-12
# A certificate of 0.001 bp is as good as none missing; and some searches have no end.
ENOUGH_PPB = 100
MAX_NODES = 5_000


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

    Every outlet and the relaxation are asked once whatever the deadline; after that the best known
    is returned as soon as ``clock`` passes it, or the gap is ``enough_ppb``.

    Args:
        outlets: independent of one another: no pool twice.

    Raises:
        NoLiquidity: together they cannot take the amount, or give nothing for it.
        AmountRefused: nothing in.
    """
    if amount_in <= 0:
        raise AmountRefused
    usable: list[Outlet] = []
    curves: list[Curve] = []
    for outlet in outlets:
        try:
            curves.append(outlet.curve(amount_in))
        except AmmError:
            continue
        usable.append(outlet)
    single = best_single(usable, amount_in)
    search = _Search(curves, amount_in * 1.0, enough=enough_ppb / BILLION)
    search.run(lambda: clock() >= deadline)
    best: tuple[Part, ...] | None = None if single is None else (single,)
    if search.best is not None:
        found = _published(usable, curves, search.best, amount_in)
        if found is not None and (best is None or _net(found) > _net(best)):
            best = found
    if best is None:
        raise NoLiquidity
    net = _net(best)
    bound = max(search.bound, search.value, net * 1.0)
    return Split(
        parts=best,
        # What the integers bring is the last word, should floating-point say less.
        bound=max(ceil(bound + abs(bound) * _BOUND_MARGIN), net),
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


@dataclass(frozen=True, slots=True)
class _Solution:
    """Base units for each venue, and how many segments it may enter for them."""

    value: float
    taken: tuple[float, ...]
    depths: tuple[int, ...]


def _published(
    outlets: Sequence[Outlet], curves: Sequence[Curve], found: _Solution, amount_in: int
) -> tuple[Part, ...] | None:
    """The split in whole units that add up, as the outlets answer; None if one doesn't."""
    most = [
        curve.reach[depth - 1] if depth else 0
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
        room = min(left, curves[index].reach[-1] - whole[index])
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


# For each venue (segments whose tolls are paid, segments it may enter at most).
_Limits = tuple[tuple[int, int], ...]


class _Search:
    """Branch and bound over how many segments each venue may enter.

    Attributes:
        bound: once run, what no split can bring more than.
    """

    def __init__(self, curves: Sequence[Curve], demand: float, *, enough: float) -> None:
        self.curves = curves
        self.demand = demand
        self.enough = enough
        self.best: _Solution | None = None
        self.bound = -inf
        self.nodes = 0
        self._schedules: dict[tuple[int, int, int], Schedule] = {}
        self._tried: set[tuple[int, ...]] = set()
        # (bound, negated; a number that breaks ties; limits; the venue to branch on, and where)
        self._open: list[tuple[float, int, _Limits, int, int]] = []
        self._better: dict[tuple[int, int], bool] = {}

    @property
    def value(self) -> float:
        return -inf if self.best is None else self.best.value

    def run(self, late: Callable[[], bool]) -> None:
        """The relaxation of the whole, then the most promising part of it, and so on."""
        self._bounded(tuple((0, len(curve.segments)) for curve in self.curves))
        while self._open and not self._closed(-self._open[0][0]):
            if late() or self.nodes >= MAX_NODES:
                break
            _, _, limits, venue, depth = heappop(self._open)
            for child in self._children(limits, venue, depth):
                self._bounded(child)
        if self._open:
            self.bound = max(self.bound, -self._open[0][0])

    def _closed(self, bound: float) -> bool:
        return bound <= self.value + abs(bound) * self.enough

    def _schedule(self, venue: int, sunk: int, top: int) -> Schedule:
        key = (venue, sunk, top)
        known = self._schedules.get(key)
        if known is None:
            known = schedule(self.curves[venue], venue=venue, sunk=sunk, top=top)
            self._schedules[key] = known
        return known

    def _tolls(self, depths: Iterable[int]) -> float:
        return sum(
            segment.toll
            for curve, depth in zip(self.curves, depths, strict=True)
            for segment in curve.segments[:depth]
        )

    def _bounded(self, limits: _Limits) -> None:
        """Bound what is within these limits; keep it open if it may hide something better."""
        self.nodes += 1
        schedules = [self._schedule(i, sunk, top) for i, (sunk, top) in enumerate(limits)]
        poured = pour(schedules, self.demand)
        bound = _worth(schedules, poured, self.demand) - self._tolls(sunk for sunk, _ in limits)
        if poured.u == inf:
            # All that is worth its toll is full; whatever takes the rest brings less than nothing.
            if self._room(limits) < self.demand * (1 - _BOUND_MARGIN):
                return
            self.bound = max(self.bound, bound)
            self._try(tuple(top for _, top in limits))
            return
        if self._closed(bound):
            self.bound = max(self.bound, bound)
            return
        depths = _depths(schedules, poured)
        at = poured.jumper
        if at >= 0 and not self._divisible(at, depths[at], sunk=limits[at][0]):
            entered = schedules[at].depth[poured.before[at] + 1]
            self._try(tuple(depths))
            self._try((*depths[:at], entered, *depths[at + 1 :]))
            heappush(self._open, (-bound, self.nodes, limits, at, max(limits[at][0], depths[at])))
            return
        # Nothing falls into a jump that must be taken whole: the relaxation is a split.
        if at >= 0:
            depths[at] += 1
            poured.taken[at] += poured.left
        self.bound = max(self.bound, bound)
        self._keep(bound, poured.taken, depths)

    def _children(self, limits: _Limits, venue: int, depth: int) -> Iterator[_Limits]:
        """The venue enters no more than ``depth`` segments, or one more at least.

        Of two venues of which one is better at every amount, the worse is never used alone.
        Without this rule equal pools would be tried in every combination.
        """
        sunk, top = limits[venue]
        stays: list[tuple[int, int]] = list(limits)
        enters = list(limits)
        stays[venue], enters[venue] = (sunk, depth), (depth + 1, top)
        if depth == 0:
            for other, (other_sunk, other_top) in enumerate(limits):
                if other == venue:
                    continue
                if other_top and self._is_better(venue, other):
                    stays[other] = (other_sunk, 0)
                if not other_sunk and self._is_better(other, venue):
                    enters[other] = (1, other_top)
        for child in (stays, enters):
            if all(paid <= most for paid, most in child):
                yield tuple(child)

    def _is_better(self, venue: int, other: int) -> bool:
        key = (venue, other)
        known = self._better.get(key)
        if known is None:
            ours, theirs = self.curves[venue], self.curves[other]
            known = is_better(ours, theirs, demand=self.demand) and (
                venue < other or not is_better(theirs, ours, demand=self.demand)
            )
            self._better[key] = known
        return known

    def _room(self, limits: _Limits) -> float:
        return sum(
            segment.takes
            for curve, (_, top) in zip(self.curves, limits, strict=True)
            for segment in curve.segments[:top]
        )

    def _divisible(self, venue: int, depth: int, *, sunk: int) -> bool:
        """Whether the next segment is a book level without a toll, which may be taken in part."""
        segment = self.curves[venue].segments[depth]
        return segment.start == segment.end and (segment.toll <= 0 or depth < sunk)

    def _keep(self, value: float, taken: Sequence[float], depths: Sequence[int]) -> None:
        if value > self.value:
            self.best = _Solution(value, tuple(taken), tuple(depths))

    def _try(self, depths: tuple[int, ...]) -> None:
        """Keep the best split in which no venue enters more segments, if it is the best so far."""
        if depths in self._tried:
            return
        self._tried.add(depths)
        schedules = [self._schedule(i, depth, depth) for i, depth in enumerate(depths)]
        poured = pour(schedules, self.demand)
        if poured.u == inf and poured.left > self.demand * _BOUND_MARGIN:
            return
        entered = _depths(schedules, poured)
        if poured.jumper >= 0:
            entered[poured.jumper] += 1
            poured.taken[poured.jumper] += poured.left
        value = _worth(schedules, poured, self.demand) - self._tolls(entered)
        self._keep(value, poured.taken, entered)


def _depths(schedules: Sequence[Schedule], poured: Pour) -> list[int]:
    return [
        each.depth[before] if before >= 0 else 0
        for each, before in zip(schedules, poured.before, strict=True)
    ]


def _worth(schedules: Sequence[Schedule], poured: Pour, demand: float) -> float:
    """The relaxation's worth: what is given, and λ for each unit that fell into a jump."""
    worth = (demand - sum(poured.taken)) / (poured.u * poured.u)
    for each, before in zip(schedules, poured.before, strict=True):
        if before >= 0:
            worth += each.net_before(before, poured.u)
    return worth
