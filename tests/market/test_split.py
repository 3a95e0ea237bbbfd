"""The split against answers found without it: a table over whole amounts, and a dual by search."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.market.amm.concentrated import ConcentratedPool
from gateway.market.amm.constant_product import ConstantProductPool
from gateway.market.amm.errors import AmmError, AmountRefused, NoLiquidity
from gateway.market.amm.tick_math import sqrt_at_tick
from gateway.market.routing.curves import composed_curve, concentrated_curve, constant_product_curve
from gateway.market.routing.outlets import (
    BookOutlet,
    DeskOutlet,
    Outlet,
    PathOutlet,
    PoolOutlet,
    outlets_between,
)
from gateway.market.routing.schedules import Presorted, pour, schedule
from gateway.market.routing.split import Split, best_single, best_split
from gateway.market.routing.venues import V2_HOP_GAS, V3_HOP_GAS, V3_TICK_GAS, Hop, Venue, Venues
from gateway.market.snapshots import V2State

ONE = 10**18
NEVER = 1e18


def v2_outlet(name, reserve0, reserve1, *, fee_bps=30, gas_e18=0, down=True):
    pool = ConstantProductPool(reserve0, reserve1, fee_bps)
    venue = Venue("v2", name, 1, "A", "B", pool, V2_HOP_GAS)
    return PoolOutlet(Hop(venue, down), gas_e18)


def v3_outlet(name, positions, *, tick=0, fee_ppm=3000, spacing=60, gas_e18=0, down=True):
    """``positions``: (from, to, liquidity) in spacings."""
    nets = {}
    for low, high, liquidity in positions:
        nets[low * spacing] = nets.get(low * spacing, 0) + liquidity
        nets[high * spacing] = nets.get(high * spacing, 0) - liquidity
    pool = ConcentratedPool.build(
        sqrt_price=sqrt_at_tick(tick),
        tick=tick,
        liquidity=sum(size for at, size in nets.items() if at <= tick),
        tick_spacing=spacing,
        fee_ppm=fee_ppm,
        ticks=nets.items(),
    )
    venue = Venue("v3", name, 1, "A", "B", pool, V3_HOP_GAS)
    return PoolOutlet(Hop(venue, down), gas_e18)


def split_of(outlets: Sequence[Outlet], amount: int, *, deadline: float = NEVER) -> Split:
    return best_split(outlets, amount, clock=lambda: 0.0, deadline=deadline)


def net_of(outlet: Outlet, amount: int) -> int | None:
    if not amount:
        return 0
    try:
        out, cost = outlet.take(amount)
    except AmmError:
        return None
    return out - cost


def out_of(outlet: Outlet, amount: int) -> int:
    """Too little to come through is nothing."""
    try:
        return outlet.take(amount)[0]
    except AmountRefused:
        return 0


def table_best(outlets: Sequence[Outlet], amount: int, *, steps: int) -> int | None:
    """The best over all splits into multiples of a step, by asking for every one of them."""
    step = amount // steps
    first = amount - step * (steps - 1)
    sizes = [0, *(first + step * i for i in range(steps))]
    # One part takes what the division leaves over; a bit says whether it has been taken.
    best: dict[tuple[int, bool], int] = {(0, False): 0}
    for outlet in outlets:
        odd = [net_of(outlet, size) for size in sizes]
        even = [net_of(outlet, step * i) for i in range(steps + 1)]
        after: dict[tuple[int, bool], int] = dict(best)
        for (used, had), so_far in best.items():
            for more in range(1, steps - used + 1):
                for gain, has in ((even[more], had), *(() if had else ((odd[more], True),))):
                    key = (used + more, has)
                    if gain is not None and so_far + gain > after.get(key, -(10**60)):
                        after[key] = so_far + gain
        best = after
    return best.get((steps, True))


def dual_best(outlets: Sequence[Outlet], amount: int) -> Fraction:
    """The Lagrangian dual by golden sections within golden sections; no fixed costs."""

    def conjugate(outlet: Outlet, marginal: Fraction) -> Fraction:
        low, high = 0, amount
        while high - low > 2:
            left, right = low + (high - low) // 3, high - (high - low) // 3

            def worth(size: int) -> Fraction:
                net = net_of(outlet, size)
                return Fraction(-(10**80)) if net is None else net - marginal * size

            if worth(left) < worth(right):
                low = left
            else:
                high = right
        return max(
            (net - marginal * size)
            for size in range(low, high + 1)
            if (net := net_of(outlet, size)) is not None
        )

    def dual(marginal: Fraction) -> Fraction:
        return marginal * amount + sum(conjugate(outlet, marginal) for outlet in outlets)

    low, high = Fraction(0), Fraction(4)
    for _ in range(60):
        third = (high - low) / 3
        left, right = low + third, high - third
        if dual(left) < dual(right):
            high = right
        else:
            low = left
    return dual((low + high) / 2)


prices = st.integers(900, 1100)
fees = st.sampled_from([1, 5, 30, 100])


@st.composite
def pairs(draw, name="pair", gas_e18=0):
    reserve = draw(st.integers(10**7, 10**12))
    return v2_outlet(
        name,
        reserve,
        max(1, reserve * draw(prices) // 1000),
        fee_bps=draw(fees),
        gas_e18=gas_e18,
        down=draw(st.booleans()),
    )


@st.composite
def ranges(draw, name="range", gas_e18=0):
    wide = draw(st.integers(10**9, 10**12))
    positions = [(-100, 100, wide)]
    for _ in range(draw(st.integers(0, 5))):
        low = draw(st.integers(-12, 8))
        size = draw(st.integers(10**9, 10**13))
        positions.append((low, low + draw(st.integers(1, 8)), size))
    return v3_outlet(
        name,
        positions,
        tick=draw(st.integers(-240, 240)),
        fee_ppm=draw(st.sampled_from([100, 500, 3000])),
        gas_e18=gas_e18,
        down=draw(st.booleans()),
    )


@st.composite
def books(draw, name="book"):
    levels, price = [], draw(prices)
    for _ in range(draw(st.integers(1, 4))):
        levels.append((price, 1000, draw(st.integers(1, 10**9))))
        price -= draw(st.integers(0, 20))
    return BookOutlet(name, tuple(levels), draw(st.sampled_from([0, 0, 500, 10**6])))


@st.composite
def desks(draw, name="desk"):
    first = draw(prices)
    return DeskOutlet(
        name,
        first,
        first - draw(st.integers(0, 200)),
        1000,
        draw(st.integers(1, 10**10)),
        draw(st.sampled_from([0, 0, 10_000])),
    )


@st.composite
def paths(draw, name="path", gas_e18=0):
    kinds = st.sampled_from([pairs, ranges])
    return PathOutlet(
        (draw(draw(kinds)(f"{name}a", gas_e18)), draw(draw(kinds)(f"{name}b", gas_e18)))
    )


@st.composite
def markets(draw, costs=True, least=1, most=4):
    gas_e18 = draw(st.sampled_from([0, ONE // 1000, ONE // 10, ONE])) if costs else 0
    kinds = []
    for index in range(draw(st.integers(least, most))):
        made = draw(
            st.sampled_from(
                [
                    pairs(f"p{index}", gas_e18),
                    ranges(f"r{index}", gas_e18),
                    paths(f"w{index}", gas_e18),
                ]
                + ([books(f"b{index}"), desks(f"d{index}")] if costs else [])
            )
        )
        kinds.append(draw(made))
    if costs and draw(st.booleans()):
        # Equal but for its name: which of two is used must not matter.
        kinds.append(_renamed(draw(st.sampled_from(kinds)), "twin"))
    return kinds


def _renamed(outlet: Outlet, name: str) -> Outlet:
    if isinstance(outlet, PathOutlet):
        first, then = outlet.pools
        return PathOutlet((_renamed(first, f"{name}a"), _renamed(then, f"{name}b")))
    if isinstance(outlet, PoolOutlet):
        venue = replace(outlet.hop.venue, address=name)
        return replace(outlet, hop=replace(outlet.hop, venue=venue))
    return replace(outlet, name=name)


amounts = st.integers(1, 10**11) | st.integers(10**4, 10**8)


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


@given(ranges() | pairs() | paths(), st.integers(1, 10**13))
@settings(max_examples=200, deadline=None)
def test_a_curve_gives_what_the_pool_gives(outlet, amount):
    curve = outlet.curve(amount)
    assert curve.reach[-1] > 0
    amount = min(amount, curve.reach[-1])
    one = pour([schedule(curve, venue=0)], amount * 1.0)
    given_ = schedule(curve, venue=0).net_before(one.before[0], one.u)
    assert given_ == pytest.approx(out_of(outlet, amount), rel=1e-9, abs=30)


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
    reach = ranged.curve(10**30).reach[0]
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


@pytest.mark.parametrize(
    "levels", [((0, 1, 1),), ((1, 0, 1),), ((1, 1, 0),), ((1, 1, 1), (2, 1, 1))]
)
def test_a_crossed_or_nonsensical_book_is_no_outlet(levels):
    with pytest.raises(ValueError):
        BookOutlet("b", levels)


def test_a_desk_that_pays_more_the_more_it_takes_is_no_outlet():
    with pytest.raises(ValueError):
        DeskOutlet("d", 1, 2, 1, 10)


def test_a_gap_in_the_ticks_costs_both_crossings():
    outlet = v3_outlet("r", [(-1, 1, 10**20), (-4, -3, 10**20)], gas_e18=ONE)
    first, second = outlet.curve(10**30).segments
    assert (first.toll, second.toll) == (V3_HOP_GAS, 2 * V3_TICK_GAS)
    assert first.end < second.start


def test_a_curve_is_cut_where_it_is_enough():
    pool = v3_outlet("r", [(low, low + 1, 10**20) for low in range(-50, 50)]).hop.venue.pool
    whole = concentrated_curve(pool, zero_for_one=True, enough=10**40)
    cut = concentrated_curve(pool, zero_for_one=True, enough=whole.reach[3])
    assert cut.segments == whole.segments[:4]


def test_a_pair_that_cannot_give_has_no_curve():
    with pytest.raises(NoLiquidity):
        constant_product_curve(ConstantProductPool(1, 0), zero_for_one=True)


def hard_market():
    """Many pools, none much better than another, and gas that matters."""
    outlets = [
        v2_outlet(f"p{i}", 10**20 + i * 10**18, 10**20 + i * 7 * 10**17, gas_e18=10**11 * ONE)
        for i in range(12)
    ]
    return [
        *outlets,
        *(
            v3_outlet(
                f"r{i}",
                [(low, low + 2, 10**20 * (1 + (low + i) % 3)) for low in range(-20, 18)],
                gas_e18=10**11 * ONE,
            )
            for i in range(4)
        ),
    ]


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


def test_a_book_is_no_part_of_a_way():
    with pytest.raises(NoLiquidity):
        composed_curve(
            BookOutlet("b", ((1, 1, 10),)).curve(1), v2_outlet("p", 10**9, 10**9).curve(1)
        )
