"""Liquidity for amounts and amounts for liquidity, as Uniswap V3 rounds them. Pure.

The formulas are those of the contracts' ``LiquidityAmounts`` (what a mint gives for what is
offered) and ``SqrtPriceMath`` (what the pool takes, rounded up, and gives back, rounded down);
equal to them to the base unit, which is tested on the deployed contracts. Square-root prices are
Q64.96.
"""

from bisect import bisect_right
from dataclasses import dataclass
from math import isqrt

from gateway.market.amm.errors import AmountRefused, BadPool
from gateway.market.amm.tick_math import MAX_TICK, MIN_SQRT_PRICE, MIN_TICK, sqrt_at_tick

Q96 = 1 << 96
UINT128_LIMIT = 1 << 128


@dataclass(frozen=True, slots=True)
class Range:
    """Two ticks on a pool's spacing; liquidity works while lower <= tick < upper."""

    lower: int
    upper: int

    def __post_init__(self) -> None:
        if not MIN_TICK <= self.lower < self.upper <= MAX_TICK:
            raise BadPool("a range goes up, within the ticks there are")

    @property
    def sqrts(self) -> tuple[int, int]:
        return sqrt_at_tick(self.lower), sqrt_at_tick(self.upper)

    @property
    def centre(self) -> int:
        return (self.lower + self.upper) // 2

    def contains(self, tick: int) -> bool:
        return self.lower <= tick < self.upper


def range_around(*, tick: int, half_width: int, spacing: int) -> Range:
    """The narrowest range on the spacing that reaches ``half_width`` ticks to both sides."""
    lower = (tick - half_width) // spacing * spacing
    upper = -(-(tick + half_width) // spacing) * spacing
    lowest, highest = -(-MIN_TICK // spacing) * spacing, MAX_TICK // spacing * spacing
    return Range(max(lower, lowest), min(max(upper, lower + spacing), highest))


def tick_at_sqrt(sqrt_price: int) -> int:
    """The greatest tick whose square-root price is no more than ``sqrt_price``."""
    if sqrt_price < MIN_SQRT_PRICE:
        raise BadPool("below the lowest price")
    ticks = range(MIN_TICK, MAX_TICK + 1)
    return ticks[bisect_right(ticks, sqrt_price, key=sqrt_at_tick) - 1]


def sqrt_of_ratio(numerator: int, denominator: int) -> int:
    """The square-root price of ``numerator`` base units of token1 for ``denominator`` of token0."""
    return isqrt((numerator << 192) // denominator)


def liquidity_for(*, sqrt_price: int, within: Range, amount0: int, amount1: int) -> int:
    """The most liquidity that a mint gives for at most these amounts.

    Raises:
        AmountRefused: more than a position can hold.
    """
    lower, upper = within.sqrts
    if sqrt_price <= lower:
        liquidity = _for_amount0(lower, upper, amount0)
    elif sqrt_price < upper:
        liquidity = min(
            _for_amount0(sqrt_price, upper, amount0), _for_amount1(lower, sqrt_price, amount1)
        )
    else:
        liquidity = _for_amount1(lower, upper, amount1)
    if liquidity >= UINT128_LIMIT:
        raise AmountRefused
    return liquidity


def taken_by_mint(*, sqrt_price: int, tick: int, within: Range, liquidity: int) -> tuple[int, int]:
    """Base units of token0 and token1 that the pool takes for ``liquidity``; rounded up."""
    from0, to0, from1, to1 = _spans(sqrt_price, tick, within)
    numerator = (liquidity << 96) * (to0 - from0)
    return _up(_up(numerator, to0), from0), _up(liquidity * (to1 - from1), Q96)


def given_by_burn(*, sqrt_price: int, tick: int, within: Range, liquidity: int) -> tuple[int, int]:
    """Base units of token0 and token1 that the pool gives for ``liquidity``; rounded down."""
    from0, to0, from1, to1 = _spans(sqrt_price, tick, within)
    numerator = (liquidity << 96) * (to0 - from0)
    return numerator // to0 // from0, liquidity * (to1 - from1) >> 96


def mint_floors(
    *, sqrt_low: int, sqrt_high: int, within: Range, amount0: int, amount1: int
) -> tuple[int, int]:
    """The least that a mint of these amounts takes while the price is within the bounds.

    A mint that would take less of either finds the pool at another price, and reverts. Of token0 it
    takes least at the highest price, of token1 at the lowest.
    """
    least: list[tuple[int, int]] = []
    unit: list[tuple[int, int]] = []
    for sqrt_price in (sqrt_high, sqrt_low):
        liquidity = liquidity_for(
            sqrt_price=sqrt_price, within=within, amount0=amount0, amount1=amount1
        )
        tick = tick_at_sqrt(sqrt_price)
        for found, much in ((least, liquidity), (unit, 1)):
            found.append(
                taken_by_mint(sqrt_price=sqrt_price, tick=tick, within=within, liquidity=much)
            )
    # Liquidity is whole: at another price up to a unit of it, at its dearest, may be lost.
    return max(0, least[0][0] - unit[1][0] - 1), max(0, least[1][1] - unit[0][1] - 1)


def burn_floors(*, sqrt_low: int, sqrt_high: int, within: Range, liquidity: int) -> tuple[int, int]:
    """The least that burning ``liquidity`` gives while the price is within the bounds."""
    high = given_by_burn(
        sqrt_price=sqrt_high, tick=tick_at_sqrt(sqrt_high), within=within, liquidity=liquidity
    )
    low = given_by_burn(
        sqrt_price=sqrt_low, tick=tick_at_sqrt(sqrt_low), within=within, liquidity=liquidity
    )
    return high[0], low[1]


def value_in_token1(*, sqrt_price: int, amount0: int, amount1: int) -> int:
    """Base units of token1 that both amounts are worth at a price; rounded down."""
    return (amount0 * sqrt_price * sqrt_price >> 192) + amount1


def _up(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)


def _for_amount0(low: int, high: int, amount0: int) -> int:
    return amount0 * (low * high // Q96) // (high - low)


def _for_amount1(low: int, high: int, amount1: int) -> int:
    return amount1 * Q96 // (high - low)


def _spans(sqrt_price: int, tick: int, within: Range) -> tuple[int, int, int, int]:
    """From where to where the range holds token0, and token1; the pool goes by its tick."""
    lower, upper = within.sqrts
    if tick < within.lower:
        return lower, upper, lower, lower
    if tick < within.upper:
        return sqrt_price, upper, lower, sqrt_price
    return upper, upper, lower, upper
