from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from gateway.market.amm.errors import AmmError, NoLiquidity
from gateway.market.routing.best import along_in, best_in, best_out, depth_in, path_spot
from gateway.market.routing.venues import Venues
from gateway.market.snapshots import E18
from tests.market.dev_market import DAI, USDC, WBTC, WETH, dev_market, v2, v3

POOLS = dev_market().pools
ONE = 10**18


def test_the_best_single_venue_wins():
    venues = Venues(POOLS)
    route = best_in(venues, token_in=WETH, token_out=USDC, amount_in=ONE)
    each = [along_in(path, ONE)[0] for path in venues.paths(WETH, USDC)]
    assert route.amount_out == max(each)
    assert route.path[0].venue.kind == "v3"


def test_a_token_without_a_direct_pool_goes_over_another():
    venues = Venues((v2(WBTC, WETH, 100 * 10**8, 2_000 * ONE), POOLS[0]))
    route = best_in(venues, token_in=WBTC, token_out=USDC, amount_in=10**7)
    assert [hop.token_out for hop in route.path] == [WETH, USDC]
    first = route.path[0].venue.pool.quote_in(10**7, True)
    assert route.amount_out == route.path[1].venue.pool.quote_in(first, True)


def test_gas_can_make_the_cheaper_venue_the_better_one():
    one_hop = v2(WBTC, USDC, 100 * 10**8, 5_990_000 * 10**6)
    venues = Venues(
        (
            one_hop,
            v3(WBTC, WETH, tick=260_230, liquidity=10**18),
            v3(WETH, USDC, tick=-196_256, liquidity=10**22),
        )
    )
    free = best_in(venues, token_in=WBTC, token_out=USDC, amount_in=10**5)
    dear = best_in(venues, token_in=WBTC, token_out=USDC, amount_in=10**5, out_per_gas_e18=10 * E18)
    assert (len(free.path), len(dear.path)) == (2, 1)
    assert dear.net == dear.amount_out - dear.gas * 10


def test_exact_out_costs_least_and_exact_in_of_it_suffices():
    venues = Venues(POOLS)
    route = best_out(venues, token_in=WETH, token_out=USDC, amount_out=3_000 * 10**6)
    assert along_in(route.path, route.amount_in)[0] >= 3_000 * 10**6
    assert along_in(route.path, route.amount_in - 10**12)[0] < 3_000 * 10**6


@pytest.mark.parametrize(("token_in", "amount"), [(WETH, 2**128), (WETH, 1), ("X@31337", ONE)])
def test_what_no_venue_takes_is_refused(token_in, amount):
    with pytest.raises(NoLiquidity):
        best_in(Venues(POOLS), token_in=token_in, token_out=USDC, amount_in=amount)


def test_an_empty_or_impossible_pool_is_no_venue():
    empty = v2(WETH, USDC, 0, 0)
    impossible = v3(WETH, USDC, tick=-196_256, liquidity=10**19)
    impossible = type(impossible)(
        **{name: getattr(impossible, name) for name in impossible.__struct_fields__}
        | {"sqrt_price": 2**96}
    )
    venues = Venues((empty, impossible))
    with pytest.raises(NoLiquidity):
        best_in(venues, token_in=WETH, token_out=USDC, amount_in=ONE)
    assert depth_in(venues, token_in=WETH, token_out=USDC, max_cost_bps=200) == 0


def test_the_depth_is_where_the_cost_reaches_its_bound():
    venues = Venues((POOLS[0],))
    depth = depth_in(venues, token_in=WETH, token_out=USDC, max_cost_bps=200)
    (path,) = venues.paths(WETH, USDC)
    up, down = path_spot(path)

    def cost_bps(amount):
        return 10_000 - along_in(path, amount)[0] * down * 10_000 / (amount * up)

    assert 195 < cost_bps(depth) <= 200 < cost_bps(depth * 103 // 100)
    assert depth_in(venues, token_in=WETH, token_out=USDC, max_cost_bps=10) == 0


def test_a_deep_way_over_tokens_of_few_and_many_decimals_has_a_depth():
    venues = Venues((v3(WBTC, WETH, tick=260_230, liquidity=10**17), POOLS[0]))
    assert depth_in(venues, token_in=WBTC, token_out=USDC, max_cost_bps=200) > 10**8 // 4


def test_the_depth_is_that_of_the_deepest_way_whatever_the_order():
    pools = [v2(WETH, USDC, part * 10**20, part * 3 * 10**11) for part in (3, 1, 7, 2)]
    deepest = depth_in(Venues((pools[2],)), token_in=WETH, token_out=USDC, max_cost_bps=200)
    for order in permutations(pools):
        assert deepest == depth_in(Venues(order), token_in=WETH, token_out=USDC, max_cost_bps=200)


@given(st.integers(10**3, 10**30), st.integers(-200, 200), st.booleans())
@settings(max_examples=100, deadline=None)
def test_a_depth_is_found_from_any_guess(liquidity, tick, is_narrow):
    """Far from a constant product: all of the liquidity in a narrow range, or dust."""
    width = 60 if is_narrow else 60_000
    low = tick // 60 * 60
    ticks = ((low - width, liquidity), (low + width + 60, -liquidity))
    pool = v3(WETH, USDC, tick=tick, liquidity=liquidity)
    pool = structs.replace(pool, ticks=ticks)
    (path,) = Venues((pool,)).paths(WETH, USDC)
    depth = depth_in(Venues((pool,)), token_in=WETH, token_out=USDC, max_cost_bps=200)
    up, down = path_spot(path)
    if depth > 10**6:
        assert along_in(path, depth)[0] * down * 10_000 >= depth * up * 9_800 - 10_000 * down
    more = max(depth * 103 // 100, 10**6)
    try:
        out = along_in(path, more)[0]
    except AmmError:
        return
    assert out * down * 10_000 < more * up * 9_800


def test_tokens_of_different_chains_never_meet():
    far = v2("DAI@1", "USDC@1", 10**24, 10**12)
    venues = Venues((*POOLS, far))
    assert venues.paths(DAI, "USDC@1") == ()
