"""The split against answers found without it, and in the cases that people think of."""

from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.market.amm.errors import AmountRefused, NoLiquidity
from gateway.market.routing.outlets import (
    BookOutlet,
    DeskOutlet,
    Outlet,
    outlets_between,
)
from gateway.market.routing.schedules import Presorted, pour, schedule
from gateway.market.routing.split import Split, best_single, best_split
from gateway.market.routing.venues import V3_HOP_GAS, V3_TICK_GAS, Venues
from gateway.market.snapshots import V2State
from tests.market.split_answers import dual_best, table_best
from tests.market.split_markets import (
    ONE,
    amounts,
    fees,
    hard_market,
    markets,
    net_of,
    prices,
    split_of,
    v2_outlet,
    v3_outlet,
)


def slack(split: Split) -> int:
    """What whole units lose: each outlet rounds, and each range of a pool."""
    gap = split.gap_ppb * max(abs(split.bound), 1) // 10**9
    return gap + 20 * (1 + len(split.parts))


@given(markets(), amounts)
@settings(max_examples=300, deadline=None)
def test_no_split_of_a_table_beats_the_bound_nor_the_split_by_more_than_its_gap(outlets, amount):
    steps = min(24, amount)
    table = table_best(outlets, amount, steps=steps)
    try:
        split = split_of(outlets, amount)
    except NoLiquidity:
        assert table is None or all(
            single is None or single.amount_out <= 0
            for single in (best_single([outlet], amount) for outlet in outlets)
        )
        return
    if table is not None:
        assert table <= split.bound
        assert table <= split.net + slack(split)


@given(markets(), amounts)
@settings(max_examples=300, deadline=None)
def test_the_parts_add_up_are_what_the_outlets_answer_and_no_worse_than_one(outlets, amount):
    try:
        split = split_of(outlets, amount)
    except NoLiquidity:
        return
    assert split.amount_in == amount
    assert split.net <= split.bound
    by_name = {outlet.name: outlet for outlet in outlets}
    assert len({part.outlet for part in split.parts}) == len(split.parts)
    for part in split.parts:
        assert part.amount_in > 0
        assert by_name[part.outlet].take(part.amount_in) == (part.amount_out, part.cost)
    single = best_single(outlets, amount)
    assert single is None or split.net >= single.net


@given(markets(costs=False, most=3), st.integers(10**6, 10**9))
@settings(max_examples=15, deadline=None)
def test_without_costs_it_meets_a_dual_found_by_plain_search(outlets, amount):
    try:
        split = split_of(outlets, amount)
    except NoLiquidity:
        return
    reference = dual_best(outlets, amount)
    assert abs(reference - split.net) <= reference / 10**7 + 20 * (1 + len(outlets))


@given(markets(), amounts, st.integers(1, 10**9))
@settings(max_examples=150, deadline=None)
def test_one_more_outlet_or_more_to_sell_never_brings_less(outlets, amount, more):
    try:
        whole = split_of(outlets, amount)
    except NoLiquidity:
        return
    if len(outlets) > 1:
        try:
            fewer = split_of(outlets[1:], amount)
        except NoLiquidity:
            pass
        else:
            assert fewer.net <= whole.net + slack(whole)
    try:
        larger = split_of(outlets, amount + more)
    except NoLiquidity:
        return
    if not any(part.cost for part in (*larger.parts, *whole.parts)):
        assert larger.net + slack(larger) >= whole.net


@given(markets(costs=False, least=1, most=6), st.integers(1, 10**10))
@settings(max_examples=150, deadline=None)
def test_sorted_before_or_now_the_amount_goes_the_same_way(outlets, amount):
    curves = [outlet.curve(10**30) for outlet in outlets]
    schedules = [schedule(curve, venue=index) for index, curve in enumerate(curves)]
    cold, warm = pour(schedules, amount * 1.0), Presorted(schedules).pour(amount * 1.0)
    assert cold.u == pytest.approx(warm.u, rel=1e-9)
    assert cold.jumper == warm.jumper
    assert cold.taken == pytest.approx(warm.taken, rel=1e-6, abs=1e-3 * amount)


def test_it_spreads_over_equal_pools_when_nothing_is_lost_by_it():
    outlets = [v2_outlet(f"p{i}", 10**20, 10**20) for i in range(4)]
    split = split_of(outlets, 4 * 10**18)
    assert [part.amount_in for part in split.parts] == pytest.approx([10**18] * 4, rel=1e-9)
    assert split.gap_bp < 0.0001


def test_gas_keeps_a_small_amount_in_one_pool_and_lets_a_large_one_spread():
    gas_e18 = 10**9 * ONE
    outlets = [v2_outlet(f"p{i}", 10**20, 10**20 - i, gas_e18=gas_e18) for i in range(4)]
    assert len(split_of(outlets, 10**16).parts) == 1
    assert len(split_of(outlets, 10**20).parts) == 4


def test_it_stops_before_a_tick_that_is_not_worth_crossing():
    gas_e18 = 3 * 10**12 * ONE
    ranged = v3_outlet("r", [(-1, 1, 10**24), (-50, 50, 10**20)], gas_e18=gas_e18)
    other = v2_outlet("p", 10**22, 10**22, fee_bps=100, gas_e18=1)
    reach = ranged.curve(10**30).reach(1)
    split = split_of([ranged, other], reach + 10**14)
    by_name = {part.outlet: part for part in split.parts}
    assert reach - reach // 10**12 < by_name["r"].amount_in <= reach
    assert by_name["r"].cost == V3_HOP_GAS * gas_e18 // ONE
    assert split.gap_bp < 0.001
    crossing = ranged.take(reach + 1)
    assert crossing[1] - by_name["r"].cost == V3_TICK_GAS * gas_e18 // ONE


def test_book_levels_at_one_price_are_taken_in_part_and_the_certificate_holds():
    books = [BookOutlet(name, ((2, 1, 100), (1, 1, 100))) for name in ("a", "b")]
    split = split_of(books, 150)
    assert (split.net, split.bound - split.net) == (300, 1)
    assert split_of(books, 400).net == 600
    with pytest.raises(NoLiquidity):
        split_of(books, 401)


def test_the_desk_takes_until_its_price_has_fallen_to_the_pools():
    desk = DeskOutlet("desk", 1_100, 900, 1_000, 10**12)
    pool = v2_outlet("pool", 10**18, 10**18, fee_bps=0)
    split = split_of([desk, pool], 10**12)
    by_name = {part.outlet: part.amount_in for part in split.parts}
    assert by_name["desk"] == pytest.approx(10**12 // 2, rel=1e-5)
    assert split.gap_bp < 0.001


def test_a_cost_above_all_that_it_gives_keeps_an_outlet_out():
    dear = BookOutlet("dear", ((2, 1, 1_000),), 10**9)
    cheap = BookOutlet("cheap", ((1, 1, 1_000),))
    assert [part.outlet for part in split_of([dear, cheap], 1_000).parts] == ["cheap"]
    # Where nobody else takes it, it is sold at a loss, as asked, and the bound owns up to it.
    alone = split_of([dear], 1_000)
    assert alone.net < 0 <= alone.bound


@pytest.mark.parametrize("amount", [1, 2**128])
def test_the_least_and_far_too_much_are_answered_or_refused(amount):
    outlets = [v2_outlet("p", 10**20, 10**20), v3_outlet("r", [(-10, 10, 10**20)])]
    with pytest.raises(NoLiquidity):
        split_of(outlets, amount)
    large = BookOutlet("b", ((1, 1, 2**130),))
    split = split_of([*outlets, large], amount)
    assert split.amount_in == amount
    assert split.net <= split.bound


def test_an_amount_beyond_any_float_is_kept_to_the_unit():
    books = [BookOutlet(name, ((1, 1, 2**128),)) for name in ("a", "b")]
    split = split_of(books, 2**128 + 1)
    assert split.amount_in == split.amount_out == 2**128 + 1


def test_empty_and_full_pools_are_left_out():
    dead = [
        v2_outlet("empty", 0, 0),
        v2_outlet("full", 2**112 - 1, 10**18),
        v3_outlet("void", []),
        BookOutlet("bare", ()),
        DeskOutlet("bound", 1, 1, 1, 0),
    ]
    with pytest.raises(NoLiquidity):
        split_of(dead, 10**6)
    alive = v2_outlet("alive", 10**18, 10**18)
    assert [part.outlet for part in split_of([*dead, alive], 10**6).parts] == ["alive"]


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_is_refused(amount):
    with pytest.raises(AmountRefused):
        split_of([v2_outlet("p", 10**18, 10**18)], amount)


def test_out_of_time_it_still_beats_one_outlet_and_its_bound_still_holds():
    outlets, amount = hard_market(), 4 * 10**18
    done = split_of(outlets, amount)
    ticks = count()
    late = best_split(outlets, amount, clock=lambda: next(ticks), deadline=0)
    single = best_single(outlets, amount)
    assert single is not None
    assert single.net <= late.net <= done.net + slack(done)
    assert done.net <= done.bound <= late.bound
    assert late.nodes < done.nodes or late.nodes == 1
    assert done.gap_bp < 0.01


def test_what_one_pool_does_best_is_certified_by_the_first_relaxation():
    """Gas is the gap of a relaxation that lets a pool take more than there is."""
    gas_e18 = 10**9 * ONE
    outlets = [v2_outlet(f"p{i}", 10**20, 10**20 - i * 10**17, gas_e18=gas_e18) for i in range(20)]
    split = split_of(outlets, 10**15)
    assert [part.outlet for part in split.parts] == ["p0"]
    assert split.nodes == 1
    assert split.gap_bp < 0.001


class Counted:
    """An outlet that counts how often it is asked."""

    def __init__(self, outlet: Outlet) -> None:
        self.outlet, self.name, self.curve = outlet, outlet.name, outlet.curve
        self.asked = 0

    def take(self, amount_in: int) -> tuple[int, int]:
        self.asked += 1
        return self.outlet.take(amount_in)


@pytest.mark.parametrize("amount", [10**16, 10**18, 10**20])
def test_an_outlet_that_cannot_be_best_alone_is_not_asked(amount):
    outlets = [Counted(outlet) for outlet in hard_market()]
    split = split_of(outlets, amount)
    parts = {part.outlet for part in split.parts}
    equal = {
        each.name
        for each in outlets
        if (net := net_of(each.outlet, amount)) is not None
        and net * (10**5 + 1) > split.net * 10**5
    }
    assert {each.name for each in outlets if each.asked} <= parts | equal
    assert sum(each.asked for each in outlets) <= len(parts) + len(equal)


@given(
    st.lists(st.tuples(st.integers(10**20, 10**25), prices, fees), min_size=1, max_size=5),
    st.integers(1, 10**12),
)
@settings(max_examples=200, deadline=None)
def test_dust_in_deep_pools_is_never_worse_than_in_one(pools, amount):
    outlets = [
        v2_outlet(f"p{i}", reserve, reserve * price // 1000, fee_bps=fee)
        for i, (reserve, price, fee) in enumerate(pools)
    ]
    single = best_single(outlets, amount)
    if single is not None:
        split = split_of(outlets, amount)
        assert single.net <= split.net <= split.bound


def test_ranges_far_below_the_price_are_found_when_nothing_else_takes_the_amount():
    ladders = [
        v3_outlet(f"r{i}", [(low, low + 1, 10**20) for low in range(-50, 1)], spacing=10)
        for i in range(3)
    ]
    shallow = ladders[0].curve(10**30, until=0.0)
    amount = 10 * shallow.reach(1)
    split = split_of(ladders, amount)
    assert split.amount_in == amount
    assert [part.amount_in for part in split.parts] == pytest.approx([amount / 3] * 3, rel=1e-6)
    assert split.gap_bp < 0.001


def test_the_same_question_has_the_same_answer():
    assert split_of(hard_market(), 10**18) == split_of(hard_market(), 10**18)


def test_thirty_equal_pools_are_not_tried_in_every_combination():
    outlets = [v2_outlet(f"p{i}", 10**20, 10**20, gas_e18=10**11 * ONE) for i in range(30)]
    split = split_of(outlets, 3 * 10**18)
    assert 1 < len(split.parts) < 30
    assert split.gap_bp < 0.001
    assert split.nodes < 10


def test_ways_over_another_token_join_the_split_and_share_no_pool():

    def pool(address, token0, token1, reserve0, reserve1):
        return V2State(
            address=address,
            token0=token0,
            token1=token1,
            reserve0=reserve0,
            reserve1=reserve1,
            chain_id=1,
            fee_bps=30,
        )

    venues = Venues(
        (
            pool("direct", "A", "B", 10**20, 10**20),
            pool("in1", "A", "M", 10**21, 10**21),
            pool("in2", "A", "M", 10**19, 10**19),
            pool("out", "M", "B", 10**21, 10**21),
        )
    )
    outlets = outlets_between(venues, token_in="A", token_out="B", amount_in=10**19)
    assert [outlet.name for outlet in outlets] == ["direct", "in1>out"]
    split = split_of(outlets, 10**19)
    assert len(split.parts) == 2
    assert split.gap_bp < 0.001
    single = best_single(outlets, 10**19)
    assert single is not None and split.net > single.net
    # Marginal outputs meet: moving a little either way brings less.
    (direct, path), (one, two) = outlets, split.parts
    for moved in (10**16, -(10**16)):
        other = direct.take(one.amount_in + moved)[0] + path.take(two.amount_in - moved)[0]
        assert other < split.amount_out
