"""The price of promising a rate: the shopper may pay, or walk away if the market moved.

Estimates are floating-point, as statistics are; what comes out is an integer of millionths,
rounded up, and only that touches money.
"""

from functools import lru_cache
from math import ceil, erfc, exp, pi, sqrt

PPM = 1_000_000
SECONDS_PER_YEAR = 31_557_600


def bachelier_put(*, move: float, discount: float) -> float:
    """Worth of the right to deliver at ``discount`` below today's price.

    Args:
        move: standard deviation of the relative price move until delivery.
        discount: what is kept from the shopper, as a share of the price.
    """
    if move <= 0:
        return 0.0
    d = discount / move
    density = exp(-d * d / 2) / sqrt(2 * pi)
    tail = erfc(d / sqrt(2)) / 2
    return move * density - discount * tail


@lru_cache(maxsize=4096)
def lock_premium_ppm(
    *,
    volatility_ppm: int,
    seconds: int,
    strategic_share_ppm: int,
    completion_ppm: int,
    max_ppm: int,
) -> int:
    """Millionths to keep from the rate for a lock of ``seconds`` (confirmations and fill included).

    With everyone strategic it is the at-the-money option's worth, 0.3989·σ·√T: no discount pays
    for more, as it would only drive away. With a share of ordinary shoppers, who pay with
    probability p whatever the market did, it is what they together must pay for the strategic
    ones: (1 − φ)·p·s = φ·C(s), never more than the former.
    """
    move = volatility_ppm / PPM * sqrt(max(seconds, 0) / SECONDS_PER_YEAR)
    at_the_money = bachelier_put(move=move, discount=0.0)
    share = min(max(strategic_share_ppm, 0), PPM) / PPM
    if share == 0:
        return 0
    ordinary = (1 - share) * completion_ppm / PPM
    premium = at_the_money
    if ordinary > 0:
        low, high = 0.0, at_the_money
        for _ in range(50):
            middle = (low + high) / 2
            if ordinary * middle < share * bachelier_put(move=move, discount=middle):
                low = middle
            else:
                high = middle
        premium = high
    return min(ceil(premium * PPM), max_ppm)
