"""A concentrated pool walked by its formulas alone: slow, and independent of the fast walk.

The formulas (amounts between two prices, the next price, each with its rounding, and the stops at
initialised ticks and at the edges of 256-tick words) are the published mathematics of Uniswap V3,
written out one by one. The deployed contracts are the last word:
``tests/market/test_amm_on_chain.py`` holds both walks against them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from gateway.market.amm.tick_math import MAX_SQRT_PRICE, MIN_SQRT_PRICE, sqrt_at_tick

MIN_TICK, MAX_TICK = -887_272, 887_272
WORD = 256
Q96 = 2**96
FEE_UNIT = 10**6
UINT256 = 2**256


class NotSwappable(Exception):
    """The pool's price stands at this end already, or nothing is asked."""


def divided(numerator: int, denominator: int, *, up: bool) -> int:
    return -(-numerator // denominator) if up else numerator // denominator


def amount0(low: int, high: int, liquidity: int, *, up: bool) -> int:
    """Units of the first token between two prices."""
    once = divided(liquidity * Q96 * (high - low), high, up=up)
    return divided(once, low, up=up)


def amount1(low: int, high: int, liquidity: int, *, up: bool) -> int:
    """Units of the second token between two prices."""
    return divided(liquidity * (high - low), Q96, up=up)


def price_after_input(price: int, liquidity: int, amount: int, *, down: bool) -> int:
    if not down:
        return price + amount * Q96 // liquidity
    weight = liquidity * Q96
    whole = weight + amount * price
    if whole >= UINT256 or amount * price >= UINT256:  # the contract's integers end here
        return divided(weight, weight // price + amount, up=True)
    return divided(weight * price, whole, up=True)


def price_after_output(price: int, liquidity: int, amount: int, *, down: bool) -> int:
    if down:
        return price - divided(amount * Q96, liquidity, up=True)
    weight = liquidity * Q96
    return divided(weight * price, weight - amount * price, up=True)


@dataclass
class SlowPool:
    """The state of a pool; swapping moves it. ``fee`` in millionths."""

    sqrt_price: int
    tick: int
    liquidity: int
    fee: int
    spacing: int
    nets: dict[int, int] = field(default_factory=dict)

    def swap_in(self, amount: int, down: bool) -> tuple[int, int]:
        """Sell exactly ``amount``: base units taken (less at the pool's end) and given."""
        left, given = amount, 0
        for target, net in self._targets(down, wanted=amount):
            net_of_fee = left * (FEE_UNIT - self.fee) // FEE_UNIT
            if net_of_fee >= self._input(target, down):
                after = target
            else:
                after = price_after_input(self.sqrt_price, self.liquidity, net_of_fee, down=down)
            paid = self._input(after, down)
            given += self._output(after, down)
            left -= paid + (self._fee_on(paid) if after == target else left - paid)
            self._move(after, reached=after == target, net=net, down=down)
            if left == 0:
                break
        return amount - left, given

    def swap_out(self, amount: int, down: bool) -> tuple[int, int]:
        """Buy exactly ``amount``: base units asked and given (less at the pool's end)."""
        left, asked = amount, 0
        for target, net in self._targets(down, wanted=amount):
            if left >= self._output(target, down):
                after = target
            else:
                after = price_after_output(self.sqrt_price, self.liquidity, left, down=down)
            paid = self._input(after, down)
            asked += paid + self._fee_on(paid)
            left -= min(left, self._output(after, down))
            self._move(after, reached=after == target, net=net, down=down)
            if left == 0:
                break
        return asked, amount - left

    def _targets(self, down: bool, *, wanted: int) -> Iterator[tuple[int, int | None]]:
        """Prices to stop at, with the liquidity that changes there; the last is the pool's end."""
        end = MIN_SQRT_PRICE + 1 if down else MAX_SQRT_PRICE - 1
        if wanted <= 0 or (self.sqrt_price <= end if down else self.sqrt_price >= end):
            raise NotSwappable
        for tick in self._stops(down):
            price = sqrt_at_tick(tick)
            if price < end if down else price > end:
                yield end, None
                return
            yield price, self.nets.get(tick, 0)

    def _stops(self, down: bool) -> Iterator[int]:
        place = self.tick // self.spacing
        while True:
            place = place if down else place + 1
            edge = place - place % WORD if down else place - place % WORD + WORD - 1
            for stop in range(place, edge - 1, -1) if down else range(place, edge + 1):
                tick = stop * self.spacing
                if stop == edge or tick in self.nets:
                    yield min(max(tick, MIN_TICK), MAX_TICK)
            place = edge - 1 if down else edge

    def _input(self, after: int, down: bool) -> int:
        if down:
            return amount0(after, self.sqrt_price, self.liquidity, up=True)
        return amount1(self.sqrt_price, after, self.liquidity, up=True)

    def _output(self, after: int, down: bool) -> int:
        if down:
            return amount1(after, self.sqrt_price, self.liquidity, up=False)
        return amount0(self.sqrt_price, after, self.liquidity, up=False)

    def _fee_on(self, paid: int) -> int:
        return divided(paid * self.fee, FEE_UNIT - self.fee, up=True)

    def _move(self, after: int, *, reached: bool, net: int | None, down: bool) -> None:
        self.sqrt_price = after
        if reached and net is not None:
            self.liquidity += -net if down else net
