"""What a sale's metadata says of its tax, as the shop's reports read it."""

import pytest

from gateway.money.assets import FIAT
from merchants.shifts.said import said_units


@pytest.mark.parametrize(
    ("said", "units"),
    [
        ("1.90", 190),
        ("2", 200),
        (2, 200),
        ("0.005", 1),
        ("0.0049", 0),
        ("99", 1_000),
        ("-1", 0),
        ("1e3", 0),
        ("1.00001", 0),
        ("\u0661", 0),
        (None, 0),
        (["1"], 0),
    ],
)
def test_a_plain_decimal_and_nothing_else(said: object, units: int) -> None:
    assert said_units({"tax": said}, "tax", currency=FIAT["EUR"], most=1_000) == units


@pytest.mark.parametrize("metadata", [{}, [], "tax", None])
def test_what_says_nothing_of_it_is_nothing(metadata: object) -> None:
    assert said_units(metadata, "tax", currency=FIAT["JPY"], most=9) == 0
