from datetime import timedelta
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.market.errors import QuoteRefused
from gateway.market.quotes import (
    Quote,
    QuoteRefusal,
    appraise,
    decode_quotes,
    encode_quotes,
    quote_assets,
)
from gateway.market.snapshots import decode_snapshot, encode_snapshot
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT, Asset
from gateway.money.errors import NotPositive
from tests.market.dev_market import (
    DAI,
    EIGHT,
    ETH,
    EURC,
    NOW,
    USDC,
    WBTC,
    WETH,
    dev_market,
    feed_says,
    pools_say,
    with_asset,
    with_policy,
)

EUR, USD, GBP = FIAT["EUR"], FIAT["USD"], FIAT["GBP"]


def quotes(snapshot=None, demand=Amount(1250, EUR), assets=EIGHT, **changes):
    terms = {
        "settlement_asset": USDC,
        "lock_seconds": 900,
        "shorten_lock": True,
        "fee_bps": 50,
        "now": NOW,
    } | changes
    answers = quote_assets(snapshot=snapshot or dev_market(), demand=demand, assets=assets, **terms)
    assert [answer.asset for answer in answers] == list(assets)
    return dict(zip(assets, answers, strict=True))


def code_of(answer):
    assert isinstance(answer, QuoteRefusal), answer
    assert answer.message
    return answer.code


def test_every_asset_of_a_calm_market_is_offered():
    for code, quote in quotes().items():
        assert isinstance(quote, Quote), quote
        assert quote.settlement_units == 13_500_000
        assert quote.pricing_value(quote.units).units == 1250
        assert quote.credit(quote.units).units == quote.settlement_units
        assert quote.fee(quote.credit(quote.units)).units == 67_500
        assert quote.minimum <= 1250
        assert all(source.simulated for source in quote.sources)
        if code != USDC:
            paid = quote.units * Fraction(quote.parts.fair) / 10**quote.decimals
            assert Fraction(1001, 1000) < paid / Fraction("12.50") < Fraction(1008, 1000)


def test_the_settlement_asset_is_taken_at_par():
    quote = quotes(demand=Amount(1999, USD))[USDC]
    assert (quote.units, quote.settlement_units) == (19_990_000, 19_990_000)
    assert quote.sources == ()
    assert quote.parts.spread_ppm == quote.parts.lock_premium_ppm == quote.parts.gas_units == 0
    assert quote.credit(7).units == 7


def test_the_settlement_asset_is_offered_while_every_price_is_stale():
    later = NOW + timedelta(hours=1)
    answers = quotes(demand=Amount(500, USD), now=later)
    assert isinstance(answers[USDC], Quote)
    assert {code_of(answers[code]) for code in EIGHT if code != USDC} == {"price_not_fresh"}
    euro = quotes(demand=Amount(500, EUR), settlement_asset=EURC, now=later)
    assert (euro[EURC].units, code_of(euro[ETH])) == (5_000_000, "price_not_fresh")


def test_a_euro_price_is_refused_without_a_fresh_euro():
    answers = quotes(dev_market(currencies={"EUR": (feed_says("1.08", age_ms=40_000),)}))
    assert {code_of(answer) for answer in answers.values()} == {"price_not_fresh"}
    answers = quotes(dev_market(currencies={}))
    assert {code_of(answer) for answer in answers.values()} == {"currency_not_priced"}
    assert {code_of(a) for a in quotes(demand=Amount(1250, GBP)).values()} == {
        "currency_not_priced"
    }


def test_a_lone_euro_feed_that_lies_is_found_out_by_the_euro_stablecoins_pools():
    for euro in ("1.19", "0.97"):
        answers = quotes(dev_market(currencies={"EUR": (feed_says(euro),)}))
        assert {code_of(answer) for answer in answers.values()} == {"sources_disagree"}
    two = (feed_says("1.02"), feed_says("1.02", name="feed:other"))
    assert isinstance(quotes(dev_market(currencies={"EUR": two}))[USDC], Quote)
    pushed = with_asset(dev_market(), EURC, sources=(pools_say("1.30", average="1.08"),))
    assert quotes(pushed)[USDC].settlement_units == 13_500_000


def test_a_missing_rate_is_a_refusal_and_never_one_to_one():
    for snapshot in (
        with_asset(dev_market(), ETH, sources=()),
        with_asset(dev_market(), ETH, sources=(feed_says("0"), pools_say("0"))),
    ):
        answers = quotes(snapshot)
        assert code_of(answers[ETH]) == "price_not_fresh"
        # without ether's price nobody knows what collecting a token costs either
        assert code_of(answers[DAI]) == "price_not_fresh"
        assert isinstance(answers[USDC], Quote)
    assert code_of(quotes(assets=("XYZ@31337",))["XYZ@31337"]) == "unknown_asset"
    answers = quotes(settlement_asset="XYZ@31337")
    assert {code_of(answer) for answer in answers.values()} == {"unknown_asset"}
    answers = quotes(settlement_asset=ETH)
    assert {code_of(answer) for answer in answers.values()} == {"unknown_asset"}


def test_a_pool_pushed_by_a_fifth_in_one_block_does_not_set_the_price():
    honest = quotes(with_asset(dev_market(), WETH, sources=(pools_say("3000"), feed_says("3000"))))
    up = quotes(
        with_asset(
            dev_market(), WETH, sources=(pools_say("3600", average="3000"), feed_says("3000"))
        )
    )
    assert up[WETH].units == honest[WETH].units
    down = quotes(
        with_asset(
            dev_market(), WETH, sources=(pools_say("2400", average="3000"), feed_says("3000"))
        )
    )
    assert code_of(down[WETH]) == "sources_disagree"


def test_a_stablecoin_off_its_peg_is_not_taken_nor_settled_in():
    broken = with_asset(dev_market(), DAI, sources=(pools_say("0.93"),))
    assert code_of(quotes(broken)[DAI]) == "off_peg"
    assert isinstance(quotes(broken)[USDC], Quote)
    broken = with_asset(dev_market(), USDC, sources=(feed_says("0.93"),))
    assert {code_of(answer) for answer in quotes(broken).values()} == {"off_peg"}


def test_a_stablecoin_is_never_worth_more_than_its_peg():
    above = quotes(with_asset(dev_market(), DAI, sources=(pools_say("1.005"),)))[DAI]
    at_peg = quotes(with_asset(dev_market(), DAI, sources=(pools_say("1"),)))[DAI]
    assert above.parts.fair == at_peg.parts.fair


def test_small_invoices_are_refused_where_collecting_costs_too_much():
    snapshot = dev_market()
    chain = msgspec.structs.replace(snapshot.chains[31337], gas_price_wei=20 * 10**9)
    answers = quotes(msgspec.structs.replace(snapshot, chains={31337: chain}))
    assert code_of(answers[ETH]) == "amount_below_minimum"
    # 65,000 gas at 20 gwei and 3,000.50 dollars is 3.90 dollars, a twentieth of 72.24 euros
    assert answers[ETH].minimum == 7224
    assert isinstance(answers[USDC], Quote)
    enough = quotes(
        msgspec.structs.replace(snapshot, chains={31337: chain}), demand=Amount(7224, EUR)
    )
    assert isinstance(enough[ETH], Quote)


def test_a_lock_is_limited_by_depth_and_by_what_is_locked_already():
    shallow = with_asset(dev_market(), WETH, depth_units=10**17)
    answer = quotes(shallow, demand=Amount(100_000, EUR))[WETH]
    assert code_of(answer) == "amount_above_maximum"
    assert isinstance(quotes(shallow, demand=Amount(answer.maximum, EUR))[WETH], Quote)
    capped = with_policy(
        with_asset(dev_market(), ETH, open_units=9 * 10**18), asset_cap_usd_cents=2_700_000
    )
    assert code_of(quotes(capped)[ETH]) == "lock_cap_reached"
    assert isinstance(quotes(capped)[WETH], Quote)
    assert code_of(quotes(with_asset(dev_market(), WETH, depth_units=0))[WETH]) == "no_depth"


@pytest.mark.parametrize("units", [10**30, 2**128])
def test_absurd_demands_are_refused_for_all_but_par(units):
    answers = quotes(demand=Amount(units, USD))
    assert answers[USDC].units == units * 10**4
    for code in EIGHT:
        if code != USDC:
            assert code_of(answers[code]) == "amount_above_maximum"


@pytest.mark.parametrize("units", [0, -1])
def test_nothing_is_not_quoted(units):
    with pytest.raises(NotPositive):
        quotes(demand=Amount(units, EUR))


def test_one_cent_is_quoted_exactly_or_refused():
    for answer in quotes(demand=Amount(1, EUR)).values():
        if isinstance(answer, QuoteRefusal):
            assert answer.code == "amount_below_minimum"
        else:
            assert answer.pricing_value(answer.units).units == 1


def test_no_source_and_no_time_means_no_premium_but_a_longer_lock_costs_more():
    short, long = (quotes(lock_seconds=seconds)[ETH] for seconds in (300, 3600))
    assert 0 < short.parts.lock_premium_ppm < long.parts.lock_premium_ppm
    assert short.units <= long.units
    assert (long.lock_end - NOW).seconds == 3600
    assert long.in_time(long.lock_end + timedelta(seconds=30))
    assert not long.in_time(long.lock_end + timedelta(seconds=31))


@given(
    st.integers(1, 10**9),
    st.sampled_from([EUR, USD]),
    st.lists(st.integers(1, 10**24), max_size=5),
)
def test_parts_of_a_payment_never_credit_more_than_the_whole(units, currency, payments):
    for quote in quotes(demand=Amount(units, currency)).values():
        if isinstance(quote, QuoteRefusal):
            continue
        whole = sum(payments)
        parts = sum(quote.credit(part).units for part in payments)
        assert parts <= quote.credit(whole).units
        assert quote.pricing_value(quote.units).units == units
        assert quote.units % 10 ** (quote.decimals - quote.places) == 0
        assert quote.token_rate.convert_units(quote.units, rounding=_down()) == units
        at_lock = quote.token_rate.then(quote.settlement_rate)
        assert at_lock.convert_units(quote.units, rounding=_down()) <= quote.settlement_units + 1


def _down():
    from gateway.money.rates import Rounding

    return Rounding.DOWN


def test_a_quote_is_the_same_after_a_night_in_the_database():
    answers = [answer for answer in quotes().values() if isinstance(answer, Quote)]
    assert decode_quotes(encode_quotes(answers)) == answers
    snapshot = dev_market()
    assert decode_snapshot(encode_snapshot(snapshot)) == snapshot


def test_late_money_is_worth_the_days_rate_without_a_lock():
    snapshot = dev_market()
    locked = quotes(snapshot)[ETH]
    late = appraise(
        snapshot=snapshot,
        token=locked.due,
        pricing=EUR,
        settlement_asset=USDC,
        fee_bps=50,
        now=NOW,
    )
    assert late.parts.lock_premium_ppm == 0
    assert late.units == locked.units
    assert 0 <= late.pricing_units - locked.pricing_units <= 3
    then = appraise(
        snapshot=snapshot,
        token=locked.due,
        pricing=EUR,
        settlement_asset=USDC,
        fee_bps=50,
        now=NOW,
        buy_usd_e18=2_400 * 10**18,
    )
    assert abs(then.pricing_units - late.pricing_units * 8 // 10) <= 2
    par = appraise(
        snapshot=snapshot,
        token=Amount(5_000_000, Asset(USDC, 6)),
        pricing=USD,
        settlement_asset=USDC,
        fee_bps=50,
        now=NOW,
    )
    assert (par.pricing_units, par.settlement_units) == (500, 5_000_000)


@pytest.mark.parametrize("token", [Amount(1, Asset(ETH, 18)), Amount(1, Asset(WBTC, 8))])
def test_late_dust_is_refused(token):
    with pytest.raises(QuoteRefused) as refused:
        appraise(
            snapshot=dev_market(),
            token=token,
            pricing=EUR,
            settlement_asset=USDC,
            fee_bps=50,
            now=NOW,
        )
    assert refused.value.code == "amount_below_minimum"
