"""What the desk decides to do about a position."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.market.amm.constant_product import ConstantProductPool
from gateway.market.hedging.deciding import (
    Hedge,
    HedgePolicy,
    Holding,
    Reason,
    Rest,
    Side,
    Style,
    VenueClass,
    View,
    decide,
    may_open_cents,
)
from gateway.market.hedging.tiers import DEFAULT_TIERS
from gateway.market.routing.outlets import BookOutlet, PoolOutlet
from gateway.market.routing.venues import Hop, Venue

E18 = 10**18
PRICE = 3_000


def pool(eth: int) -> PoolOutlet:
    reserves = ConstantProductPool(eth * E18, eth * PRICE * 10**6, 30)
    venue = Venue("v2", f"0xpool{eth}", 1, "WETH", "USDC", reserves, 75_000)
    return PoolOutlet(Hop(venue, True))


def bids(name: str, *, ppm_below: int = 500, eth: int = 1_000, fixed: int = 0) -> BookOutlet:
    price = PRICE * 10**6 * (1_000_000 - ppm_below) // 1_000_000
    return BookOutlet(name, ((price, E18, eth * E18),), fixed)


def view(outlets, *, sigma=1e-4) -> View:
    return View(PRICE * E18, 18, 6, sigma, outlets)


def decided(units, outlets, *, at_hand=None, band=E18, **changes):
    """A decision about ``units`` of inventory, all of it at hand everywhere."""
    every = dict.fromkeys(VenueClass, abs(units)) if at_hand is None else at_hand
    asked = {
        "holding": Holding(units, 0, 0, every),
        "view": view(outlets),
        "band_units": band,
        "policy": HedgePolicy(DEFAULT_TIERS),
        "capital_cents": 10**10,
        "gross_cents": 0,
        "allowed": True,
        "clock": lambda: 0.0,
        "deadline": 1.0,
    }
    return decide(**asked | changes)


POOLS = {VenueClass.POOL: [pool(100_000)]}


def test_within_the_band_nothing_is_done_and_beyond_it_all_is_sold():
    assert decided(E18, POOLS) == Rest(Reason.WITHIN_BAND, E18)
    hedge = decided(E18 + 1, POOLS)
    assert isinstance(hedge, Hedge)
    assert (hedge.side, hedge.units, hedge.reason) == (Side.SELL, E18 + 1, Reason.BEYOND_BAND)
    assert hedge.style is Style.MARKET and hedge.now_in == E18 + 1


def test_open_locks_are_hedged_before_their_money_comes():
    holding = Holding(0, 0, 3 * E18, {VenueClass.EXCHANGE: 10 * E18})
    hedge = decided(0, {VenueClass.EXCHANGE: [bids("x")]}, holding=holding)
    assert isinstance(hedge, Hedge) and hedge.units == 3 * E18


def test_the_venue_that_gives_most_after_its_fixed_costs_gets_it():
    both = POOLS | {VenueClass.EXCHANGE: [bids("x", fixed=20 * 10**6)]}
    small, large = decided(E18, both, band=0), decided(50 * E18, both)
    assert {kind for kind, _ in small.parts} == {VenueClass.POOL}
    assert VenueClass.EXCHANGE in {kind for kind, _ in large.parts}
    assert sum(part.amount_in for _, part in large.parts) == large.now_in


def test_what_does_not_lie_on_the_chain_is_sold_where_it_can_be():
    both = POOLS | {VenueClass.EXCHANGE: [bids("x", ppm_below=5_000)]}
    hedge = decided(5 * E18, both, at_hand={VenueClass.EXCHANGE: 5 * E18})
    assert {kind for kind, _ in hedge.parts} == {VenueClass.EXCHANGE}
    nothing = decided(5 * E18, both, at_hand={})
    assert nothing == Rest(Reason.NOTHING_AT_HAND, 5 * E18)


def test_a_position_that_would_push_its_only_pool_is_worked_in_slices():
    shallow = {VenueClass.POOL: [pool(1_000)]}
    policy = HedgePolicy(DEFAULT_TIERS, max_cost_ppm=200_000)
    hedge = decided(80 * E18, shallow, view=view(shallow, sigma=1e-5), policy=policy)
    assert hedge.style is Style.TWAP
    assert sum((hedge.now_in, *hedge.later)) == hedge.units == 80 * E18
    volatile = decided(80 * E18, shallow, view=view(shallow, sigma=1e-2), policy=policy)
    assert volatile.now_in > hedge.now_in  # what moves much is got rid of sooner


def test_a_halted_asset_is_left_alone_and_a_dear_hedge_waits_unless_a_limit_is_broken():
    dear = {VenueClass.BOOK: [bids("b", ppm_below=50_000)]}
    assert decided(5 * E18, POOLS, allowed=False).reason is Reason.NOT_ALLOWED
    assert decided(5 * E18, dear).reason is Reason.TOO_DEAR
    forced = decided(5 * E18, dear, gross_cents=3 * 10**10)
    assert isinstance(forced, Hedge) and forced.reason is Reason.BEYOND_TIER


def test_without_capital_nothing_opens_and_what_is_open_is_closed_in_small_orders():
    holding = Holding(5 * E18, 0, 0, {VenueClass.POOL: 5 * E18})
    policy = HedgePolicy(DEFAULT_TIERS)
    assert may_open_cents(holding, view(POOLS), policy, capital_cents=-1, gross_cents=0) == 0
    hedge = decided(5 * E18, POOLS, capital_cents=-1)
    assert isinstance(hedge, Hedge)
    assert view(POOLS).cents(hedge.units) <= DEFAULT_TIERS[0].order_cents + 1


def test_a_short_position_is_bought_back_for_dollars():
    asks = BookOutlet("x", ((E18, 3_001 * 10**6, 10**12),))
    hedge = decided(-5 * E18, {VenueClass.EXCHANGE: [asks]})
    assert (hedge.side, hedge.now_in) == (Side.BUY, 15_000 * 10**6)


def test_a_pool_without_liquidity_is_no_venue():
    empty = PoolOutlet(Hop(Venue("v2", "0x0", 1, "A", "B", ConstantProductPool(0, 0, 30), 1), True))
    assert decided(5 * E18, {VenueClass.POOL: [empty]}).reason is Reason.NO_VENUE
    assert decided(5 * E18, {}).reason is Reason.NO_VENUE


@pytest.mark.parametrize("sign", [1, -1])
@given(units=st.integers(0, 10**22), locked=st.integers(0, 10**20), band=st.integers(0, 10**19))
def test_a_hedge_never_makes_a_position_larger_or_turns_it_around(sign, units, locked, band):
    asks = BookOutlet("x", ((E18, 3_001 * 10**6, 10**14),))
    outlets = {VenueClass.EXCHANGE: [bids("x") if sign > 0 else asks]}
    holding = Holding(sign * units, 0, sign * locked, {VenueClass.EXCHANGE: 10**22})
    answer = decided(0, outlets, holding=holding, band=band)
    if isinstance(answer, Hedge):
        assert (answer.side is Side.SELL) == (holding.exposure > 0)
        assert 0 < answer.units <= abs(holding.exposure)
        assert view(outlets).cents(answer.units) <= DEFAULT_TIERS[-1].order_cents


@pytest.mark.parametrize("outlets", [{}, {VenueClass.POOL: ()}])
def test_without_any_outlet_makers_are_left_what_the_treasury_has(outlets):
    assert decided(5 * E18, outlets) == Rest(Reason.NO_VENUE, 5 * E18)
    hedge = decided(5 * E18, outlets, asks_makers=True)
    assert isinstance(hedge, Hedge)
    assert (hedge.units, hedge.now_in, hedge.parts) == (5 * E18, 5 * E18, ())
    hedge = decided(5 * E18, outlets, at_hand={VenueClass.POOL: 2 * E18}, asks_makers=True)
    assert isinstance(hedge, Hedge) and hedge.units == 2 * E18
    nothing = decided(5 * E18, outlets, at_hand={VenueClass.EXCHANGE: 9 * E18}, asks_makers=True)
    assert nothing == Rest(Reason.NOTHING_AT_HAND, 5 * E18)
    assert decided(E18, outlets, asks_makers=True) == Rest(Reason.WITHIN_BAND, E18)


def test_makers_change_nothing_where_something_trades_the_pair():
    assert decided(50 * E18, POOLS, asks_makers=True) == decided(50 * E18, POOLS)
