"""Bands, schedules, lock exposure and tiers against independent computations."""

from itertools import pairwise
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.market.desk.lock import PPM
from gateway.market.hedging.bands import Band, aversion_for
from gateway.market.hedging.locks import OpenLock, Shoppers, hedge_ratio_ppm, lock_exposure
from gateway.market.hedging.schedules import Impact, Problem, slices_of
from gateway.market.hedging.tiers import DEFAULT_TIERS, room_cents, tier_for

E18 = 10**18
positive = st.floats(0.01, 1e4)


@given(positive, positive, st.floats(1e-8, 1e-2), st.floats(1e-5, 1e-2))
def test_no_other_width_costs_less_than_the_band(fixed, inflow, gamma, sigma):
    band = Band(fixed, inflow, gamma, sigma)
    least = band.cost_per_second(band.width)
    for factor in (0.5, 0.9, 1.1, 2.0):
        assert band.cost_per_second(band.width * factor) >= least * (1 - 1e-9)


def test_an_aversion_told_as_a_width_gives_that_width_back():
    gamma = aversion_for(width=5_000, fixed_cost=2.0, inflow=0.5, sigma=1e-4)
    assert isclose(Band(2.0, 0.5, gamma, 1e-4).width, 5_000)


def _least_by_equations(problem: Problem) -> list[float]:
    """The holdings at which the objective's gradient is zero, by elimination."""
    count = problem.slices - 1
    a = problem.haste / problem.tau
    risk = problem.aversion * problem.sigma**2 * problem.tau
    diagonal, right = [2 * a + risk] * count, [0.0] * count
    if count:
        right[0] = a * problem.position
    for row in range(1, count):
        factor = -a / diagonal[row - 1]
        diagonal[row] -= factor * -a
        right[row] -= factor * right[row - 1]
    held = [0.0] * count
    for row in reversed(range(count)):
        after = held[row + 1] if row + 1 < count else 0.0
        held[row] = (right[row] + a * after) / diagonal[row]
    return [problem.position, *held, 0.0]


@given(
    st.floats(1, 1e6),
    st.floats(1e-5, 10),
    st.floats(1e-9, 1e-2),
    st.floats(1e-6, 1),
    st.integers(1, 40),
)
def test_the_schedule_is_the_least_of_cost_and_risk(position, sigma, aversion, temporary, slices):
    problem = Problem(position, sigma, aversion, Impact(0.0, temporary), 600, slices)
    exact = _least_by_equations(problem)
    for ours, theirs in zip(problem.holdings(), exact, strict=True):
        assert abs(ours - theirs) <= 1e-6 * position
    assert all(a >= b for a, b in pairwise(problem.holdings()))


def test_the_published_example_of_almgren_and_chriss_is_met():
    # A million shares at $50 in five days of one slice each: their figures η, γ, ε, λ and σ.
    problem = Problem(1e6, 0.95, 1e-6, Impact(0.0625, 2.5e-6, 2.5e-7), 5, 5)
    # The paper rounds κ to 0.61 a day.
    assert problem.kappa == pytest.approx(0.61, abs=0.005)
    holdings = problem.holdings()
    assert holdings[0] == pytest.approx(1e6)
    assert problem.objective(holdings) < problem.objective((1e6, 8e5, 6e5, 4e5, 2e5, 0.0))


@given(st.integers(0, 10**24), st.integers(1, 30), st.floats(1e-7, 1e3))
def test_slices_add_up_to_the_unit_and_none_goes_the_other_way(units, slices, aversion):
    problem = Problem(1000.0, 1e-2, aversion, Impact(0, 1e-4), 30.0 * slices, slices)
    parts = slices_of(problem, units)
    assert sum(parts) == units and min(parts) >= 0 and len(parts) == slices


LOCK = OpenLock(units=10**18, price=3_000 * E18, kept_ppm=2_000, until_ms=900_000)


def ratio(lock=LOCK, *, share=PPM, completion=900_000, fair=3_000 * E18, now_ms=0):
    return hedge_ratio_ppm(
        lock,
        Shoppers(share, completion),
        fair=fair,
        volatility_ppm=500_000,
        seconds_after=60,
        now_ms=now_ms,
    )


def test_an_ordinary_shopper_counts_as_often_as_he_pays_whatever_the_market_did():
    assert ratio(share=0) == ratio(share=0, fair=2_000 * E18) == 900_000


def test_a_strategic_shopper_counts_by_how_far_the_market_fell():
    at_the_money, fallen, risen = ratio(), ratio(fair=2_900 * E18), ratio(fair=3_100 * E18)
    assert risen < at_the_money < fallen
    assert at_the_money < PPM // 2  # the spread he leaves is against him
    assert fallen > 990_000 and risen < 10_000


@given(st.integers(0, PPM), st.integers(0, PPM), st.integers(2_000, 4_000))
def test_a_lock_never_counts_for_more_than_it_covers(share, completion, dollars):
    got = lock_exposure(
        [LOCK, LOCK],
        Shoppers(share, completion),
        fair=dollars * E18,
        volatility_ppm=500_000,
        seconds_after=60,
        now_ms=0,
    )
    assert 0 <= got <= 2 * LOCK.units


def test_a_lock_that_lapsed_counts_nothing():
    late = {"fair": E18, "volatility_ppm": 1, "seconds_after": 0, "now_ms": LOCK.until_ms}
    assert lock_exposure([LOCK], Shoppers(PPM, PPM), **late) == 0


def test_tiers_rise_with_the_capital_and_none_is_left_without_any():
    assert tier_for(DEFAULT_TIERS, capital_cents=0) is None
    assert tier_for(DEFAULT_TIERS, capital_cents=9_999_999) is DEFAULT_TIERS[0]
    assert tier_for(DEFAULT_TIERS, capital_cents=10_000_000) is DEFAULT_TIERS[1]
    tier = DEFAULT_TIERS[0]
    assert room_cents(tier, capital_cents=1_000, gross_cents=400, position_cents=400) == 100
    assert room_cents(tier, capital_cents=1_000, gross_cents=900, position_cents=0) == 0
    with pytest.raises(ValueError, match="rise"):
        tier_for(DEFAULT_TIERS[::-1], capital_cents=1)
