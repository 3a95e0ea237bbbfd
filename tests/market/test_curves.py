"""What each kind of outlet gives for an amount, as a curve; and what is no outlet at all."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.market.amm.constant_product import ConstantProductPool
from gateway.market.amm.errors import NoLiquidity
from gateway.market.routing.curves import composed_curve, concentrated_curve, constant_product_curve
from gateway.market.routing.outlets import (
    BookOutlet,
    DeskOutlet,
)
from gateway.market.routing.schedules import pour, schedule
from gateway.market.routing.venues import V3_HOP_GAS, V3_TICK_GAS
from tests.market.split_markets import (
    ONE,
    books,
    desks,
    out_of,
    pairs,
    paths,
    ranges,
    v2_outlet,
    v3_outlet,
)


@given(ranges() | pairs() | paths(), st.integers(1, 10**13))
@settings(max_examples=200, deadline=None)
def test_a_curve_gives_what_the_pool_gives(outlet, amount):
    curve = outlet.curve(amount)
    reach = curve.reach(len(curve.segments))
    assert reach > 0
    amount = min(amount, reach)
    one = pour([schedule(curve, venue=0)], amount * 1.0)
    given_ = schedule(curve, venue=0).net_before(one.before[0], one.u)
    assert given_ == pytest.approx(out_of(outlet, amount), rel=1e-9, abs=30)


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
    enough = whole.reach(4)
    cut = concentrated_curve(pool, zero_for_one=True, enough=enough)
    assert cut.segments[:3] == whole.segments[:3]
    assert cut.segments[3] == pytest.approx(whole.segments[3], rel=1e-12)
    assert sum(segment.takes for segment in cut.segments) == pytest.approx(enough, rel=1e-15)


@given(ranges() | pairs() | paths() | books() | desks(), st.integers(1, 10**13))
@settings(max_examples=200, deadline=None)
def test_a_curve_ends_at_the_amount_and_is_the_same_before(outlet, amount):
    whole, cut = outlet.curve(10**30), outlet.curve(amount)
    takes = sum(segment.takes for segment in cut.segments)
    assert takes <= amount * (1 + 1e-8) + 1.01  # a way's reach is rounded up
    last = cut.segments[-1].end
    for segment, same in zip(cut.segments[:-1], whole.segments, strict=False):
        assert segment == pytest.approx(same, rel=1e-6)
    for u in (last * 0.999, last):
        assert sum(segment.taken(u) for segment in cut.segments) == pytest.approx(
            min(sum(segment.taken(u) for segment in whole.segments), takes), rel=1e-6, abs=1
        )


@given(ranges(), st.floats(0.9, 1.1))
@settings(max_examples=200, deadline=None)
def test_what_a_curve_leaves_out_comes_only_after_where_it_says_it_is_known(outlet, until):
    whole, near = outlet.curve(10**30), outlet.curve(10**30, until)
    depth = len(near.segments)
    assert near.segments == whole.segments[:depth]
    assert depth == len(whole.segments) or near.known_to >= until
    assert all(segment.start >= near.known_to for segment in whole.segments[depth:])
    # No more is asked for than that: the segment before the last did not reach so far.
    assert all(segment.end < until for segment in near.segments[:-1])


@given(ranges())
@settings(max_examples=100, deadline=None)
def test_one_unit_more_than_a_curve_reaches_crosses_the_tick(outlet):
    curve = outlet.curve(10**30)
    for depth in range(1, len(curve.segments)):
        reach = curve.reach(depth)
        if reach > 0:
            assert outlet.take(reach)[0] >= 0
            pool, down = outlet.hop.venue.pool, outlet.hop.zero_for_one
            before, after = pool.swap_in(reach, down), pool.swap_in(reach + 1, down)
            assert before.ticks_crossed < after.ticks_crossed


def test_a_pair_that_cannot_give_has_no_curve():
    with pytest.raises(NoLiquidity):
        constant_product_curve(ConstantProductPool(1, 0), zero_for_one=True, enough=1)


def test_a_book_is_no_part_of_a_way():
    with pytest.raises(NoLiquidity):
        composed_curve(
            BookOutlet("b", ((1, 1, 10),)).curve(1), v2_outlet("p", 10**9, 10**9).curve(1)
        )
