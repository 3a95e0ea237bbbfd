from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.money.amounts import Amount
from gateway.money.assets import FIAT, Asset
from gateway.money.errors import AssetMismatch, BadRate, NotANumber
from gateway.money.rates import Rate, Rounding

EUR, USD = FIAT["EUR"], FIAT["USD"]
ETH = Asset("ETH@31337", 18)
USDC = Asset("USDC@31337", 6)

terms = st.integers(1, 2**256)


def test_a_price_in_words_is_an_exact_rate():
    rate = Rate.from_price("3001.25", base=ETH, quote=USDC)
    assert rate.convert(Amount(10**18, ETH), rounding=Rounding.DOWN) == Amount(3_001_250_000, USDC)
    assert rate.price_text(2) == "3001.25"
    assert rate.price_text(0) == "3001"
    assert rate.inverse().price_text(6) == "0.000333"


def test_rates_of_equal_value_are_equal():
    assert Rate(10, 4, ETH, USDC) == Rate(5, 2, ETH, USDC)
    assert Rate.of(base=Amount(4, ETH), quote=Amount(10, USDC)) == Rate(5, 2, ETH, USDC)


@pytest.mark.parametrize(("numerator", "denominator"), [(0, 1), (1, 0), (-1, 1), (1, -1)])
def test_a_missing_rate_is_refused_and_never_one_to_one(numerator, denominator):
    with pytest.raises(BadRate) as refused:
        Rate(numerator, denominator, ETH, USDC)
    assert refused.value.code == "rate_invalid"
    with pytest.raises(BadRate):
        Rate.from_price("0", base=ETH, quote=USDC)
    with pytest.raises(BadRate):
        Rate.from_price("-1", base=ETH, quote=USDC)


@pytest.mark.parametrize("text", ["NaN", "1e3", "", None, 3001.25, "inf", "1/2", "9" * 101])
def test_a_price_that_is_no_number_is_refused(text):
    with pytest.raises(NotANumber):
        Rate.from_price(text, base=ETH, quote=USDC)


@pytest.mark.parametrize("number", [1.0, "1", None, True])
def test_a_rate_is_a_ratio_of_ints(number):
    with pytest.raises(TypeError):
        Rate(number, 1, ETH, USDC)


@given(terms, terms, st.integers(-(2**256), 2**256))
def test_converting_rounds_by_less_than_one_unit_the_way_it_was_told(n, d, value):
    rate = Rate(n, d, ETH, USDC)
    exact = Fraction(value * n, d)
    down = rate.convert(Amount(value, ETH), rounding=Rounding.DOWN).units
    up = rate.convert(Amount(value, ETH), rounding=Rounding.UP).units
    assert down <= exact < down + 1
    assert up - 1 < exact <= up


@given(terms, terms, st.integers(0, 2**128))
def test_there_and_back_never_gains(n, d, value):
    rate = Rate(n, d, ETH, USDC)
    there = rate.convert(Amount(value, ETH), rounding=Rounding.DOWN)
    assert rate.inverse().convert(there, rounding=Rounding.DOWN).units <= value


@given(terms, terms, terms, terms)
def test_a_chain_of_rates_is_exact(a, b, c, d):
    chained = Rate(a, b, ETH, USD).then(Rate(c, d, USD, EUR))
    assert Fraction(chained.numerator, chained.denominator) == Fraction(a * c, b * d)
    assert (chained.base, chained.quote) == (ETH, EUR)


def test_rates_that_do_not_meet_are_refused():
    rate = Rate(1, 2, ETH, USD)
    for wrong in (
        lambda: rate.then(Rate(1, 1, USDC, EUR)),
        lambda: rate.convert(Amount(1, USD), rounding=Rounding.UP),
        lambda: rate < Rate(1, 2, ETH, EUR),
    ):
        with pytest.raises(AssetMismatch):
            wrong()


@given(terms, terms, st.integers(0, 9_999))
def test_a_worsened_rate_gives_exactly_that_much_less(n, d, bps):
    rate = Rate(n, d, ETH, USDC)
    worse = rate.worsened_bps(bps)
    assert Fraction(worse.numerator, worse.denominator) == Fraction(n * (10_000 - bps), d * 10_000)
    assert worse <= rate
    assert rate.worsened_ppm(bps * 100) == worse


@pytest.mark.parametrize("bps", [-1, 10_000, 20_000])
def test_a_rate_cannot_be_worsened_to_nothing_or_made_better(bps):
    with pytest.raises(BadRate):
        Rate(1, 1, ETH, USDC).worsened_bps(bps)


@given(st.integers(1, 2**512), st.integers(1, 2**512))
def test_a_shortened_rate_promises_no_more_and_hardly_less(n, d):
    rate = Rate(n, d, ETH, USDC)
    short = rate.simplified(bits=96)
    assert short <= rate
    off = 1 - Fraction(short.numerator, short.denominator) / Fraction(n, d)
    assert off < Fraction(1, 2**95)
