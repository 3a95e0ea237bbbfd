from fractions import Fraction
from math import isqrt

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bench.slow_pool import NotSwappable, SlowPool
from gateway.market.amm.concentrated import ConcentratedPool, build_ladder
from gateway.market.amm.constant_product import (
    RESERVE_LIMIT,
    ConstantProductPool,
    constant_product_in,
    constant_product_out,
)
from gateway.market.amm.errors import AmmError, AmountRefused, BadPool, NoLiquidity
from gateway.market.amm.tick_math import (
    MAX_SQRT_PRICE,
    MAX_TICK,
    MIN_SQRT_PRICE,
    MIN_TICK,
    sqrt_at_tick,
)

reserves = st.integers(1, RESERVE_LIMIT - 1)
amounts = st.one_of(st.integers(1, 10**9), st.integers(1, 2**128))


@given(amounts, reserves, reserves)
def test_a_pair_gives_what_its_contract_gives(amount, reserve_in, reserve_out):
    assume(amount + reserve_in < RESERVE_LIMIT)
    out = constant_product_out(
        amount_in=amount, reserve_in=reserve_in, reserve_out=reserve_out, fee_bps=30
    )
    kept = amount * 997
    assert out == kept * reserve_out // (reserve_in * 1000 + kept)


@given(amounts, reserves, reserves)
def test_a_pair_asks_what_its_contract_asks_and_it_suffices(amount, reserve_in, reserve_out):
    try:
        needed = constant_product_in(
            amount_out=amount, reserve_in=reserve_in, reserve_out=reserve_out, fee_bps=30
        )
    except AmmError:
        return
    assert needed == reserve_in * amount * 1000 // ((reserve_out - amount) * 997) + 1
    assert (
        constant_product_out(
            amount_in=needed, reserve_in=reserve_in, reserve_out=reserve_out, fee_bps=30
        )
        >= amount
    )


@pytest.mark.parametrize(
    ("amount", "reserve_in", "reserve_out", "error"),
    [
        (1, 0, 10, NoLiquidity),
        (1, 10, 0, NoLiquidity),
        (0, 10, 10, AmountRefused),
        (-1, 10, 10, AmountRefused),
        (2**128, 10, 10, AmountRefused),
    ],
)
def test_a_pair_refuses_what_its_contract_refuses(amount, reserve_in, reserve_out, error):
    with pytest.raises(error):
        constant_product_out(
            amount_in=amount, reserve_in=reserve_in, reserve_out=reserve_out, fee_bps=30
        )


def test_a_pair_never_gives_all_it_has():
    pool = ConstantProductPool(10**21, 3 * 10**12)
    for asked in (3 * 10**12, 2**128):
        with pytest.raises(NoLiquidity):
            pool.quote_out(asked, True)
    with pytest.raises(AmountRefused):
        pool.quote_out(0, False)
    assert pool.quote_in(1, True) == 0


def test_ticks_meet_the_contract_at_its_ends():
    assert sqrt_at_tick(MIN_TICK) == MIN_SQRT_PRICE
    assert sqrt_at_tick(MAX_TICK) == MAX_SQRT_PRICE
    assert sqrt_at_tick(0) == 2**96
    for tick in (MIN_TICK - 1, MAX_TICK + 1):
        with pytest.raises(ValueError, match="out of range"):
            sqrt_at_tick(tick)


@given(st.integers(MIN_TICK, MAX_TICK - 1))
def test_a_ticks_price_is_its_power_of_one_basis_point(tick):
    price = sqrt_at_tick(tick)
    assert sqrt_at_tick(tick + 1) > price
    exact = Fraction(10001, 10000) ** tick if abs(tick) < 2000 else None
    if exact is not None:
        root = isqrt(exact.numerator * 2**192 // exact.denominator)
        assert abs(price - root) <= root // 10**18 + 2


@st.composite
def pools(draw):
    """A pool of up to eight positions, with its price anywhere, on or next to a stop too."""
    spacing, fee = draw(st.sampled_from([(1, 100), (10, 500), (60, 3000), (200, 10_000)]))
    reach = MAX_TICK // spacing
    near = draw(st.booleans())
    bound = 600 if near else reach
    nets: dict[int, int] = {}
    positions = []
    for _ in range(draw(st.integers(1, 8))):
        low = draw(st.integers(-bound, bound - 1))
        high = draw(st.integers(low + 1, bound))
        liquidity = draw(st.one_of(st.integers(1, 10**6), st.integers(1, 10**30)))
        positions.append((low * spacing, high * spacing, liquidity))
        nets[low * spacing] = nets.get(low * spacing, 0) + liquidity
        nets[high * spacing] = nets.get(high * spacing, 0) - liquidity
    stops = sorted(nets)
    tick = draw(
        st.one_of(
            st.sampled_from(stops),
            st.integers(max(MIN_TICK, stops[0] - 5), min(stops[-1] + 5, MAX_TICK - 1)),
        )
    )
    tick = min(tick, MAX_TICK - 1)
    low_price, high_price = sqrt_at_tick(tick), sqrt_at_tick(tick + 1)
    price = draw(st.one_of(st.just(low_price), st.integers(low_price, high_price - 1)))
    if price == low_price and tick % spacing == 0 and draw(st.booleans()) and tick > MIN_TICK:
        tick -= 1  # just crossed downward
    liquidity = sum(size for low, high, size in positions if low <= tick < high)
    return price, tick, liquidity, spacing, fee, nets


def _pair(state):
    price, tick, liquidity, spacing, fee, nets = state
    ours = ConcentratedPool.build(
        sqrt_price=price,
        tick=tick,
        liquidity=liquidity,
        tick_spacing=spacing,
        fee_ppm=fee,
        ticks=nets.items(),
    )
    return ours, SlowPool(price, tick, liquidity, fee, spacing, dict(nets))


@settings(max_examples=200, deadline=None)
@given(pools(), amounts, st.booleans())
def test_a_concentrated_pool_gives_what_the_formulas_give(state, amount, down):
    ours, slow = _pair(state)
    try:
        taken, given_out = slow.swap_in(amount, down)
    except NotSwappable:
        taken, given_out = 0, 0
    try:
        walk = ours.swap_in(amount, down)
    except NoLiquidity:
        assert taken < amount
        return
    assert (walk.amount_in, walk.amount_out) == (taken, given_out)
    assert (walk.sqrt_price, walk.liquidity) == (slow.sqrt_price, slow.liquidity)
    assert ours.quote_in(amount, down) == given_out


@settings(max_examples=200, deadline=None)
@given(pools(), amounts, st.booleans())
def test_a_concentrated_pool_asks_what_the_formulas_ask(state, amount, down):
    ours, slow = _pair(state)
    try:
        asked, got = slow.swap_out(amount, down)
    except NotSwappable:
        asked, got = 0, 0
    try:
        walk = ours.swap_out(amount, down)
    except NoLiquidity:
        assert got < amount
        return
    assert (walk.amount_in, walk.amount_out) == (asked, got)
    assert (walk.sqrt_price, walk.liquidity) == (slow.sqrt_price, slow.liquidity)
    assert ours.quote_out(amount, down) == asked


def test_each_stop_at_the_edge_of_a_bitmap_word_rounds():
    """One position over five words: the walk that skips their edges is off by base units."""
    spacing, liquidity = 1, 10**12
    state = (2**96, 0, liquidity, spacing, 3000, {-700: liquidity, 700: -liquidity})
    ours, slow = _pair(state)
    amount = 3 * 10**10
    taken, given_out = slow.swap_in(amount, True)
    assert taken == amount
    assert ours.quote_in(amount, True) == given_out
    bare = ConcentratedPool(
        2**96,
        0,
        liquidity,
        build_ladder(
            ticks={-700: liquidity, 700: -liquidity}.items(), tick_spacing=700, fee_ppm=3000
        ),
    )
    assert bare.quote_in(amount, True) != given_out


def test_a_pool_of_which_only_a_window_is_known_refuses_beyond_it():
    nets = {-6000: 10**20, 6000: -(10**20)}
    whole = ConcentratedPool.build(
        sqrt_price=2**96,
        tick=0,
        liquidity=10**20,
        tick_spacing=60,
        fee_ppm=3000,
        ticks=nets.items(),
    )
    window = ConcentratedPool(
        2**96,
        0,
        10**20,
        build_ladder(
            ticks={-600: 0}.items(), tick_spacing=60, fee_ppm=3000, known_from=-600, known_to=600
        ),
    )
    assert window.quote_in(10**18, True) == whole.quote_in(10**18, True)
    assert whole.quote_in(10**19, True)
    with pytest.raises(NoLiquidity):
        window.quote_in(10**19, True)


@pytest.mark.parametrize("amount", [0, -1, 2**255])
def test_a_concentrated_pool_refuses_what_its_contract_refuses(amount):
    pool = ConcentratedPool.build(
        sqrt_price=2**96,
        tick=0,
        liquidity=10**20,
        tick_spacing=60,
        fee_ppm=3000,
        ticks=[(-60, 10**20), (60, -(10**20))],
    )
    for down in (True, False):
        with pytest.raises(AmountRefused):
            pool.quote_in(amount, down)
        with pytest.raises(AmountRefused):
            pool.quote_out(amount, down)
        assert pool.quote_in(1, down) == 0
        with pytest.raises(NoLiquidity):
            pool.quote_in(2**128, down)
        with pytest.raises(NoLiquidity):
            pool.quote_out(2**128, down)


def test_an_empty_pool_has_no_price():
    empty = ConcentratedPool(2**96, 0, 0, build_ladder(ticks=[], tick_spacing=60, fee_ppm=3000))
    for ask in (
        empty.spot,
        lambda: empty.quote_in(1, True),
        lambda: empty.quote_out(1, False),
    ):
        with pytest.raises(NoLiquidity):
            ask()
    with pytest.raises(NoLiquidity):
        ConstantProductPool(0, 0).spot()


@pytest.mark.parametrize(
    "change",
    [
        {"sqrt_price": 2**97},
        {"tick": 3},
        {"liquidity": 5},
        {"ticks": [(-60, 10), (61, -10)]},
        {"ticks": [(-60, 10), (60, -9)]},
        {"tick_spacing": 0},
        {"fee_ppm": 1_000_000},
        {"sqrt_price": 0},
    ],
)
def test_a_state_that_no_real_pool_can_have_is_refused(change):
    state = {
        "sqrt_price": 2**96,
        "tick": 0,
        "liquidity": 10,
        "tick_spacing": 60,
        "fee_ppm": 3000,
        "ticks": [(-60, 10), (60, -10)],
    }
    ConcentratedPool.build(**state)
    with pytest.raises(BadPool):
        ConcentratedPool.build(**(state | change))
