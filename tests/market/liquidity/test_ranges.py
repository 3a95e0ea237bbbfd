"""Ranges: exact amounts, and when one is opened, moved, withdrawn or left alone."""

from dataclasses import replace
from math import isqrt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gateway.market.amm.errors import AmountRefused, BadPool
from gateway.market.amm.tick_math import MAX_TICK, MIN_TICK, sqrt_at_tick
from gateway.market.liquidity.ranges.amounts import (
    Range,
    given_by_burn,
    liquidity_for,
    mint_floors,
    range_around,
    sqrt_of_ratio,
    taken_by_mint,
    tick_at_sqrt,
)
from gateway.market.liquidity.ranges.deciding import (
    Action,
    Held,
    RangePolicy,
    RangeView,
    Why,
    decide_range,
    half_width_ticks,
    price_bounds,
)

# WETH (18 decimals) as token0 at 3,000 USDC (6 decimals)
FAIR = sqrt_of_ratio(3_000 * 10**6, 10**18)
VIEW = RangeView(
    sqrt_price=FAIR,
    tick=tick_at_sqrt(FAIR),
    sqrt_fair=FAIR,
    spacing=10,
    volatility_ppm=600_000,
    fees_per_liquidity_e18=3 * 10**10,
    gas_units1=2 * 10**6,
)
POLICY = RangePolicy(least_units1=1_000 * 10**6, most_units1=100_000 * 10**6)
HAVE = {"units0": 10 * 10**18, "units1": 30_000 * 10**6}

ticks = st.integers(-200_000, 200_000)
sizes = st.integers(1, 10**27)


@given(ticks, st.integers(0, 20_000), st.sampled_from([1, 10, 60, 200]))
def test_a_range_reaches_as_far_as_asked_on_the_spacing(tick: int, half: int, spacing: int) -> None:
    found = range_around(tick=tick, half_width=half, spacing=spacing)
    assert found.lower % spacing == found.upper % spacing == 0
    assert found.lower <= tick - half < found.lower + spacing
    assert tick + half <= found.upper <= tick + half + spacing
    with pytest.raises(BadPool):
        Range(5, 5)


@given(st.integers(MIN_TICK, MAX_TICK - 1), st.integers(0, 10**6))
def test_the_tick_of_a_price(tick: int, more: int) -> None:
    low, high = sqrt_at_tick(tick), sqrt_at_tick(tick + 1)
    assert tick_at_sqrt(min(low + more, high - 1)) == tick


@given(ticks, st.integers(1, 5_000), st.integers(-8_000, 8_000), sizes, sizes)
def test_a_mint_takes_no_more_than_was_offered_and_a_burn_gives_no_more_than_was_taken(
    tick: int, half: int, off: int, amount0: int, amount1: int
) -> None:
    within = range_around(tick=tick + off, half_width=half, spacing=10)
    at = {"sqrt_price": sqrt_at_tick(tick), "within": within}
    try:
        liquidity = liquidity_for(amount0=amount0, amount1=amount1, **at)
    except AmountRefused:
        assume(False)
    taken = taken_by_mint(tick=tick, liquidity=liquidity, **at)
    given_back = given_by_burn(tick=tick, liquidity=liquidity, **at)
    for offered, in_, out in zip((amount0, amount1), taken, given_back, strict=True):
        assert 0 <= out <= in_ <= offered
        assert in_ - out <= 2


@given(st.integers(-50, 50), st.integers(10**12, 10**20), st.integers(10**6, 10**12))
def test_within_the_bounds_no_mint_takes_less_than_its_floors(
    moved_bps: int, amount0: int, amount1: int
) -> None:
    within = range_around(tick=VIEW.tick, half_width=600, spacing=10)
    low, high = price_bounds(VIEW, POLICY)
    floors = mint_floors(
        sqrt_low=low, sqrt_high=high, within=within, amount0=amount0, amount1=amount1
    )
    now = isqrt(FAIR * FAIR * (10_000 + moved_bps) // 10_000)
    at = {"sqrt_price": min(max(now, low), high), "within": within}
    liquidity = liquidity_for(amount0=amount0, amount1=amount1, **at)
    taken = taken_by_mint(tick=tick_at_sqrt(at["sqrt_price"]), liquidity=liquidity, **at)
    assert taken[0] >= floors[0]
    assert taken[1] >= floors[1]


def test_a_range_that_pays_is_opened_around_fair_value() -> None:
    answer = decide_range(view=VIEW, policy=POLICY, **HAVE)
    assert (answer.action, answer.why) == (Action.OPEN, Why.WORTH_IT)
    assert answer.mint is not None
    # two standard deviations of a day at 60 % a year: 6.3 %
    assert answer.parts.half_width_ticks == half_width_ticks(VIEW, POLICY) in range(620, 640)
    assert answer.mint.within.contains(VIEW.tick)
    assert 0 < answer.mint.least0 < answer.mint.amount0 <= HAVE["units0"]
    assert 0 < answer.mint.least1 < answer.mint.amount1 <= HAVE["units1"]
    assert answer.parts.fees_per_day > answer.parts.lvr_per_day > 0


def test_no_more_than_the_policy_says_is_put_in() -> None:
    answer = decide_range(view=VIEW, policy=POLICY, units0=1_000 * 10**18, units1=3_000_000 * 10**6)
    assert answer.mint is not None
    worth = answer.mint.amount0 * 3_000 * 10**6 // 10**18 + answer.mint.amount1
    assert 99_000 * 10**6 < worth <= 100_001 * 10**6


@pytest.mark.parametrize(
    ("changes", "have", "why"),
    [
        ({"allowed": False}, {}, Why.NOT_ALLOWED),
        ({"sqrt_price": FAIR * 1_004 // 1_000}, {}, Why.POOL_PUSHED),
        ({"fees_per_liquidity_e18": 0}, {}, Why.LOSES_TO_ARBITRAGE),
        ({"volatility_ppm": 6_000_000}, {}, Why.LOSES_TO_ARBITRAGE),
        ({}, {"units0": 0, "units1": 0}, Why.TOO_LITTLE),
        ({}, {"units0": 10**15, "units1": 10**6}, Why.TOO_LITTLE),
        ({"gas_units1": 10**12}, {}, Why.COSTS_MORE),
    ],
)
def test_why_no_range_is_opened(changes: dict[str, int], have: dict[str, int], why: Why) -> None:
    answer = decide_range(view=replace(VIEW, **changes), policy=POLICY, **{**HAVE, **have})
    assert (answer.action, answer.why, answer.mint) == (Action.REST, why, None)


def test_a_range_is_left_within_its_band_and_moved_beyond_it() -> None:
    opened = decide_range(view=VIEW, policy=POLICY, **HAVE)
    assert opened.mint is not None
    held = Held(opened.mint.within, opened.mint.liquidity)
    little = {"units0": 10**18, "units1": 3_000 * 10**6, "held": held}
    rests = decide_range(view=VIEW, policy=POLICY, **little)
    assert (rests.action, rests.why) == (Action.REST, Why.WITHIN_BAND)
    for moved in (1_030, 970):
        root = isqrt(FAIR * FAIR * moved * moved // 10**6 * 10**4 // 10**4)
        now = replace(VIEW, sqrt_price=root, sqrt_fair=root, tick=tick_at_sqrt(root))
        answer = decide_range(view=now, policy=POLICY, **little)
        assert (answer.action, answer.why) == (Action.MOVE, Why.OUT_OF_BAND)
        assert answer.burn is not None
        assert answer.mint is not None
        assert answer.burn.liquidity == held.liquidity
        assert answer.mint.within.centre != held.within.centre
        assert abs(answer.mint.within.centre - now.tick) <= now.spacing
        # far out of range, and nothing of the other token at hand to move it: taken back
        far = isqrt(root * root * (moved * moved) // 10**6)
        gone = replace(now, sqrt_price=far, sqrt_fair=far, tick=tick_at_sqrt(far))
        alone = decide_range(view=gone, policy=POLICY, units0=0, units1=0, held=held)
        assert (alone.action, alone.why) == (Action.WITHDRAW, Why.OUT_OF_RANGE)
        # out of band but dear: it stays
        dear = decide_range(view=replace(now, gas_units1=10**12), policy=POLICY, **little)
        assert (dear.action, dear.why) == (Action.REST, Why.COSTS_MORE)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"allowed": False}, Why.NOT_ALLOWED),
        ({"fees_per_liquidity_e18": 0}, Why.LOSES_TO_ARBITRAGE),
    ],
)
def test_a_range_is_withdrawn(changes: dict[str, int], why: Why) -> None:
    opened = decide_range(view=VIEW, policy=POLICY, **HAVE)
    assert opened.mint is not None
    held = Held(opened.mint.within, opened.mint.liquidity)
    answer = decide_range(view=replace(VIEW, **changes), policy=POLICY, held=held, **HAVE)
    assert (answer.action, answer.why) == (Action.WITHDRAW, why)
    assert answer.burn is not None
    assert answer.burn.least0 > 0
    assert answer.burn.least1 > 0


def test_nothing_is_touched_while_somebody_pushes_the_pool() -> None:
    opened = decide_range(view=VIEW, policy=POLICY, **HAVE)
    assert opened.mint is not None
    held = Held(opened.mint.within, opened.mint.liquidity)
    pushed = replace(VIEW, sqrt_price=FAIR * 1_100 // 1_000, tick=tick_at_sqrt(FAIR * 11 // 10))
    answer = decide_range(view=pushed, policy=POLICY, held=held, **HAVE)
    assert (answer.action, answer.why) == (Action.REST, Why.POOL_PUSHED)
