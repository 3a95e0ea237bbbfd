import random
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.market.desk.fair_value import fair_value
from gateway.market.desk.lock import SECONDS_PER_YEAR, bachelier_put, lock_premium_ppm
from gateway.market.desk.spread import spread_parts
from gateway.market.desk.volatility import Volatility
from gateway.market.errors import PriceNotFresh, SourcesDisagree
from gateway.market.snapshots import DeskPolicy, Source
from tests.market.dev_market import NOW_MS, e18, feed_says, pools_say

POLICY = DeskPolicy()


def value_of(*sources: Source, min_sources: int = 2):
    return fair_value(sources, now_ms=NOW_MS, policy=POLICY, min_sources=min_sources)


def test_two_fresh_sources_that_agree_make_a_price():
    value = value_of(pools_say("3000"), feed_says("3002"))
    assert value.price == value.buy == e18("3001")
    assert value.deviation_ppm == 333
    assert value.oldest_ms == 2_000


def test_one_source_is_no_price():
    with pytest.raises(PriceNotFresh):
        value_of(pools_say("3000"))


def test_two_pools_of_one_chain_are_one_source():
    with pytest.raises(PriceNotFresh):
        value_of(pools_say("3000"), pools_say("3001"))


@pytest.mark.parametrize("age_ms", [30_001, 10**9, -5_001])
def test_a_stale_price_or_one_from_the_future_does_not_count(age_ms):
    with pytest.raises(PriceNotFresh) as refused:
        value_of(pools_say("3000"), feed_says("3000", age_ms=age_ms))
    assert refused.value.code == "price_not_fresh"


@pytest.mark.parametrize("price", ["0", "-3000"])
def test_a_price_of_zero_or_less_does_not_count(price):
    broken = Source("feed:dev", int(price) * 10**18, int(price) * 10**18, NOW_MS, 30_000)
    with pytest.raises(PriceNotFresh):
        value_of(pools_say("3000"), broken)


@pytest.mark.parametrize(("pool", "feed"), [("3000", "3300"), ("3300", "3000")])
def test_sources_ten_per_cent_apart_are_a_refusal(pool, feed):
    with pytest.raises(SourcesDisagree) as refused:
        value_of(pools_say(pool), feed_says(feed))
    assert refused.value.code == "sources_disagree"


def test_a_pool_pushed_up_for_a_block_does_not_raise_what_we_pay():
    honest = value_of(pools_say("3000"), feed_says("3000"))
    pushed = value_of(pools_say("3600", average="3000"), feed_says("3000"))
    assert pushed.buy == honest.buy == e18("3000")


def test_a_pool_pushed_down_for_a_block_is_a_refusal():
    with pytest.raises(SourcesDisagree):
        value_of(pools_say("2400", average="3000"), feed_says("3000"))


def test_a_lone_source_must_agree_with_its_own_past():
    assert value_of(pools_say("1"), min_sources=1).buy == e18("1")
    for pushed in ("1.2", "0.8"):
        with pytest.raises(SourcesDisagree):
            value_of(pools_say(pushed, average="1"), min_sources=1)


def test_one_of_four_sources_that_lies_is_left_out():
    value = value_of(
        pools_say("3000"),
        feed_says("3001", name="feed:a"),
        feed_says("2999", name="feed:b"),
        feed_says("3600", name="feed:liar"),
    )
    assert value.buy == e18("3000")
    assert "feed:liar" not in {source.name for source in value.sources}


@given(st.lists(st.integers(1, 10**60), min_size=2, max_size=6))
def test_a_value_lies_among_its_witnesses_or_is_refused(prices):
    sources = [Source(f"feed:{i}", p, p, NOW_MS, 1000) for i, p in enumerate(prices)]
    try:
        value = value_of(*sources)
    except SourcesDisagree:
        return
    assert min(prices) <= value.buy <= max(prices)


@pytest.mark.parametrize(
    ("volatility", "minutes", "bps"),
    [(500_000, 10, 8.7), (500_000, 15, 10.7), (500_000, 30, 15.1),
     (800_000, 10, 13.9), (800_000, 15, 17.1), (800_000, 30, 24.1)],
)  # fmt: skip
def test_the_lock_costs_what_the_option_is_worth(volatility, minutes, bps):
    premium = lock_premium_ppm(
        volatility_ppm=volatility,
        seconds=minutes * 60,
        strategic_share_ppm=1_000_000,
        completion_ppm=900_000,
        max_ppm=30_000,
    )
    assert abs(premium / 100 - bps) < 0.06


def test_ordinary_shoppers_make_the_lock_cheaper_and_pay_for_the_strategic():
    def premium(share):
        return lock_premium_ppm(
            volatility_ppm=800_000,
            seconds=900,
            strategic_share_ppm=share,
            completion_ppm=900_000,
            max_ppm=30_000,
        )

    everyone, half, few, none = premium(10**6), premium(500_000), premium(50_000), premium(0)
    assert everyone > half > few > none == 0
    move = 0.8 * sqrt(900 / SECONDS_PER_YEAR)
    paid = few / 10**6
    assert abs(0.95 * 0.9 * paid - 0.05 * bachelier_put(move=move, discount=paid)) < 1e-6


def test_the_lock_premium_is_capped_and_no_time_costs_nothing():
    terms = {"strategic_share_ppm": 10**6, "completion_ppm": 900_000}
    assert lock_premium_ppm(volatility_ppm=5_000_000, seconds=10**7, max_ppm=30_000, **terms) == (
        30_000
    )
    assert lock_premium_ppm(volatility_ppm=500_000, seconds=0, max_ppm=30_000, **terms) == 0


def test_disagreement_and_age_widen_the_spread():
    calm = value_of(pools_say("3000", age_ms=0), feed_says("3000", age_ms=0))
    apart = value_of(pools_say("3000", age_ms=0), feed_says("3030", age_ms=0))
    old = value_of(pools_say("3000", age_ms=50_000), feed_says("3000"))
    spread = [
        spread_parts(value=value, volatility_ppm=500_000, policy=POLICY).total_ppm
        for value in (calm, apart, old)
    ]
    assert POLICY.base_spread_ppm <= spread[0] < POLICY.base_spread_ppm + 20
    assert spread[1] == spread[0] + 4_975
    assert spread[2] == spread[0] + 630


def test_volatility_is_found_again_from_a_simulated_history():
    random.seed(7)
    annual, price, at_ms = 0.6, 3000.0, 0
    state = Volatility.starting(annual_ppm=1_500_000, price=e18("3000"), at_ms=0)
    estimates = []
    for _ in range(2_000):
        at_ms += 20_000
        price *= 1 + random.gauss(0, annual * sqrt(20 / SECONDS_PER_YEAR))
        state = state.after(price=int(price * 10**18), at_ms=at_ms)
        estimates.append(state.annual_ppm(low=0, high=10**7))
    assert abs(sum(estimates[500:]) / 1_500 / 10**6 - annual) < 0.05


def test_volatility_learns_on_when_the_clock_was_set_back():
    """The set-back is no sample, and nothing waits an hour until the clock is late again."""
    calm = Volatility.starting(annual_ppm=500_000, price=e18("3000"), at_ms=3_600_000)
    back = calm.after(price=e18("3000"), at_ms=0)
    assert back.annual_ppm(low=0, high=10**7) == 500_000
    price, at_ms, wild = e18("3000"), 0, back
    for step in range(40):
        at_ms += 20_000
        wild = wild.after(price=price * (101 + 2 * (step % 2)) // 102, at_ms=at_ms)
    assert wild.fast_annual_ppm(low=0, high=10**9) > 5_000_000
    assert calm.after(price=0, at_ms=0) is calm


def test_volatility_ignores_bad_prices_and_too_short_times():
    state = Volatility.starting(annual_ppm=800_000, price=e18("3000"), at_ms=0)
    assert state.after(price=0, at_ms=60_000) is state
    assert state.after(price=e18("3600"), at_ms=1_000) is state
    assert state.annual_ppm(low=900_000, high=10**7) == 900_000
