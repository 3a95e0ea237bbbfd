"""Witnesses and trades: how sure each price is, and what the flow says."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.market.building import ChainInfo, TokenInfo
from gateway.market.desk.fair_value import fair_value, weighted_median
from gateway.market.desk.flow import Flow, Toxicity, Trade
from gateway.market.desk.micro_price import BookTop, BookUnusable, micro_price
from gateway.market.desk.volatility import Volatility
from gateway.market.following.calls import words
from gateway.market.following.learning import Memory
from gateway.market.following.swaps import V2_SWAP_TOPIC, V3_SWAP_TOPIC, trades_of
from gateway.market.following.universe import Universe, V2Spec, V3Spec
from gateway.market.snapshots import DeskPolicy, Source
from tests.market.dev_market import NOW_MS, e18

WETH, USDC = TokenInfo("WETH@1", 18), TokenInfo("USDC@1", 6, "USD")
UNIVERSE = Universe(
    info=ChainInfo(1, TokenInfo("ETH@1", 18), (WETH, USDC), "USDC@1", "WETH@1", 1.0, 3, 30, True),
    v2=(V2Spec("0xaa", "0x1", "0x2", "WETH@1", "USDC@1", 30),),
    v3=(V3Spec("0xbb", "0x2", "0x1", "USDC@1", "WETH@1", 500, 10),),
)


def trades(*sizes, at_ms=0):
    return [Trade("WETH@1", at_ms + 1_000 * n, size * 10**18) for n, size in enumerate(sizes)]


def test_balanced_flow_is_no_signal_and_one_sided_flow_is():
    both = sold = few = Flow()
    for trade in trades(*[1, -1] * 50):
        both = both.after(trade)
    for trade in trades(*[-1] * 100):
        sold = sold.after(trade)
    assert abs(both.imbalance_ppm(at_ms=100_000)) < 20_000
    assert sold.imbalance_ppm(at_ms=100_000) < -850_000
    for trade in trades(5):
        few = few.after(trade)
    assert 0 < few.imbalance_ppm(at_ms=0) < 100_000, "one trade proves little"
    assert abs(sold.imbalance_ppm(at_ms=10**7)) < 1_000, "and an old flow nothing"
    assert Flow().imbalance_ppm(at_ms=0) == 0


def test_a_block_from_the_future_does_not_keep_its_flow_alive():
    """Its timestamp is its maker's word: a day ahead, the flow would stand still for a day."""
    memory = Memory(policy=DeskPolicy())
    memory.hear(trades(*[1] * 50, at_ms=NOW_MS + 86_400_000), now_ms=NOW_MS)
    assert memory.imbalances_ppm(at_ms=NOW_MS)["WETH@1"] > 700_000
    assert memory.imbalances_ppm(at_ms=NOW_MS + 7_200_000)["WETH@1"] < 1_000


def test_vpin_tells_informed_flow_from_noise():
    rng = random.Random(7)
    noise = informed = Toxicity()
    for trade in trades(*[rng.choice((-1, 1)) * rng.randint(1, 5) for _ in range(3_000)]):
        noise = noise.after(trade)
    for trade in trades(*[rng.choice((1, 1, 1, 1, -1)) for _ in range(3_000)]):
        informed = informed.after(trade)
    assert 0 < noise.vpin_ppm < 300_000
    assert informed.vpin_ppm > 450_000
    young = Toxicity()
    for trade in trades(*[1] * 100):
        young = young.after(trade)
    assert young.vpin_ppm == 0, "too few buckets to say anything"


@given(st.lists(st.tuples(st.integers(-(10**12), 10**12), st.integers(-(10**40), 10**40))))
def test_any_flow_stays_within_its_bounds(told):
    flow, toxicity = Flow(), Toxicity()
    for at_ms, size in told:
        if size:
            flow = flow.after(Trade("X@1", at_ms, size))
            toxicity = toxicity.after(Trade("X@1", at_ms, size))
        assert -(10**6) <= flow.imbalance_ppm(at_ms=at_ms) <= 10**6
        assert 0 <= toxicity.vpin_ppm <= 10**6


def word(number):
    return (number % 2**256).to_bytes(32, "big").hex()


def test_swaps_of_both_kinds_of_pool_are_read_from_their_logs():
    v2 = {
        "address": "0xAA",
        "topics": [V2_SWAP_TOPIC],
        "data": "0x" + word(0) + word(3_000 * 10**6) + word(10**18) + word(0),
    }
    assert words(v2["data"], at_least=4)[2] == 10**18
    bought = trades_of(v2, universe=UNIVERSE, at_ms=5)
    assert bought == (Trade("WETH@1", 5, 10**18), Trade("USDC@1", 5, -3_000 * 10**18))
    v3 = {
        "address": "0xbb",
        "topics": [V3_SWAP_TOPIC],
        "data": "0x" + word(-3_000 * 10**6) + word(10**18) + word(1) + word(1) + word(-5),
    }
    sold = trades_of(v3, universe=UNIVERSE, at_ms=5)
    assert sold == (Trade("USDC@1", 5, 3_000 * 10**18), Trade("WETH@1", 5, -(10**18)))
    for broken in ({}, v2 | {"data": "0x12"}, v2 | {"data": None}, v2 | {"address": "0xcc"}):
        assert trades_of(broken, universe=UNIVERSE, at_ms=5) == ()


def test_a_books_price_leans_to_its_thinner_side():
    assert micro_price(BookTop(99, 101, 5, 5)) == (100, 10_000)
    price, _ = micro_price(BookTop(99_000, 101_000, 9, 1))
    assert price == 100_800
    for top in ((101, 99, 1, 1), (99, 99, 1, 1), (0, 1, 1, 1), (99, 101, 0, 1), (99, 101, 1, -1)):
        with pytest.raises(BookUnusable):
            micro_price(BookTop(*top))


@given(st.lists(st.tuples(st.integers(1, 2**128), st.integers(1, 10**12)), min_size=1))
def test_a_weighted_median_lies_among_its_values(pairs):
    found = weighted_median(pairs)
    values = [value for value, _ in pairs]
    assert min(values) <= found <= max(values)


def said(price, name, **rest):
    return Source(name, e18(price), e18(price), NOW_MS - rest.pop("age_ms", 0), 60_000, **rest)


def test_surer_witnesses_weigh_more_but_none_outvotes_the_others():
    policy = DeskPolicy()
    sure, loose = {"half_spread_ppm": 100}, {"fee_ppm": 3_000}
    told = (said("3000", "a", **sure), said("3006", "b", **loose), said("3008", "c", **loose))
    value = fair_value(told, now_ms=NOW_MS, policy=policy, min_sources=2)
    equal = fair_value(
        [said("3000", "a"), said("3006", "b"), said("3008", "c")],
        now_ms=NOW_MS,
        policy=policy,
        min_sources=2,
    )
    assert e18("3000") < value.price < equal.price == e18("3006")
    assert 0 < value.error_ppm < 200
    old = (said("3000", "a"), said("3006", "b", age_ms=50_000), said("3008", "c", age_ms=50_000))
    aged = fair_value(old, now_ms=NOW_MS, policy=policy, min_sources=2, volatility_ppm=800_000)
    assert aged.price < equal.price


def test_a_witness_that_lies_by_a_tenth_is_left_out_however_sure_it_claims_to_be():
    told = (
        said("3300", "liar", half_spread_ppm=0),
        *(said(price, name, fee_ppm=500) for name, price in (("b", "3000"), ("c", "3001"))),
    )
    value = fair_value(told, now_ms=NOW_MS, policy=DeskPolicy(), min_sources=2)
    assert {source.name for source in value.sources} == {"b", "c"}


def test_the_fast_memory_hears_of_a_storm_first_and_forgets_it_first():
    state, at_ms, price = Volatility.starting(annual_ppm=500_000, price=e18("3000"), at_ms=0), 0, 0
    for step in range(40):
        at_ms += 15_000
        price = e18("3000") * (1_010 if step % 2 else 1_000) // 1_000
        state = state.after(price=price, at_ms=at_ms)
    fast, slow = (each(low=0, high=10**9) for each in (state.fast_annual_ppm, state.annual_ppm))
    assert fast > slow > 500_000
    for _ in range(240):
        at_ms += 15_000
        state = state.after(price=price, at_ms=at_ms)
    assert state.fast_annual_ppm(low=0, high=10**9) < state.annual_ppm(low=0, high=10**9)
