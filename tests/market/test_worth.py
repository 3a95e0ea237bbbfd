"""What an amount is worth in another currency, rounded so that no threshold is missed."""

from fractions import Fraction

from gateway.market.worth import worth_by
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT, Asset
from tests.market.dev_market import NOW_MS, dev_market

USDC, WETH, EURC = Asset("USDC@31337", 6), Asset("WETH@31337", 18), Asset("EURC@31337", 6)
MARKET = dev_market()


def test_a_token_that_promises_a_dollar_is_worth_one() -> None:
    found = worth_by(MARKET, Amount(1_000_000_001, USDC), into={"EUR"}, now_ms=NOW_MS)
    assert found is not None
    assert found.dollars == Amount(100_001, FIAT["USD"]), "up to the next cent"
    assert found.per_dollar == {"EUR": Fraction(100, 108)}


def test_other_tokens_and_currencies_go_by_their_prices() -> None:
    ether = worth_by(MARKET, Amount(10**18, WETH), into=(), now_ms=NOW_MS)
    assert ether is not None and 290_000 < ether.dollars.units < 310_000
    for amount in (Amount(10_000, FIAT["EUR"]), Amount(100_000_000, EURC)):
        found = worth_by(MARKET, amount, into=(), now_ms=NOW_MS)
        assert found is not None and found.dollars.units == 10_800


def test_without_a_price_nobody_says_anything() -> None:
    assert worth_by(MARKET, Amount(1, FIAT["CHF"]), into=(), now_ms=NOW_MS) is None
    found = worth_by(MARKET, Amount(1, FIAT["USD"]), into={"CHF", "USD"}, now_ms=NOW_MS)
    assert found is not None and found.per_dollar == {"USD": Fraction(1)}
    late = NOW_MS + 10**9
    assert worth_by(MARKET, Amount(10**18, WETH), into=(), now_ms=late) is None
