"""Loss versus rebalancing, against the paper's example and between its two formulas."""

from math import isqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.market.liquidity.lvr import (
    Q96,
    SECONDS_PER_YEAR,
    constant_product_lvr,
    range_lvr,
)


def test_a_constant_product_pool_loses_an_eighth_of_its_variance() -> None:
    # Milionis et al., theorem 3 and its example: 5 % a day costs 3.125 bp of the pool a day.
    year_ppm = isqrt(50_000**2 * SECONDS_PER_YEAR // 86_400)
    lost = constant_product_lvr(value_units=10**12, volatility_ppm=year_ppm, seconds=86_400)
    assert lost == pytest.approx(10**12 * 3.125e-4, rel=1e-4)


@given(
    st.integers(10**18, 10**24),
    st.integers(10**8, 10**14),
    st.integers(10_000, 5_000_000),
    st.integers(60, 86_400),
)
def test_an_endless_range_loses_what_a_constant_product_pool_does(
    reserve0: int, reserve1: int, volatility_ppm: int, seconds: int
) -> None:
    ranged = range_lvr(
        liquidity=isqrt(reserve0 * reserve1),
        sqrt_price_x96=isqrt(reserve1 * Q96 * Q96 // reserve0),
        sqrt_lower_x96=1,
        sqrt_upper_x96=2**160,
        volatility_ppm=volatility_ppm,
        seconds=seconds,
    )
    pooled = constant_product_lvr(
        value_units=2 * reserve1, volatility_ppm=volatility_ppm, seconds=seconds
    )
    assert ranged == pytest.approx(pooled, rel=1e-6, abs=2)


def test_lvr_of_a_pool() -> None:
    # sigma 80 % a year: a million loses 0.64 / 8 of itself a year, 80,000
    year = 31_557_600
    assert constant_product_lvr(value_units=10**6, volatility_ppm=800_000, seconds=year) == 80_000
    assert constant_product_lvr(value_units=10**6, volatility_ppm=0, seconds=year) == 0
    with pytest.raises(ValueError, match="never negative"):
        constant_product_lvr(value_units=1, volatility_ppm=1, seconds=-1)


def test_lvr_of_a_range_is_that_of_the_whole_curve_while_in_range() -> None:
    """A full range of V2 has value 2 L sqrt(P): sigma^2 V / 8 is L sigma^2 sqrt(P) / 4."""
    liquidity, root = 10**24, 55 << 96
    terms = {"volatility_ppm": 700_000, "seconds": 86_400}
    whole = constant_product_lvr(value_units=2 * liquidity * 55, **terms)
    bounds = {"sqrt_lower_x96": 54 << 96, "sqrt_upper_x96": 56 << 96}
    in_range = range_lvr(liquidity=liquidity, sqrt_price_x96=root, **bounds, **terms)
    assert in_range == whole > 0
    for outside in (53 << 96, 56 << 96):
        assert range_lvr(liquidity=liquidity, sqrt_price_x96=outside, **bounds, **terms) == 0
