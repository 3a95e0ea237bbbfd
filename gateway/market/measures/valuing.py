"""Units into micro-dollars, and what an exchange is worth at the prices of one time. Pure."""

from collections.abc import Mapping

Prices = Mapping[str, int]
"""e18 US dollars for one whole token, by asset code; what is not in it nobody knew."""


def value_usd_e6(units: int, *, price_e18: int, decimals: int) -> int:
    """Micro-dollars of base units, towards zero: what is taken back is worth what it was."""
    worth = abs(units) * price_e18 // int(10 ** (decimals + 12))
    return worth if units >= 0 else -worth


def valued(
    legs: Mapping[str, int], *, prices: Prices, decimals: Mapping[str, int]
) -> dict[str, int] | None:
    """Micro-dollars of each asset's units, signed as they are; None if one of them has no price.

    Half an exchange is no value: what came in without what went out would be a gain.
    """
    worth = {}
    for asset, units in legs.items():
        if asset not in prices or asset not in decimals:
            return None
        worth[asset] = value_usd_e6(units, price_e18=prices[asset], decimals=decimals[asset])
    return worth


def edge_usd_e6(
    legs: Mapping[str, int], *, prices: Prices, decimals: Mapping[str, int]
) -> int | None:
    """What the legs are worth together: what was taken less what was given; None is missing."""
    worth = valued(legs, prices=prices, decimals=decimals)
    return None if worth is None else sum(worth.values())
