"""How much each venue takes while the marginal output falls, tolls counted, and the pour.

A venue with tolls stays out until λ is low enough to pay them, then enters with a jump: that is
the upper concave envelope of what it gives, and so the exact Lagrangian relaxation. Pouring an
amount over many venues is then one sort of all their events and one walk to where they have
taken it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from math import inf, sqrt
from operator import itemgetter
from typing import NamedTuple

from gateway.market.routing.curves import Curve, Segment

# (u, change of slope, base units taken at once, change of bend, the venue)
Event = tuple[float, float, float, float, int]
_NEWTON_STEPS = 60
# (u, taken at once, slope, bend, taken, net, depth)
_Row = tuple[float, float, float, float, float, float, int]
_by_u = itemgetter(0)


class Schedule(NamedTuple):
    """A venue's events, in ascending u, and its state after each.

    Attributes:
        at: u of each event.
        taken, net: base units in; base units out less the tolls paid.
        slope, bend: how what is taken goes on from there.
        depth: segments entered.
    """

    events: tuple[Event, ...]
    at: tuple[float, ...]
    taken: tuple[float, ...]
    net: tuple[float, ...]
    slope: tuple[float, ...]
    bend: tuple[float, ...]
    depth: tuple[int, ...]

    def amount_before(self, index: int, u: float) -> float:
        """What is taken at u, after the event ``index`` and before the next."""
        at = self.at[index]
        taken = self.taken[index]
        slope, bend = self.slope[index], self.bend[index]
        if slope:
            taken += slope * (u - at)
        if bend:
            taken += bend * (at**-2 - u**-2)
        return taken

    def net_before(self, index: int, u: float) -> float:
        """Likewise what is given, less tolls."""
        at = self.at[index]
        net = self.net[index]
        slope, bend = self.slope[index], self.bend[index]
        if slope:
            net += slope * (1 / at - 1 / u)
        if bend:
            net += bend * (at**-4 - u**-4) / 2
        return net


_NOTHING = Schedule((), (), (), (), (), (), ())


def _entry(segment: Segment, toll: float) -> float:
    """u from which on a segment is worth a toll; infinite if it never is."""
    start, end, slope, bend, takes, gives, _ = segment
    worth = gives - toll
    if worth <= 0:
        return inf
    u = inf
    if slope:
        root = 1 / start - sqrt(toll / (slope * start))
        u = 1 / root if root > 0 else inf
    elif bend:
        marginal = start**-2 - sqrt(2 * toll / bend)
        u = 1 / sqrt(marginal) if marginal > 0 else inf
    # Beyond its end it is taken whole.
    return u if u <= end else sqrt(takes / worth)


def _joint_entry(segments: Sequence[Segment], toll: float) -> float:
    """u from which on several segments are together worth a toll; infinite if they never are."""
    if sum(segment.gives for segment in segments) <= toll:
        return inf
    return _newton(segments, toll)


def _newton(segments: Sequence[Segment], toll: float) -> float:
    """The profit is convex and falling in λ: from below the root each step stays below it."""
    marginal = 0.0
    profit = sum(segment.gives for segment in segments)
    takes = sum(segment.takes for segment in segments)
    for _ in range(_NEWTON_STEPS):
        step = (profit - toll) / takes
        if step <= marginal * 1e-16:
            break
        marginal += step
        u = 1 / sqrt(marginal)
        profit = takes = 0.0
        for segment in segments:
            profit += segment.profit(u)
            takes += segment.taken(u)
        if takes <= 0:
            break
    return 1 / sqrt(marginal)


def _groups(segments: Sequence[Segment], *, sunk: int) -> list[tuple[int, int, float, float]]:
    """Segments that are entered together: (first, beyond the last, toll, entry), entries rising."""
    groups: list[tuple[int, int, float, float]] = []
    for index, segment in enumerate(segments):
        first, toll = index, segment.toll if index >= sunk else 0.0
        entry = _entry(segment, toll) if toll > 0 else segment.start
        # Without tolls the starts rise but for floating-point's last bit.
        while groups and entry < groups[-1][3] and (toll > 0 or groups[-1][2] > 0):
            first, _, earlier, _ = groups.pop()
            toll += earlier
            entry = _joint_entry(segments[first : index + 1], toll)
        groups.append((first, index + 1, toll, entry))
    return groups


def schedule(curve: Curve, *, venue: int, sunk: int = 0, top: int | None = None) -> Schedule:
    """The envelope of a venue's first ``top`` segments, of which ``sunk`` cost no toll any more."""
    segments = curve.segments if top is None else curve.segments[:top]
    if len(segments) == 1:
        return _alone(segments[0], venue=venue, paid=sunk > 0)
    rows = _rows(segments, sunk=sunk)
    if not rows:
        return _NOTHING
    at, jumps, slopes, bends, takens, nets, depths = zip(*rows, strict=True)
    events = [
        (u, slope - slope_before, jump, bend - bend_before, venue)
        for u, jump, slope, slope_before, bend, bend_before in zip(
            at, jumps, slopes, (0.0, *slopes), bends, (0.0, *bends), strict=False
        )
    ]
    return Schedule(tuple(events), at, takens, nets, slopes, bends, depths)


def _rows(segments: Sequence[Segment], *, sunk: int) -> list[_Row]:
    """The state of several segments' envelope after each of its events."""
    rows: list[_Row] = []
    # All segments so far, taken whole, and where the last of them is.
    taken = net = 0.0
    close = inf
    for first, beyond, toll, entry in _groups(segments, sunk=sunk):
        if entry == inf:
            break
        if close < entry:
            rows.append((close, 0.0, 0.0, 0.0, taken, net, first))
        net -= toll
        jump = 0.0
        for index in range(first, beyond):
            # As ``Segment.taken`` and ``given``, inline: a call costs more than the arithmetic.
            start, end, slope, bend, takes, gives, _ = segments[index]
            u = start if start > entry else entry
            going = u < end
            if not going:
                part, worth, slope, bend = takes, gives, 0.0, 0.0
            elif u == start:
                part = worth = 0.0
            elif slope:
                part, worth = slope * (u - start), slope * (1 / start - 1 / u)
            else:
                part, worth = segments[index].taken(u), segments[index].given(u)
            if index > first and u == entry:
                rows.pop()  # entered together: one jump
                jump += part
            else:
                jump = part
            rows.append((u, jump, slope, bend, taken + part, net + worth, index + 1))
            taken += takes
            net += gives
            close = end if going else inf
    if close < inf:
        rows.append((close, 0.0, 0.0, 0.0, taken, net, rows[-1][6]))
    return rows


def _alone(segment: Segment, *, venue: int, paid: bool) -> Schedule:
    """The envelope of one segment: one or two events. Most venues are asked for no more."""
    start, end, slope, bend, takes, gives, toll = segment
    if paid or toll <= 0:
        toll, entry = 0.0, start
    else:
        entry = _entry(segment, toll)
        if entry == inf:
            return _NOTHING
    if entry >= end:
        whole = (entry, 0.0, takes, 0.0, venue)
        return Schedule((whole,), (entry,), (takes,), (gives - toll,), (0.0,), (0.0,), (1,))
    part, worth = 0.0, 0.0
    if entry > start:
        part, worth = segment.taken(entry), segment.given(entry)
    return Schedule(
        ((entry, slope, part, bend, venue), (end, -slope, 0.0, -bend, venue)),
        (entry, end),
        (part, takes),
        (worth - toll, gives - toll),
        (slope, 0.0),
        (bend, 0.0),
        (1, 1),
    )


@dataclass(frozen=True, slots=True)
class Pour:
    """Where an amount went.

    Attributes:
        u: the marginal output's λ^(−1/2) where all is taken.
        taken: base units in, for each venue.
        before: for each venue the index of its last event before u; −1 if it is out.
        jumper: the venue whose jump the last unit fell into, or −1; ``taken`` leaves that jump out.
        left: base units that fell into that jump, or that nobody takes (``jumper`` is −1).
    """

    u: float
    taken: list[float]
    before: list[int]
    jumper: int
    left: float


def _between(start: float, *, slope: float, bend: float, missing: float) -> float:
    """u at which ``missing`` is taken after ``start``: concave in u, so steps come from below."""
    if not bend:
        return start + missing / slope
    u = start
    for _ in range(_NEWTON_STEPS):
        short = missing - slope * (u - start) - bend * (start**-2 - u**-2)
        step = short / (slope + 2 * bend * u**-3)
        if step <= u * 1e-16:
            break
        u += step
    return u


def pour(schedules: Sequence[Schedule], demand: float) -> Pour:
    """The relaxed optimum of ``demand`` base units: one sort, one walk."""
    events = list(chain.from_iterable([each.events for each in schedules]))
    events.sort(key=_by_u)
    at = slope = bend = poured = 0.0
    for index, (u, slope_by, jump, bend_by, venue) in enumerate(events):
        if slope or bend:
            reached = poured + slope * (u - at)
            if bend:
                reached += bend * (at**-2 - u**-2)
            if reached >= demand:
                root = _between(at, slope=slope, bend=bend, missing=demand - poured)
                return _settled(schedules, min(root, u), inside=root > at)
            poured = reached
        if jump:
            if poured + jump >= demand:
                same = []
                for before in reversed(events[:index]):
                    if before[0] != u:
                        break
                    same.append(before)
                return _in_jump(schedules, u, venue, demand=demand, same=same)
            poured += jump
        at = u
        slope += slope_by
        bend += bend_by
    return _full(schedules, demand)


class Presorted:
    """The same over schedules that stay, for many amounts: the sort and the walk are done once."""

    def __init__(self, schedules: Sequence[Schedule]) -> None:
        self.schedules = tuple(schedules)
        self._events = list(chain.from_iterable([each.events for each in schedules]))
        self._events.sort(key=_by_u)
        # The state after each event, and what is taken by then without its jump and with it.
        self._slope: list[float] = []
        self._bend: list[float] = []
        self._short: list[float] = []
        self._poured: list[float] = []
        at = slope = bend = poured = 0.0
        for u, slope_by, jump, bend_by, _ in self._events:
            if slope:
                poured += slope * (u - at)
            if bend:
                poured += bend * (at**-2 - u**-2)
            self._short.append(poured)
            poured += jump
            self._poured.append(poured)
            at, slope, bend = u, slope + slope_by, bend + bend_by
            self._slope.append(slope)
            self._bend.append(bend)

    def pour(self, demand: float) -> Pour:
        """As ``pour``: a search for where the amount is reached, and one for each venue."""
        index = bisect_left(self._poured, demand)
        if index == len(self._poured):
            return _full(self.schedules, demand)
        u = self._events[index][0]
        if self._short[index] < demand:
            same = []
            for before in range(index - 1, -1, -1):
                if self._events[before][0] != u:
                    break
                same.append(self._events[before])
            return _in_jump(self.schedules, u, self._events[index][4], demand=demand, same=same)
        start = self._events[index - 1][0]
        root = _between(
            start,
            slope=self._slope[index - 1],
            bend=self._bend[index - 1],
            missing=demand - self._poured[index - 1],
        )
        return _settled(self.schedules, min(root, u), inside=root > start)


def _full(schedules: Sequence[Schedule], demand: float) -> Pour:
    taken = [each.taken[-1] if each.taken else 0.0 for each in schedules]
    return Pour(inf, taken, [len(each.at) - 1 for each in schedules], -1, demand - sum(taken))


def _settled(schedules: Sequence[Schedule], u: float, *, inside: bool) -> Pour:
    """``inside``: between two events, so that a jump at u itself is still to come."""
    taken: list[float] = []
    before: list[int] = []
    find = bisect_left if inside else bisect_right
    for each in schedules:
        index = find(each.at, u) - 1
        before.append(index)
        taken.append(each.amount_before(index, u) if index >= 0 else 0.0)
    return Pour(u, taken, before, -1, 0.0)


def _in_jump(
    schedules: Sequence[Schedule], u: float, venue: int, *, demand: float, same: list[Event]
) -> Pour:
    """``same``: the events at u that came before."""
    settled = _settled(schedules, u, inside=True)
    taken, before = settled.taken, settled.before
    for _, _, jump, _, other in same:
        taken[other] += jump
        before[other] += 1
    return Pour(u, taken, before, venue, demand - sum(taken))
