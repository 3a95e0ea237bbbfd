"""A longer lock in place of one that was given: over any market, whoever chooses it gains time and
nothing else."""

import math
import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.market.quotes import Quote, no_better, quote_assets
from gateway.market.replay import replayed
from gateway.market.risk.states import RiskState
from gateway.market.snapshots import MarketSnapshot, RiskMark
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.money.rates import PPM
from tests.market.dev_market import (
    NOW,
    USDC,
    WETH,
    dev_market,
    feed_says,
    pools_say,
    with_asset,
    with_policy,
)

USUAL, LONG = 900, 2_700
DEMAND = Amount(4_200, FIAT["EUR"])
cents = st.integers(min_value=285_000, max_value=315_000)
volatilities = st.integers(min_value=1_000, max_value=2_000_000)
shares = st.integers(min_value=0, max_value=PPM)


def market(price: float, *, volatility_ppm: int = 500_000) -> MarketSnapshot:
    """WETH at so many dollars by both witnesses, with a pool as deep as anyone asks."""
    said = f"{price:.6f}"
    return with_asset(
        dev_market(),
        WETH,
        sources=(pools_say(said), feed_says(said)),
        volatility_ppm=volatility_ppm,
    )


def quoted(
    snapshot: MarketSnapshot, *, seconds: int, share_ppm: int = PPM, asset: str = WETH
) -> Quote:
    (answer,) = quote_assets(
        snapshot=snapshot,
        demand=DEMAND,
        settlement_asset=USDC,
        assets=[asset],
        lock_seconds=seconds,
        fee_bps=50,
        now=NOW,
        strategic_share_ppm=share_ppm,
    )
    assert isinstance(answer, Quote), answer
    return answer


@settings(max_examples=80, deadline=None)
@given(first=cents, then=cents, volatility_ppm=volatilities, share_ppm=shares)
def test_it_undercuts_neither_what_it_ends_nor_any_fresh_lock(
    first: int, then: int, volatility_ppm: int, share_ppm: int
) -> None:
    held = quoted(
        market(first / 100, volatility_ppm=volatility_ppm), seconds=USUAL, share_ppm=share_ppm
    )
    moved = market(then / 100, volatility_ppm=volatility_ppm)
    longer = no_better(quoted(moved, seconds=LONG), than=held)
    assert longer.units >= held.units
    for seconds in (USUAL, LONG):
        assert longer.units >= quoted(moved, seconds=seconds, share_ppm=share_ppm).units
    assert longer.settlement_units == quoted(moved, seconds=USUAL).settlement_units
    assert longer.token_pricing == (DEMAND.units, longer.units)
    assert longer.due.units == longer.units


def test_a_risen_token_would_be_cheaper_but_for_the_price_that_was_held() -> None:
    """What the rule is for: without it, choosing is a second look at the market."""
    held, moved = quoted(market(3_000), seconds=USUAL), market(3_090)
    fresh = quoted(moved, seconds=LONG)
    assert fresh.units < held.units
    longer = no_better(fresh, than=held)
    assert (longer.units, longer.raised_from) == (held.units, fresh.units)


def test_a_calm_market_costs_the_premium_and_a_stablecoin_next_to_nothing() -> None:
    snapshot = market(3_000)
    held, longer = quoted(snapshot, seconds=USUAL), quoted(snapshot, seconds=LONG)
    more_ppm = (longer.units - held.units) * PPM / held.units
    # 0.3989·σ·(√T − √t), with the seconds of grace, confirmations and the hedge in both.
    assert 500 < more_ppm < 1_000
    assert longer.raised_from == 0
    par = [quoted(snapshot, seconds=seconds, asset=USDC) for seconds in (USUAL, LONG)]
    assert par[0].units == par[1].units


def test_at_par_what_comes_in_stays_what_is_credited() -> None:
    dearer = msgspec.structs.replace(dev_market(), currencies={"EUR": (feed_says("1.085"),)})
    held = quoted(dearer, seconds=USUAL, asset=USDC)
    longer = no_better(quoted(dev_market(), seconds=LONG, asset=USDC), than=held)
    assert longer.units == longer.settlement_units == held.units > longer.raised_from > 0


def test_another_tokens_price_is_no_bound() -> None:
    with pytest.raises(ValueError, match="says nothing"):
        no_better(
            quoted(dev_market(), seconds=LONG), than=quoted(dev_market(), seconds=USUAL, asset=USDC)
        )


def test_a_raised_quote_is_drawn_again_to_the_unit() -> None:
    held, moved = quoted(market(3_000), seconds=USUAL), market(3_090)
    longer = no_better(quoted(moved, seconds=LONG), than=held)
    assert replayed(longer, snapshot=moved) == longer
    forged = msgspec.structs.replace(longer, raised_from=longer.raised_from - 1)
    assert replayed(forged, snapshot=moved) != forged


class Path:
    """Prices of WETH minute by minute, and what a promise of so many units is worth on them to who
    may deliver it, in dollars, by the best of hindsight."""

    def __init__(self, seed: int, *, minutes: int = 61, volatility: float = 0.8) -> None:
        draw, step = random.Random(seed), volatility * math.sqrt(1 / 525_960)
        self.prices = [3_000.0]
        for _ in range(minutes - 1):
            self.prices.append(self.prices[-1] * math.exp(draw.gauss(0, step)))

    def gain(self, quote: Quote, *, begin: int, minutes: int) -> float:
        worth = DEMAND.units / 100 * 1.08
        last = self.prices[begin : begin + minutes + 1]
        return max(0.0, *(worth - quote.units / 10**18 * price for price in last))


@pytest.mark.parametrize("seed", range(12))
def test_who_chooses_the_best_moment_gains_nothing_over_who_was_sold_that_lock(seed: int) -> None:
    """A shopper who knows the whole path, later prices too, and takes the best minute to choose."""
    path = Path(seed)
    held = quoted(market(path.prices[0]), seconds=USUAL)
    for minute in range(0, 15, 2):
        snapshot = market(path.prices[minute])
        fresh = quoted(snapshot, seconds=LONG)
        longer = no_better(fresh, than=held)
        left = 15 - minute
        assert path.gain(longer, begin=minute, minutes=45) <= path.gain(
            fresh, begin=minute, minutes=45
        )
        assert path.gain(longer, begin=minute, minutes=left) <= path.gain(
            held, begin=minute, minutes=left
        )


def test_a_shopper_of_foresight_would_gain_if_the_longer_price_were_drawn_alone() -> None:
    """The same shopper without the rule: on some path, in some minute, they are better off."""
    gains = []
    for seed in range(12):
        path = Path(seed)
        held = quoted(market(path.prices[0]), seconds=USUAL)
        for minute in range(0, 15, 2):
            fresh, left = quoted(market(path.prices[minute]), seconds=LONG), 15 - minute
            gains.append(
                path.gain(fresh, begin=minute, minutes=left)
                - path.gain(held, begin=minute, minutes=left)
            )
    assert max(gains) > 0


def test_in_a_rough_market_no_longer_lock_is_given() -> None:
    """It is refused, not shortened: a shorter one would be no use to who asks for it."""
    now_ms = int(NOW.timestamp() * 1000)
    mark = RiskMark(state=RiskState.WIDE, trigger="moved", since_ms=now_ms, seen_ms=now_ms)
    snapshot = with_policy(with_asset(dev_market(), WETH, risk=mark), wide_lock_seconds=300)
    (answer,) = quote_assets(
        snapshot=snapshot,
        demand=DEMAND,
        settlement_asset=USDC,
        assets=[WETH],
        lock_seconds=LONG,
        fee_bps=50,
        now=NOW,
    )
    assert answer.code == "lock_too_long"
