"""Decimal text and integers of 1e-18."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.market.exchanges.numbers import E18, e18_of, ppm_of, text_of


@given(st.integers(0, 10**40))
def test_an_integer_survives_its_text(units: int) -> None:
    assert e18_of(text_of(units)) == units


@pytest.mark.parametrize(
    ("text", "units"),
    [("0", 0), ("1", E18), ("0.00000001", 10**10), ("1E-8", 10**10), ("12.5", 125 * 10**17)],
)
def test_text_is_read_exactly(text: str, units: int) -> None:
    assert e18_of(text) == units


@pytest.mark.parametrize(
    "text",
    ["", "-1", "nan", "inf", "1e999999999", "1e-999999999", "1e-19", "1,5", None, [], "1e41"],
)
def test_nonsense_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="."):  # noqa: RUF043
        e18_of(text)


def test_a_fee_is_rounded_up_to_millionths() -> None:
    assert (ppm_of("0.001"), ppm_of("0.00075"), ppm_of("0.0000001")) == (1000, 750, 1)
