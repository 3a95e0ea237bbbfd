"""What a venue gives for each amount, as pieces in u = λ^(−1/2), λ being its marginal output.

In u what a constant-product piece takes is a straight line, a(u − u0); what a book level takes is a
jump; what a price that falls in a line takes is bent, d(λ0 − λ). Floating-point, since it only says
where to look: what is published is asked again of the venue itself, in whole base units.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from math import inf, sqrt
from typing import NamedTuple

from gateway.market.amm.concentrated import PPM, ConcentratedPool
from gateway.market.amm.constant_product import BPS, RESERVE_LIMIT, ConstantProductPool
from gateway.market.amm.errors import NoLiquidity

_Q96 = 2.0**96
# Where only floating-point knows how far a curve reaches, stay this side of it.
_SAFE = 1 - 1e-9


class Segment(NamedTuple):
    """One concave piece of a venue, from its best price to its worst.

    Attributes:
        start, end: u at the first and at the last base unit that it takes.
        slope: base units in for each unit of u; 0 unless it is a constant-product piece.
        bend: base units in for each unit that λ falls; 0 unless the price falls in a line.
        takes, gives: base units in and out when it is taken whole.
        toll: output units that entering it costs, whatever is taken.
    """

    start: float
    end: float
    slope: float
    bend: float
    takes: float
    gives: float
    toll: float

    def taken(self, u: float) -> float:
        """What it takes, no longer at its best price, while the marginal output is u^(−2)."""
        if u >= self.end:
            return self.takes
        if u <= self.start:
            return 0.0
        if self.slope:
            return self.slope * (u - self.start)
        return self.bend * (self.start**-2 - u**-2)

    def given(self, u: float) -> float:
        """What it gives for ``taken(u)``."""
        if u >= self.end:
            return self.gives
        if u <= self.start:
            return 0.0
        if self.slope:
            return self.slope * (1 / self.start - 1 / u)
        return self.bend * (self.start**-4 - u**-4) / 2

    def profit(self, u: float) -> float:
        """The most it can give beyond λ for each unit taken, its toll left out."""
        if u <= self.start:
            return 0.0
        if u >= self.end:
            return self.gives - self.takes / (u * u)
        if self.slope:
            return self.slope * self.start * (1 / self.start - 1 / u) ** 2
        return self.bend * (self.start**-2 - u**-2) ** 2 / 2


class Curve(NamedTuple):
    """A venue's segments, each worse than the one before.

    Attributes:
        reach: for a number of segments the most base units that the venue takes without entering
            one more.
        known_to: u from which on it may take more than these segments say; infinite where none is
            left out.
    """

    segments: tuple[Segment, ...]
    reach: Callable[[int], int]
    known_to: float = inf


def constant_product_curve(
    pool: ConstantProductPool, *, zero_for_one: bool, enough: int, toll: float = 0.0
) -> Curve:
    """The curve of a V2 pair, to ``enough`` base units or to where its integers end.

    Raises:
        NoLiquidity: a reserve is zero, or the pair is full.
    """
    reserve_in, reserve_out = (
        (pool.reserve0, pool.reserve1) if zero_for_one else (pool.reserve1, pool.reserve0)
    )
    room = RESERVE_LIMIT - 1 - reserve_in
    if reserve_in <= 0 or reserve_out <= 0 or room <= 0 or pool.fee_bps >= BPS:
        raise NoLiquidity
    depth = reserve_in * BPS / (BPS - pool.fee_bps)
    slope = sqrt(depth) * sqrt(reserve_out)
    takes = (room if room < enough else enough) * 1.0
    last = depth + takes
    segment = Segment(
        depth / slope, last / slope, slope, 0.0, takes, reserve_out * (takes / last), toll
    )
    return Curve((segment,), lambda _: room)


def concentrated_curve(
    pool: ConcentratedPool,
    *,
    zero_for_one: bool,
    enough: int,
    until: float = inf,
    toll: float = 0.0,
    tick_toll: float = 0.0,
) -> Curve:
    """The curve of a V3 pool from its price on, one segment between two initialised ticks.

    Args:
        enough: base units at which the curve ends.
        until: no segment is added after one that ends at this u or beyond it.

    Raises:
        NoLiquidity: none lies in that direction, as far as we know the pool's ticks.
    """
    fee_ppm = pool.ladder.fee_ppm
    keep = (PPM - fee_ppm) / PPM
    root = sqrt(keep)
    left = enough * 1.0
    known_to = inf
    segments: list[Segment] = []
    for first, last, liquidity, ticks in _ranges(pool, zero_for_one=zero_for_one):
        # Virtual reserves at both ends: what enters is L over the root of the price, or L times it.
        slope = liquidity / root
        span, near, far = abs(last - first) * 1.0, first * 1.0, last * 1.0
        if zero_for_one:
            start, end = _Q96 / (near * root), _Q96 / (far * root)
            takes = liquidity * _Q96 * (span / near / far) / keep
            gives = liquidity * span / _Q96
        else:
            start, end = near / (_Q96 * root), far / (_Q96 * root)
            takes = liquidity * span / (_Q96 * keep)
            gives = liquidity * _Q96 * (span / near / far)
        if takes >= left:
            takes, end = left, start + left / slope
            gives = takes / (start * end)
        segments.append(Segment(start, end, slope, 0.0, takes, gives, toll + ticks * tick_toll))
        left -= takes
        if left <= 0:
            break
        if end >= until:
            known_to = end
            break
        toll = 0.0
    if not segments:
        raise NoLiquidity
    return Curve(tuple(segments), partial(_capacity, pool, zero_for_one), known_to)


def _stops(
    pool: ConcentratedPool, zero_for_one: bool
) -> tuple[tuple[int, ...], tuple[int | None, ...], range]:
    """A ladder's prices and changes of liquidity in one direction, and which of them lie ahead."""
    ladder = pool.ladder
    if zero_for_one:
        stops = range(bisect_right(ladder.down_ticks, pool.tick) - 1, -1, -1)
        return ladder.down_sqrts, ladder.down_nets, stops
    stops = range(bisect_right(ladder.up_ticks, pool.tick), len(ladder.up_ticks))
    return ladder.up_sqrts, ladder.up_nets, stops


def _ranges(pool: ConcentratedPool, *, zero_for_one: bool) -> Iterator[tuple[int, int, int, int]]:
    """Where a swap finds liquidity: (price at the start, at the end, liquidity, ticks crossed)."""
    sqrts, nets, stops = _stops(pool, zero_for_one)
    sign = -1 if zero_for_one else 1
    price, liquidity, ticks = pool.sqrt_price, pool.liquidity, 0
    for index in stops:
        net = nets[index]
        if net is None:
            continue  # the edge of a word of the contract's bitmap: nothing changes there
        target = sqrts[index]
        if liquidity and target != price:
            yield price, target, liquidity, ticks
            ticks = 0
        price = target
        liquidity += net * sign
        ticks += 1


def _capacity(pool: ConcentratedPool, zero_for_one: bool, depth: int) -> int:
    """The most base units that enter no more than ``depth`` of a pool's ranges, as it rounds."""
    sqrts, nets, stops = _stops(pool, zero_for_one)
    sign = -1 if zero_for_one else 1
    fee_ppm = pool.ladder.fee_ppm
    keep_ppm = PPM - fee_ppm
    start = price = pool.sqrt_price
    liquidity = pool.liquidity
    capacity = 0
    for index in stops:
        target = sqrts[index]
        span = (target - price) * sign
        if zero_for_one:
            needed = -(-(liquidity << 96) * span // (price * target))
        else:
            needed = -(-liquidity * span >> 96)
        capacity += needed - (-needed * fee_ppm // keep_ppm)
        price = target
        net = nets[index]
        if net is None:
            continue
        if liquidity and start != price:
            depth -= 1
            if not depth:
                break
        liquidity += net * sign
        start = price
    # The last unit before a tick crosses it.
    return capacity - 1


def levels_curve(
    levels: Sequence[tuple[int, int, int]], *, enough: int, toll: float = 0.0
) -> Curve:
    """The curve of book levels (numerator and denominator of the price, base units), best first.

    Args:
        enough: base units at which the curve ends.

    Raises:
        NoLiquidity: there are none.
    """
    segments: list[Segment] = []
    reach: list[int] = []
    capacity = 0
    for numerator, denominator, size in levels:
        if numerator <= 0 or size <= 0:
            continue
        price = numerator / denominator
        at = price**-0.5
        takes = min(size, enough - capacity)
        segments.append(Segment(at, at, 0.0, 0.0, takes * 1.0, price * takes, toll))
        capacity += size
        reach.append(capacity)
        if capacity >= enough:
            break
        toll = 0.0
    if not segments:
        raise NoLiquidity
    return Curve(tuple(segments), lambda depth: reach[depth - 1])


def falling_curve(*, first: float, last: float, size: int, enough: int, toll: float = 0.0) -> Curve:
    """The curve of a price that falls in a line from ``first`` to ``last`` over ``size``.

    Args:
        enough: base units at which the curve ends.

    Raises:
        NoLiquidity: nothing is taken, or at no price.
    """
    if size <= 0 or last <= 0 or first < last:
        raise NoLiquidity
    takes = min(size, enough)
    last = first - (first - last) * (takes / size)
    gives = takes * (first + last) / 2
    bend = takes / (first - last) if first > last else 0.0
    segment = Segment(first**-0.5, last**-0.5, 0.0, bend, takes * 1.0, gives, toll)
    return Curve((segment,), lambda _: size)


def composed_curve(first: Curve, then: Curve) -> Curve:
    """The curve of selling into ``first`` and what it gives into ``then``: constant products only.

    Two constant products in a row are one: λ is the product of theirs, so u is too.

    Raises:
        NoLiquidity: one of them is of another kind.
    """
    if any(not segment.slope for segment in (*first.segments, *then.segments)):
        raise NoLiquidity
    segments: list[Segment] = []
    reach: list[int] = []
    one, two = 0, 0
    u1, u2 = first.segments[0].start, then.segments[0].start
    toll = first.segments[0].toll + then.segments[0].toll
    capacity = 0.0
    while one < len(first.segments) and two < len(then.segments):
        into, out_of = first.segments[one], then.segments[two]
        given, wanted = into.slope * (1 / u1 - 1 / into.end), out_of.slope * (out_of.end - u2)
        end1, end2 = into.end, out_of.end
        if given < wanted:
            end2 = min(u2 + given / out_of.slope, end2)
        elif wanted < given:
            end1 = min(1 / (1 / u1 - wanted / into.slope), end1)
        # Virtual reserves from here on, fees counted: b in and R out, of each.
        b1, r1, b2, r2 = into.slope * u1, into.slope / u1, out_of.slope * u2, out_of.slope / u2
        takes, gives = into.slope * (end1 - u1), out_of.slope * (1 / u2 - 1 / end2)
        if takes > 0 and gives > 0:
            slope = sqrt(b1 * b2) * sqrt(r1 * r2) / (b2 + r1)
            segments.append(Segment(u1 * u2, end1 * end2, slope, 0.0, takes, gives, toll))
            capacity += takes
            reach.append(int(capacity * _SAFE))
            toll = 0.0
        u1, u2 = end1, end2
        if given <= wanted:
            one += 1
            if one < len(first.segments):
                u1 = first.segments[one].start
                toll += first.segments[one].toll
        if wanted <= given:
            two += 1
            if two < len(then.segments):
                u2 = then.segments[two].start
                toll += then.segments[two].toll
    if not segments:
        raise NoLiquidity
    return Curve(tuple(segments), lambda depth: reach[depth - 1])


def is_better(curve: Curve, other: Curve, *, demand: float) -> bool:
    """Whether a curve brings at least as much as another for each amount up to ``demand``.

    Told only of equal curves and of a constant product against others without a bend: there what
    each takes is straight in u between breakpoints, and more at each u is a better price for each.
    """
    if curve.segments == other.segments:
        return True
    one = curve.segments[0]
    if len(curve.segments) > 1 or not one.slope or one.takes < demand:
        return False
    if one.toll > other.segments[0].toll or any(segment.bend for segment in other.segments):
        return False
    last = one.start + demand / one.slope
    points = {u for segment in other.segments for u in (segment.start, segment.end) if u < last}
    return all(
        one.taken(u) >= sum(segment.taken(u) for segment in other.segments)
        for u in (*points, one.start, last)
    )
