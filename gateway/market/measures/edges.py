"""What a payment's rate kept, split into what it was kept for. Pure."""

from collections.abc import Mapping

from gateway.market.measures.values import PPM, Line, QuotedParts
from gateway.market.measures.valuing import Prices, edge_usd_e6, value_usd_e6


def payment_edge(
    *,
    token: str,
    legs: Mapping[str, int],
    quoted: QuotedParts | None,
    at_promise: Prices,
    at_fill: Prices,
    decimals: Mapping[str, int],
) -> dict[Line, int] | None:
    """Micro-dollars to the desk by line; together exactly its edge at the credit.

    What lies between the fair value when the rate was promised and the rate is what the quote's
    parts say, and ``VALUATION`` for the rest; from there to the credit the market moved. None if
    nobody knew the prices at the credit.

    Args:
        token: what was paid with; legs: base units to the desk by asset, what it gave below zero.
        quoted: the quote's parts; its gas is that of this payment's share.
    """
    credited = edge_usd_e6(legs, prices=at_fill, decimals=decimals)
    if credited is None:
        return None
    if len(legs) == 1:
        return {Line.VALUATION: credited}  # at par; what was rounded
    promised = edge_usd_e6(legs, prices=at_promise, decimals=decimals)
    if promised is None or quoted is None:
        return {Line.UNSPLIT: credited}
    price, places = at_promise[token], decimals[token]
    gas = value_usd_e6(quoted.gas_units, price_e18=price, decimals=places)
    paid = value_usd_e6(legs[token] - quoted.gas_units, price_e18=price, decimals=places)
    split = {
        Line.QUOTED_SPREAD: _share(paid, quoted.spread_ppm),
        Line.LOCK_PREMIUM: _share(paid, quoted.lock_premium_ppm),
        Line.CHARGED_FILL: _share(paid, quoted.fill_ppm),
        Line.CHARGED_GAS: gas,
    }
    split[Line.VALUATION] = promised - sum(split.values())
    split[Line.LOCK_MOVE] = credited - promised
    return split


def _share(usd_e6: int, ppm: int) -> int:
    """Towards zero."""
    share = abs(usd_e6 * ppm) // PPM
    return share if usd_e6 * ppm >= 0 else -share
