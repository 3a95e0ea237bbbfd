"""When the desk opens, moves or withdraws a range. Pure: market, holding and policy in, words out.

A range earns fees while the price is in it and loses to arbitrage (LVR) at the same time; both grow
with its liquidity, so whether it pays depends on their ratio, and whether to move it on whether the
gain until the next move covers the gas. Between the two lies a band in which nothing is done.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import isqrt

from gateway.market.liquidity.lvr import PPM, SECONDS_PER_YEAR, range_lvr
from gateway.market.liquidity.ranges.amounts import (
    Range,
    burn_floors,
    liquidity_for,
    mint_floors,
    range_around,
    taken_by_mint,
    tick_at_sqrt,
    value_in_token1,
)

DAY = 86_400
E18 = 10**18
TICK_PPM = 100
"""A tick is a hundredth of a per cent of the price, nearly."""


class Action(StrEnum):
    REST = "rest"
    OPEN = "open"
    MOVE = "move"
    WITHDRAW = "withdraw"


class Why(StrEnum):
    NOT_ALLOWED = "not_allowed"
    POOL_PUSHED = "pool_pushed"
    LOSES_TO_ARBITRAGE = "loses_to_arbitrage"
    TOO_LITTLE = "too_little"
    COSTS_MORE = "costs_more_than_it_brings"
    WITHIN_BAND = "within_band"
    WORTH_IT = "worth_it"
    OUT_OF_BAND = "out_of_band"
    OUT_OF_RANGE = "out_of_range"


@dataclass(frozen=True, slots=True, kw_only=True)
class RangePolicy:
    """
    Attributes:
        horizon_seconds: for how long a range is meant to stay.
        width_sigmas_ppm: half width in standard deviations over the horizon.
        band_ppm: of the half width: how far the fair value may leave the centre.
        max_gap_ppm: of the price: further from fair value, somebody pushes the pool.
        margin_ppm: fees must pass the loss to arbitrage by this part of it.
        least_units1, most_units1: worth of a range, in base units of token1.
    """

    horizon_seconds: int = DAY
    width_sigmas_ppm: int = 2_000_000
    band_ppm: int = 500_000
    max_gap_ppm: int = 5_000
    margin_ppm: int = 100_000
    least_units1: int
    most_units1: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeView:
    """The pool and what we think of it. Square-root prices of token1 for token0, Q64.96.

    Attributes:
        fees_per_liquidity_e18: base units of token1, times 1e18, that a unit of liquidity in range
            earns in a day, token0 counted at fair value.
        gas_units1: what opening or moving a range costs, in base units of token1.
    """

    sqrt_price: int
    tick: int
    sqrt_fair: int
    spacing: int
    volatility_ppm: int
    fees_per_liquidity_e18: int
    gas_units1: int
    allowed: bool = True

    @property
    def gap_ppm(self) -> int:
        """How far the pool's price is from fair value, in millionths of it."""
        pool, fair = self.sqrt_price**2, self.sqrt_fair**2
        return abs(pool - fair) * PPM // fair


@dataclass(frozen=True, slots=True)
class Held:
    """A range that the desk has."""

    within: Range
    liquidity: int


@dataclass(frozen=True, slots=True)
class Mint:
    """What to offer, the least that must be taken, and the liquidity that it gives now."""

    within: Range
    amount0: int
    amount1: int
    least0: int
    least1: int
    liquidity: int


@dataclass(frozen=True, slots=True)
class Burn:
    """What to take out, and the least that must be given."""

    liquidity: int
    least0: int
    least1: int


@dataclass(frozen=True, slots=True)
class Parts:
    """What the answer was made of, in base units of token1 where not said otherwise."""

    gap_ppm: int
    half_width_ticks: int
    fees_per_day: int
    lvr_per_day: int
    gas: int
    off_centre_ticks: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    action: Action
    why: Why
    parts: Parts
    burn: Burn | None = None
    mint: Mint | None = None


def decide_range(
    *,
    view: RangeView,
    policy: RangePolicy,
    units0: int,
    units1: int,
    held: Held | None = None,
) -> Answer:
    """What to do about a pool now.

    Args:
        units0, units1: what the house may put in, besides what is in ``held``.
    """
    width = half_width_ticks(view, policy)
    fair_tick = tick_at_sqrt(view.sqrt_fair)
    if not view.allowed:
        parts = _parts(view, width, held.liquidity if held else 0)
        burn = _burn(view, policy, held) if held else None
        return Answer(Action.WITHDRAW if held else Action.REST, Why.NOT_ALLOWED, parts, burn)
    if view.gap_ppm > policy.max_gap_ppm:
        return Answer(Action.REST, Why.POOL_PUSHED, _parts(view, width, 0))
    mint = _mint(view, policy, units0=units0, units1=units1, held=held)
    parts = _parts(view, width, held.liquidity if held else mint.liquidity)
    one = _parts(view, width, E18)
    if one.fees_per_day * PPM <= one.lvr_per_day * (PPM + policy.margin_ppm):
        if held is None:
            return Answer(Action.REST, Why.LOSES_TO_ARBITRAGE, parts)
        burn = _burn(view, policy, held)
        return Answer(Action.WITHDRAW, Why.LOSES_TO_ARBITRAGE, parts, burn)
    if held is not None:
        off = abs(fair_tick - held.within.centre)
        parts = _parts(view, width, mint.liquidity, off=off)
        half = max(1, (held.within.upper - held.within.lower) // 2)
        if off * PPM <= half * policy.band_ppm:
            return Answer(Action.REST, Why.WITHIN_BAND, parts)
    if not _worth(view, mint) >= policy.least_units1 > 0:
        if held is not None and not held.within.contains(view.tick):
            # It earns nothing where it is, and there is not enough of the other token to move it.
            burn = _burn(view, policy, held)
            return Answer(Action.WITHDRAW, Why.OUT_OF_RANGE, parts, burn)
        return Answer(Action.REST, Why.TOO_LITTLE, parts)
    gain = (parts.fees_per_day - parts.lvr_per_day) * policy.horizon_seconds // DAY
    if gain <= parts.gas:
        return Answer(Action.REST, Why.COSTS_MORE, parts)
    if held is None:
        return Answer(Action.OPEN, Why.WORTH_IT, parts, mint=mint)
    burn = _burn(view, policy, held)
    return Answer(Action.MOVE, Why.OUT_OF_BAND, parts, burn=burn, mint=mint)


def half_width_ticks(view: RangeView, policy: RangePolicy) -> int:
    """``width_sigmas_ppm`` standard deviations over the horizon, in ticks; rounded up."""
    root_ppm = isqrt(policy.horizon_seconds * PPM * PPM // SECONDS_PER_YEAR)
    width = view.volatility_ppm * root_ppm * policy.width_sigmas_ppm
    return max(1, -(-width // (PPM * PPM * TICK_PPM)))


def price_bounds(view: RangeView, policy: RangePolicy) -> tuple[int, int]:
    """The square-root prices between which we trade: ``max_gap_ppm`` around fair value."""
    fair = view.sqrt_fair**2
    return (
        isqrt(fair * (PPM - policy.max_gap_ppm) // PPM),
        isqrt(fair * (PPM + policy.max_gap_ppm) // PPM),
    )


def _mint(
    view: RangeView, policy: RangePolicy, *, units0: int, units1: int, held: Held | None
) -> Mint:
    within = range_around(
        tick=tick_at_sqrt(view.sqrt_fair),
        half_width=half_width_ticks(view, policy),
        spacing=view.spacing,
    )
    if held is not None:
        # What comes out of the old range goes into the new one: at least its floors.
        out = _burn(view, policy, held)
        units0, units1 = units0 + out.least0, units1 + out.least1
    liquidity = liquidity_for(
        sqrt_price=view.sqrt_price, within=within, amount0=units0, amount1=units1
    )
    amount0, amount1 = _taken(view, within, liquidity)
    worth = value_in_token1(sqrt_price=view.sqrt_fair, amount0=amount0, amount1=amount1)
    if worth > policy.most_units1:
        liquidity = liquidity * policy.most_units1 // worth
        amount0, amount1 = _taken(view, within, liquidity)
    low, high = price_bounds(view, policy)
    least0, least1 = mint_floors(
        sqrt_low=low, sqrt_high=high, within=within, amount0=amount0, amount1=amount1
    )
    return Mint(
        within=within,
        amount0=amount0,
        amount1=amount1,
        least0=least0,
        least1=least1,
        liquidity=liquidity_for(
            sqrt_price=view.sqrt_price, within=within, amount0=amount0, amount1=amount1
        ),
    )


def _taken(view: RangeView, within: Range, liquidity: int) -> tuple[int, int]:
    return taken_by_mint(
        sqrt_price=view.sqrt_price, tick=view.tick, within=within, liquidity=liquidity
    )


def _burn(view: RangeView, policy: RangePolicy, held: Held) -> Burn:
    low, high = price_bounds(view, policy)
    least0, least1 = burn_floors(
        sqrt_low=low, sqrt_high=high, within=held.within, liquidity=held.liquidity
    )
    return Burn(liquidity=held.liquidity, least0=least0, least1=least1)


def _worth(view: RangeView, mint: Mint) -> int:
    return value_in_token1(sqrt_price=view.sqrt_fair, amount0=mint.amount0, amount1=mint.amount1)


def _parts(view: RangeView, width: int, liquidity: int, *, off: int = 0) -> Parts:
    around = range_around(tick=view.tick, half_width=width, spacing=view.spacing)
    lower, upper = around.sqrts
    return Parts(
        gap_ppm=view.gap_ppm,
        half_width_ticks=width,
        fees_per_day=liquidity * view.fees_per_liquidity_e18 // E18,
        lvr_per_day=range_lvr(
            liquidity=liquidity,
            sqrt_price_x96=view.sqrt_price,
            sqrt_lower_x96=lower,
            sqrt_upper_x96=upper,
            volatility_ppm=view.volatility_ppm,
            seconds=DAY,
        ),
        gas=view.gas_units1,
        off_centre_ticks=off,
    )
