"""Loss versus rebalancing: what arbitrage takes from liquidity that quotes a stale price. Pure.

Milionis, Moallemi, Roughgarden and Zhang, "Automated Market Making and Loss-Versus-Rebalancing":
a constant-product pool of value V loses sigma^2 V / 8 in a unit of time, a concentrated range with
liquidity L in range L sigma^2 sqrt(P) / 4, out of its range nothing. They are measures, not
entries: what the house really lost is in its books.
"""

SECONDS_PER_YEAR = 31_557_600
PPM = 1_000_000
_TIME = PPM * PPM * SECONDS_PER_YEAR
Q96 = 1 << 96


def constant_product_lvr(*, value_units: int, volatility_ppm: int, seconds: int) -> int:
    """Base units lost by a pool of ``value_units``; rounded down.

    Args:
        volatility_ppm: standard deviation of the relative price over a year, in millionths.
    """
    _not_negative(value_units, volatility_ppm, seconds)
    return value_units * volatility_ppm * volatility_ppm * seconds // (8 * _TIME)


def range_lvr(
    *,
    liquidity: int,
    sqrt_price_x96: int,
    sqrt_lower_x96: int,
    sqrt_upper_x96: int,
    volatility_ppm: int,
    seconds: int,
) -> int:
    """Base units of token1 lost by a range; 0 while the price is outside of it. Rounded down."""
    _not_negative(liquidity, volatility_ppm, seconds)
    if not sqrt_lower_x96 <= sqrt_price_x96 < sqrt_upper_x96:
        return 0
    moved = liquidity * sqrt_price_x96 * volatility_ppm * volatility_ppm * seconds
    return moved // (4 * Q96 * _TIME)


def _not_negative(*numbers: int) -> None:
    if min(numbers) < 0:
        raise ValueError("value, volatility and time are never negative")
