"""Loss versus rebalancing: what arbitrage takes from a pool's providers. Pure.

Milionis, Moallemi, Roughgarden, Zhang, "Automated Market Making and Loss-Versus-Rebalancing":
a constant-product pool of value V loses σ²V/8 in a unit of time; of a concentrated range, while the
price P lies in it, liquidity L loses Lσ²√P/4. Fees come on the other side and are not in it.
"""

from gateway.market.measures.values import PPM

SECONDS_PER_YEAR = 31_557_600
Q96 = 2**96


def constant_product_lvr(*, value: int, volatility_ppm: int, seconds: int) -> int:
    """What a V2 pool (or a share of one) loses in ``seconds``, in ``value``'s own unit, down.

    Args:
        value: of both sides together, in any unit.
        volatility_ppm: standard deviation of a year's log return.
    """
    return value * volatility_ppm**2 * seconds // (8 * PPM**2 * SECONDS_PER_YEAR)


def concentrated_lvr(
    *, liquidity: int, sqrt_price: int, lower: int, upper: int, volatility_ppm: int, seconds: int
) -> int:
    """What a V3 position loses in ``seconds`` at the present price, in base units of token 1, down.

    Nothing outside its range: it then holds one token only, and nobody trades against it.

    Args:
        sqrt_price, lower, upper: of the pool and of the range's ends, sqrtPriceX96.
    """
    if not lower <= sqrt_price < upper:
        return 0
    return (
        liquidity
        * sqrt_price
        * volatility_ppm**2
        * seconds
        // (4 * Q96 * PPM**2 * SECONDS_PER_YEAR)
    )
