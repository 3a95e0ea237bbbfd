"""What the desk keeps between the value and the rate, part by part, in millionths."""

from math import ceil, sqrt

from gateway.market.desk.fair_value import FairValue
from gateway.market.desk.lock import PPM, SECONDS_PER_YEAR
from gateway.market.errors import SourcesDisagree
from gateway.market.snapshots import DeskPolicy


def half_spread_ppm(*, value: FairValue, volatility_ppm: int, policy: DeskPolicy) -> int:
    """Base, disagreement of the witnesses, and what the price may have moved since they spoke.

    Raises:
        SourcesDisagree: it would be more than the policy lets us charge.
    """
    disagreement = value.deviation_ppm * policy.deviation_weight_ppm // PPM
    drift = volatility_ppm * sqrt(value.oldest_ms / 1000 / SECONDS_PER_YEAR)
    spread = policy.base_spread_ppm + disagreement + ceil(drift)
    if spread > policy.max_spread_ppm:
        raise SourcesDisagree
    return spread
