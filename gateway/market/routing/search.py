"""The search for the best split: the relaxation first, then branch and bound where it has a gap.

The relaxation (``schedules``) bounds what any split could bring. It is a split itself unless the
last unit falls into the jump with which an outlet enters, or crosses a tick: then branch on that.
All of it is in floating-point: what it finds says where to look, never what is paid.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from math import inf

from gateway.market.amm.errors import AmmError
from gateway.market.routing.curves import Curve, Segment, is_better
from gateway.market.routing.outlets import Outlet
from gateway.market.routing.schedules import Pour, Schedule, pour, schedule

# Far more than floating-point loses over a few hundred segments.
BOUND_MARGIN = 1e-12
# An outlet that might bring as much alone, but for this, is asked: more than floating-point loses
# where an amount is as small as a ten-billionth of what a pool holds.
_RIVAL_MARGIN = 1e-6
# Some searches have no end.
MAX_NODES = 5_000
# More segments than a venue has.
_ALL = 1 << 30
# For each venue (segments whose tolls are paid, segments it may enter at most).
_Limits = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Solution:
    """Base units for each venue, and how many segments it may enter for them."""

    value: float
    taken: tuple[float, ...]
    depths: tuple[int, ...]


class Search:
    """Branch and bound over how many segments each venue may enter.

    A curve is asked for as far as the last unit goes, and no further: most outlets are left before
    their second segment.

    Attributes:
        outlets, curves: those that take anything.
        best: the best split found.
        bound: once run, what no split can bring more than.
        nodes: relaxations solved.
    """

    def __init__(self, outlets: Iterable[Outlet], amount_in: int, *, enough: float) -> None:
        self.outlets: list[Outlet] = []
        self.curves: list[Curve] = []
        for outlet in outlets:
            try:
                # Its first segment is all that most outlets are asked for.
                curve = outlet.curve(amount_in, until=0.0)
            except AmmError:
                continue
            self.outlets.append(outlet)
            self.curves.append(curve)
        self.amount_in = amount_in
        self.demand = amount_in * 1.0
        self.enough = enough
        self.best: Solution | None = None
        self.bound = -inf
        self.nodes = 0
        self._known_to = min((curve.known_to for curve in self.curves), default=inf)
        self._schedules: dict[tuple[int, int, int], Schedule] = {}
        self._tried: set[tuple[int, ...]] = set()
        # (bound, negated; a number that breaks ties; limits; the venue to branch on, and where)
        self._open: list[tuple[float, int, _Limits, int, int]] = []
        self._better: dict[tuple[int, int], bool] = {}
        self._alone: list[float] = []

    @property
    def value(self) -> float:
        return -inf if self.best is None else self.best.value

    def run(self, late: Callable[[], bool]) -> None:
        """The relaxation of the whole, then the most promising part of it, and so on."""
        self._bounded(((0, _ALL),) * len(self.curves))
        while self._open and not self._closed(-self._open[0][0]):
            if late() or self.nodes >= MAX_NODES:
                break
            # Which venue is better than which is told of whole curves only.
            self._grow(inf)
            _, _, limits, venue, depth = heappop(self._open)
            for child in self._children(limits, venue, depth):
                self._bounded(child)
        if self._open:
            self.bound = max(self.bound, -self._open[0][0])

    def rivals(self, net: int | None) -> Iterator[Outlet]:
        """The outlets that might bring more than ``net`` when one takes all.

        What one gives alone is known where its curve is; else the dual bounds it.
        """
        for outlet, curve, dual in zip(self.outlets, self.curves, self._alone, strict=True):
            most = self._whole(curve.segments) if curve.known_to == inf else dual
            if net is None or most + abs(most) * _RIVAL_MARGIN + 1 > net:
                yield outlet

    def _whole(self, segments: Sequence[Segment]) -> float:
        takes = brings = 0.0
        for segment in segments:
            takes += segment.takes
            brings += segment.gives - segment.toll
        return brings if takes >= self.demand * (1 - _RIVAL_MARGIN) else -inf

    def _grow(self, until: float) -> None:
        """Ask for the segments before u ``until`` where they are not known yet."""
        grown = set()
        for venue, curve in enumerate(self.curves):
            if curve.known_to < until:
                self.curves[venue] = self.outlets[venue].curve(self.amount_in, until)
                grown.add(venue)
        if grown:
            self._known_to = min(curve.known_to for curve in self.curves)
            self._schedules = {
                key: known for key, known in self._schedules.items() if key[0] not in grown
            }

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
        if poured.u > self._known_to:
            # What is added takes some of it: the last unit goes no further than this u.
            self._grow(poured.u)
            schedules = [self._schedule(i, sunk, top) for i, (sunk, top) in enumerate(limits)]
            poured = pour(schedules, self.demand)
        if not self._alone:
            self._alone = _alone(schedules, poured, self.demand)
        bound = _worth(schedules, poured, self.demand) - self._tolls(sunk for sunk, _ in limits)
        if poured.u == inf:
            # All that is worth its toll is full; whatever takes the rest brings less than nothing.
            if self._room(limits) < self.demand * (1 - BOUND_MARGIN):
                return
            self.bound = max(self.bound, bound)
            self._try(tuple(top for _, top in limits))
            return
        if self._closed(bound):
            self.bound = max(self.bound, bound)
            return
        depths = _depths(schedules, poured)
        at = poured.jumper
        if at >= 0 and _is_whole(schedules[at], poured):
            depths[at] = schedules[at].depth[poured.before[at] + 1]
            poured.taken[at] += poured.left
        elif at >= 0 and not self._divisible(at, depths[at], sunk=limits[at][0]):
            entered = schedules[at].depth[poured.before[at] + 1]
            self._try(tuple(depths))
            self._try((*depths[:at], entered, *depths[at + 1 :]))
            heappush(self._open, (-bound, self.nodes, limits, at, max(limits[at][0], depths[at])))
            return
        elif at >= 0:
            depths[at] += 1
            poured.taken[at] += poured.left
        # Nothing falls into a part of a jump that must be taken whole: the relaxation is a split.
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
            self.best = Solution(value, tuple(taken), tuple(depths))

    def _try(self, depths: tuple[int, ...]) -> None:
        """Keep the best split in which no venue enters more segments, if it is the best so far."""
        if depths in self._tried:
            return
        self._tried.add(depths)
        schedules = [self._schedule(i, depth, depth) for i, depth in enumerate(depths)]
        poured = pour(schedules, self.demand)
        if poured.u == inf and poured.left > self.demand * BOUND_MARGIN:
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


def _is_whole(each: Schedule, poured: Pour) -> bool:
    """Whether the jump that the last unit fell into is taken to its end."""
    jump = each.events[poured.before[poured.jumper] + 1][2]
    return poured.left >= jump * (1 - BOUND_MARGIN)


def _alone(schedules: Sequence[Schedule], poured: Pour, demand: float) -> list[float]:
    """For each venue the dual's bound on what it brings when it takes all the demand.

    That is λ for each unit, and the most that the venue gives beyond that for any amount.
    """
    marginal = poured.u**-2
    every = marginal * demand
    return [
        every + max(each.net_before(before, poured.u) - marginal * taken, 0.0)
        if before >= 0
        else every
        for each, before, taken in zip(schedules, poured.before, poured.taken, strict=True)
    ]


def _worth(schedules: Sequence[Schedule], poured: Pour, demand: float) -> float:
    """The relaxation's worth: what is given, and λ for each unit that fell into a jump."""
    worth = (demand - sum(poured.taken)) / (poured.u * poured.u)
    for each, before in zip(schedules, poured.before, strict=True):
        if before >= 0:
            worth += each.net_before(before, poured.u)
    return worth
