"""What was typed into the search, as what it may be."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merchants.dashboard.finding.reading import Sum, read


@pytest.mark.parametrize(
    ("typed", "readings", "code"),
    [
        ("12.50", ("12.50",), ""),
        ("12,50", ("12.50",), ""),
        ("  12.5   EUR ", ("12.5",), "EUR"),
        ("€12.50", ("12.50",), "EUR"),
        ("eur 12", ("12",), "EUR"),
        ("13.62 usdc", ("13.62",), "USDC"),
        ("4 usdc@8453", ("4",), "USDC@8453"),
        ("1.234,50", ("1234.50",), ""),
        ("1,234.50", ("1234.50",), ""),
        ("1 234,50", ("1234.50",), ""),
        ("1'234.50", ("1234.50",), ""),
        ("1,250", ("1.250", "1250"), ""),
        ("1,234,567", ("1234567",), ""),
    ],
)
def test_an_amount_is_read_as_people_write_it(typed, readings, code):
    assert read(typed).amount == Sum(readings, code)


@pytest.mark.parametrize("typed", ["", "A-1", "EUR 12 USD", "12.50€/kg", "-5", "."])
def test_what_is_no_amount_is_none(typed):
    assert read(typed).amount is None


def test_units_are_exact_or_nothing():
    assert Sum(("1.250", "1250")).units(2) == (125, 125_000)
    assert Sum(("0.001",)).units(2) == ()
    assert Sum(("12.500000",)).units(2) == (1_250,)
    assert Sum(("0",)).units(2) == ()


def test_an_id_a_hash_an_address_and_a_number_are_told_apart():
    text = "019aca9d-0b3d-7000-8000-0123456789ab"
    assert read(text.upper()).id == UUID(text)
    assert read("0x" + "AB" * 32).tx_hash == b"\xab" * 32
    assert read("cd" * 20).address == b"\xcd" * 20
    assert read("…0123456789ab").number == "0123456789ab"
    assert read("#89AB").number == "89ab"
    assert read("9ab").number == ""
    assert read("1250").number == "1250"  # and an amount, and perhaps an order


@given(st.text(max_size=300))
def test_nothing_that_is_typed_breaks_it(text):
    typed = read(text)
    assert len(typed.text) <= 120
    if typed.amount is not None:
        for decimals in (0, 2, 18):
            assert all(units > 0 for units in typed.amount.units(decimals))


@given(st.integers(1, 10**12))
def test_an_amount_in_cents_is_found_again(units):
    written = f"{units // 100:,}.{units % 100:02d}"
    amount = read(written).amount
    assert amount is not None
    assert units in amount.units(2)
