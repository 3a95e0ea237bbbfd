"""Uniswap V3: liquidity in ranges of ticks, with the contract's own rounding at every step.

A swap walks from stop to stop. A stop is an initialised tick, where liquidity changes, or the edge
of a 256-tick word of the contract's bitmap, where nothing changes but the contract rounds: leaving
those out would be off by single base units.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from gateway.market.amm.errors import AmountRefused, BadPool, NoLiquidity
from gateway.market.amm.tick_math import (
    MAX_SQRT_PRICE,
    MAX_TICK,
    MIN_SQRT_PRICE,
    MIN_TICK,
    sqrt_at_tick,
)

PPM = 1_000_000
_AMOUNT_LIMIT = 2**255
_WORD_LIMIT = 2**256
_UINT128_LIMIT = 2**128

# The fields of ``Walk``, for who needs no names.
_Steps = tuple[int, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Ladder:
    """The stops of a pool in both directions; depends on its ticks, not on its price.

    Going down the walk meets the lower edges of words, going up the upper ones, so each direction
    has its own list, ascending, with the change of liquidity met when the price rises (0: an edge).
    """

    fee_ppm: int
    down_ticks: tuple[int, ...]
    down_sqrts: tuple[int, ...]
    down_nets: tuple[int | None, ...]
    up_ticks: tuple[int, ...]
    up_sqrts: tuple[int, ...]
    up_nets: tuple[int | None, ...]


def build_ladder(
    *,
    ticks: Iterable[tuple[int, int]],
    tick_spacing: int,
    fee_ppm: int,
    known_from: int = MIN_TICK,
    known_to: int = MAX_TICK,
) -> Ladder:
    """The ladder of a pool whose initialised ticks are ``ticks`` = (tick, net liquidity) pairs.

    Args:
        known_from, known_to: the ticks between which ``ticks`` is complete. Beyond the outermost
            stop in there a swap is refused, as it is beyond the pool's last liquidity.

    Raises:
        BadPool: ticks off the spacing, twice, or out of range.
    """
    if tick_spacing <= 0 or not 0 <= fee_ppm < PPM:
        raise BadPool("spacing or fee")
    nets = dict(ticks)
    initialised = sorted(nets)
    if any(tick % tick_spacing or not MIN_TICK <= tick <= MAX_TICK for tick in initialised):
        raise BadPool("a tick off its spacing or out of range")
    if not initialised:
        return Ladder(fee_ppm, (), (), (), (), (), ())
    # With the whole range known nothing lies beyond the outermost initialised ticks.
    low = initialised[0] if known_from <= MIN_TICK else max(known_from, MIN_TICK)
    high = initialised[-1] if known_to >= MAX_TICK else min(known_to, MAX_TICK)
    word = tick_spacing << 8
    last_in_word = tick_spacing * 255
    lower_edges = range(-(-low // word) * word, high + 1, word)
    upper_edges = range(-(-(low - last_in_word) // word) * word + last_in_word, high + 1, word)
    down = sorted(nets.keys() | set(lower_edges))
    up = sorted(nets.keys() | set(upper_edges))
    # The routers stop one short of the extreme prices.
    lowest, highest = MIN_SQRT_PRICE + 1, MAX_SQRT_PRICE - 1
    return Ladder(
        fee_ppm,
        tuple(down),
        tuple(max(sqrt_at_tick(tick), lowest) for tick in down),
        tuple(nets.get(tick) for tick in down),
        tuple(up),
        tuple(min(sqrt_at_tick(tick), highest) for tick in up),
        tuple(nets.get(tick) for tick in up),
    )


class Walk(NamedTuple):
    """What a swap would do: base units in and out, and where it would leave the pool."""

    amount_in: int
    amount_out: int
    sqrt_price: int
    liquidity: int
    ticks_crossed: int


@dataclass(frozen=True, slots=True)
class ConcentratedPool:
    """A V3 pool's state: square-root price (Q64.96), current tick, liquidity in range, ladder."""

    sqrt_price: int
    tick: int
    liquidity: int
    ladder: Ladder

    @classmethod
    def build(
        cls,
        *,
        sqrt_price: int,
        tick: int,
        liquidity: int,
        tick_spacing: int,
        fee_ppm: int,
        ticks: Iterable[tuple[int, int]],
    ) -> "ConcentratedPool":
        """A pool of which every initialised tick is known, checked for consistency.

        Raises:
            BadPool: price and tick disagree, or the ticks do not add up to the liquidity.
        """
        ticks = tuple(ticks)
        pool = cls(
            sqrt_price,
            tick,
            liquidity,
            build_ladder(ticks=ticks, tick_spacing=tick_spacing, fee_ppm=fee_ppm),
        )
        pool.check()
        if sum(net for at, net in ticks if at <= tick) != liquidity:
            raise BadPool("the ticks do not add up to the liquidity")
        if sum(net for _, net in ticks):
            raise BadPool("liquidity enters that never leaves")
        return pool

    def check(self) -> None:
        """Raises BadPool unless price and tick agree and liquidity fits its type."""
        if not MIN_SQRT_PRICE <= self.sqrt_price < MAX_SQRT_PRICE:
            raise BadPool("price out of range")
        if not MIN_TICK - 1 <= self.tick < MAX_TICK or not 0 <= self.liquidity < _UINT128_LIMIT:
            raise BadPool("tick or liquidity out of range")
        # After crossing downward the contract keeps the tick below with the price of the one above.
        above = sqrt_at_tick(self.tick + 1)
        if not (self.tick < MIN_TICK or sqrt_at_tick(self.tick) <= self.sqrt_price <= above):
            raise BadPool("price and tick disagree")

    def spot(self) -> tuple[int, int]:
        """Base units of token1 per base unit of token0, as an exact ratio; no fee."""
        if self.liquidity <= 0:
            raise NoLiquidity
        return self.sqrt_price * self.sqrt_price, 1 << 192

    def quote_in(self, amount_in: int, zero_for_one: bool) -> int:
        """Base units out for exactly ``amount_in`` in, fee included.

        Raises:
            NoLiquidity: the pool, as far as we know its ticks, cannot take all of it.
            AmountRefused: nothing in, or beyond an int256.
        """
        return (self._in_down if zero_for_one else self._in_up)(amount_in)[1]

    def quote_out(self, amount_out: int, zero_for_one: bool) -> int:
        """Base units in, fee included, for exactly ``amount_out`` out.

        Raises:
            NoLiquidity: the pool, as far as we know its ticks, does not hold as much.
            AmountRefused: nothing out, or beyond an int256.
        """
        return (self._out_down if zero_for_one else self._out_up)(amount_out)[0]

    def swap_in(self, amount_in: int, zero_for_one: bool) -> Walk:
        """As ``quote_in``, with where it would leave the pool."""
        return Walk(*(self._in_down if zero_for_one else self._in_up)(amount_in))

    def swap_out(self, amount_out: int, zero_for_one: bool) -> Walk:
        """As ``quote_out``, with where it would leave the pool."""
        return Walk(*(self._out_down if zero_for_one else self._out_up)(amount_out))

    # The four walks are the hot path of every quote: the contract's formulas stand inline, since a
    # call costs more here than the arithmetic. Two of its roundings in a row are one of the
    # product (ceil(ceil(n / b) / a) = ceil(n / ab)). An input that falls short of a stop never
    # rounds onto it, as `needed` is the least that reaches it; an output may.

    def _in_down(self, amount_in: int) -> _Steps:
        if not 0 < amount_in < _AMOUNT_LIMIT:
            raise AmountRefused
        ladder = self.ladder
        fee = ladder.fee_ppm
        keep = PPM - fee
        price = self.sqrt_price
        liquidity = self.liquidity
        left = amount_in
        total_out = 0
        crossed = 0
        sqrts, nets = ladder.down_sqrts, ladder.down_nets
        for index in range(bisect_right(ladder.down_ticks, self.tick) - 1, -1, -1):
            target = sqrts[index]
            kept = left * keep // PPM
            shifted = liquidity << 96
            span = price - target
            needed = -(-shifted * span // (price * target))
            if kept < needed:
                product = kept * price
                if product + shifted < _WORD_LIMIT:
                    after = -(-shifted * price // (shifted + product))
                else:
                    after = -(-shifted // (shifted // price + kept))
                total_out += liquidity * (price - after) >> 96
                return amount_in, total_out, after, liquidity, crossed
            total_out += liquidity * span >> 96
            left -= needed - (-needed * fee // keep)
            price = target
            net = nets[index]
            if net is not None:
                liquidity -= net
                crossed += 1
            if not left:
                return amount_in, total_out, price, liquidity, crossed
        raise NoLiquidity

    def _in_up(self, amount_in: int) -> _Steps:
        if not 0 < amount_in < _AMOUNT_LIMIT:
            raise AmountRefused
        ladder = self.ladder
        fee = ladder.fee_ppm
        keep = PPM - fee
        price = self.sqrt_price
        liquidity = self.liquidity
        left = amount_in
        total_out = 0
        crossed = 0
        sqrts, nets = ladder.up_sqrts, ladder.up_nets
        for index in range(bisect_right(ladder.up_ticks, self.tick), len(sqrts)):
            target = sqrts[index]
            kept = left * keep // PPM
            span = target - price
            needed = -(-liquidity * span >> 96)
            if kept < needed:
                move = (kept << 96) // liquidity
                after = price + move
                total_out += (liquidity << 96) * move // (after * price)
                return amount_in, total_out, after, liquidity, crossed
            total_out += (liquidity << 96) * span // (target * price)
            left -= needed - (-needed * fee // keep)
            price = target
            net = nets[index]
            if net is not None:
                liquidity += net
                crossed += 1
            if not left:
                return amount_in, total_out, price, liquidity, crossed
        raise NoLiquidity

    def _out_down(self, amount_out: int) -> _Steps:
        if not 0 < amount_out < _AMOUNT_LIMIT:
            raise AmountRefused
        ladder = self.ladder
        fee = ladder.fee_ppm
        keep = PPM - fee
        price = self.sqrt_price
        liquidity = self.liquidity
        left = amount_out
        total_in = 0
        crossed = 0
        sqrts, nets = ladder.down_sqrts, ladder.down_nets
        for index in range(bisect_right(ladder.down_ticks, self.tick) - 1, -1, -1):
            target = sqrts[index]
            shifted = liquidity << 96
            span = price - target
            gives = liquidity * span >> 96
            if left < gives:
                after = price + (-(left << 96) // liquidity)
                if after != target:
                    needed = -(-shifted * (price - after) // (price * after))
                    total_in += needed - (-needed * fee // keep)
                    return total_in, amount_out, after, liquidity, crossed
                gives = left
            needed = -(-shifted * span // (price * target))
            total_in += needed - (-needed * fee // keep)
            left -= gives
            price = target
            net = nets[index]
            if net is not None:
                liquidity -= net
                crossed += 1
            if not left:
                return total_in, amount_out, price, liquidity, crossed
        raise NoLiquidity

    def _out_up(self, amount_out: int) -> _Steps:
        if not 0 < amount_out < _AMOUNT_LIMIT:
            raise AmountRefused
        ladder = self.ladder
        fee = ladder.fee_ppm
        keep = PPM - fee
        price = self.sqrt_price
        liquidity = self.liquidity
        left = amount_out
        total_in = 0
        crossed = 0
        sqrts, nets = ladder.up_sqrts, ladder.up_nets
        for index in range(bisect_right(ladder.up_ticks, self.tick), len(sqrts)):
            target = sqrts[index]
            span = target - price
            shifted = liquidity << 96
            gives = shifted * span // (target * price)
            if left < gives:
                after = -(-shifted * price // (shifted - left * price))
                if after != target:
                    needed = -(-liquidity * (after - price) >> 96)
                    total_in += needed - (-needed * fee // keep)
                    return total_in, amount_out, after, liquidity, crossed
                gives = left
            needed = -(-liquidity * span >> 96)
            total_in += needed - (-needed * fee // keep)
            left -= gives
            price = target
            net = nets[index]
            if net is not None:
                liquidity += net
                crossed += 1
            if not left:
                return total_in, amount_out, price, liquidity, crossed
        raise NoLiquidity
