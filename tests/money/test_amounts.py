import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.money.amounts import (
    MAX_PARSED_UNITS,
    Amount,
    format_amount,
    parse_amount,
    parse_positive_amount,
    rounded_up,
)
from gateway.money.assets import FIAT, Asset, fiat, wallet_places
from gateway.money.errors import (
    AssetMismatch,
    BadAsset,
    MoneyError,
    NotANumber,
    NotPositive,
    TooLarge,
    TooPrecise,
    UnknownCurrency,
)

EUR = FIAT["EUR"]
JPY = FIAT["JPY"]
ETH = Asset("ETH@31337", 18)
USDC = Asset("USDC@31337", 6)

assets = st.builds(Asset, st.sampled_from(["EUR", "USDC@1", "X@8453"]), st.integers(0, 36))
units = st.integers(-MAX_PARSED_UNITS, MAX_PARSED_UNITS)


def test_an_asset_tells_its_symbol_and_its_chain():
    assert (ETH.symbol, ETH.chain_id, ETH.is_fiat, ETH.one) == ("ETH", 31337, False, 10**18)
    assert (EUR.symbol, EUR.chain_id, EUR.is_fiat, EUR.one) == ("EUR", None, True, 100)


@pytest.mark.parametrize(
    "code", ["", "USDC@", "USDC@0", "US DC@1", "@1", "USDC@1@2", "a" * 40, "É"]
)
def test_a_bad_asset_code_is_refused(code):
    with pytest.raises(BadAsset):
        Asset(code, 6)


@pytest.mark.parametrize("decimals", [-1, 37, True, 6.0])
def test_impossible_decimals_are_refused(decimals):
    with pytest.raises(BadAsset):
        Asset("USDC@1", decimals)


@pytest.mark.parametrize("code", ["XXX", "eur", "", "EUR "])
def test_an_unknown_currency_is_refused_with_a_code(code):
    with pytest.raises(UnknownCurrency) as refused:
        fiat(code)
    assert refused.value.code == "unknown_currency"
    assert refused.value.message
    assert refused.value.hint


@pytest.mark.parametrize(
    ("text", "asset", "expected"),
    [
        ("12.50", EUR, 1250),
        ("12.5", EUR, 1250),
        ("12", EUR, 1200),
        ("0", EUR, 0),
        ("-0.01", EUR, -1),
        ("1250", JPY, 1250),
        ("0.000000000000000001", ETH, 1),
        ("1000000000000000000", ETH, 10**36),
    ],
)
def test_plain_decimals_are_read_exactly(text, asset, expected):
    assert parse_amount(text, asset) == Amount(expected, asset)


@pytest.mark.parametrize(
    "text",
    [
        "NaN", "Infinity", "1e5", "1E5", "１２", "٣", "+5", " 5", "5 ", "5\n", "", ".", ".5", "5.",
        "1,5", "1_000", "0x10", "--1", "1.2.3", "12,50", "€5", None, 5, 5.0, True, b"5",
    ],
)  # fmt: skip
def test_what_is_not_a_plain_decimal_is_refused(text):
    with pytest.raises(NotANumber) as refused:
        parse_amount(text, EUR)
    assert refused.value.code == "amount_not_a_number"


@pytest.mark.parametrize(("text", "asset"), [("12.501", EUR), ("12.500", EUR), ("1.0", JPY)])
def test_more_decimals_than_the_asset_has_are_refused(text, asset):
    with pytest.raises(TooPrecise) as refused:
        parse_amount(text, asset)
    assert refused.value.code == "amount_too_precise"


@pytest.mark.parametrize("text", ["1" + "0" * 40, "9" * 101, "0" * 200])
def test_ten_to_the_fortieth_is_refused(text):
    with pytest.raises(TooLarge) as refused:
        parse_amount(text, EUR)
    assert refused.value.code == "amount_too_large"


@pytest.mark.parametrize("text", ["0", "0.00", "-0.01", "-5"])
def test_zero_and_less_are_refused_where_money_is_asked_for(text):
    with pytest.raises(NotPositive) as refused:
        parse_positive_amount(text, EUR)
    assert refused.value.code == "amount_not_positive"


@given(units, assets)
def test_what_is_written_reads_back_the_same(value, asset):
    amount = Amount(value, asset)
    assert parse_amount(format_amount(amount), asset) == amount
    assert parse_amount(format_amount(amount, trim=True), asset) == amount


@given(st.text(max_size=30))
def test_any_text_is_read_exactly_or_refused(text):
    try:
        amount = parse_amount(text, EUR)
    except MoneyError:
        return
    assert text.isascii()
    assert abs(amount.units) <= MAX_PARSED_UNITS


def test_trimming_drops_only_zeros_after_the_point():
    assert format_amount(Amount(120_000, EUR), trim=True) == "1200"
    assert format_amount(Amount(1_230_000, USDC), trim=True) == "1.23"
    assert format_amount(Amount(-1, ETH)) == "-0.000000000000000001"
    assert format_amount(Amount(5, JPY)) == "5"


def test_assets_do_not_mix():
    for mix in (
        lambda: Amount(1, EUR) + Amount(1, JPY),
        lambda: Amount(1, EUR) - Amount(1, USDC),
        lambda: Amount(1, USDC) < Amount(2, Asset("USDC@1", 6)),
        lambda: Amount(1, EUR) >= Amount(1, JPY),
    ):
        with pytest.raises(AssetMismatch):
            mix()
    assert Amount(1, EUR) != Amount(1, JPY)


@pytest.mark.parametrize("value", [1.0, True, "1", None])
def test_an_amount_is_an_int(value):
    with pytest.raises(TypeError):
        Amount(value, EUR)


@given(units, units, units)
def test_amounts_add_up_exactly(a, b, c):
    x, y, z = Amount(a, ETH), Amount(b, ETH), Amount(c, ETH)
    assert (x + y) + z == x + (y + z)
    assert x - y == -(y - x)
    assert (x < y) == (a < b)
    assert (x <= y) == (a <= b)


def test_a_share_never_takes_more_than_its_part():
    assert Amount(12_345, EUR).share_bps(80) == Amount(98, EUR)
    assert Amount(1, EUR).share_bps(80).is_zero


@given(st.integers(0, 10**36), assets, st.integers(0, 40))
def test_rounding_up_to_what_a_wallet_shows_costs_less_than_its_last_digit(value, asset, places):
    shown = rounded_up(Amount(value, asset), places=places)
    step = 10 ** max(0, asset.decimals - places)
    assert 0 <= shown.units - value < step
    assert shown.units % step == 0


def test_a_wallet_shows_all_of_a_short_token_and_six_places_of_a_long_one():
    assert [wallet_places(a) for a in (USDC, Asset("WBTC@1", 8), ETH, JPY)] == [6, 8, 6, 0]
