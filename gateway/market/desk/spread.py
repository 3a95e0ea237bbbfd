"""What the desk keeps between the value and the rate, part by part, in millionths."""

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, sqrt

from gateway.market.desk.fair_value import FairValue
from gateway.market.desk.lock import PPM, SECONDS_PER_YEAR
from gateway.market.desk.skew import SkewModel, SkewParts, bid_skew_ppm
from gateway.market.errors import InventoryFull, SourcesDisagree
from gateway.market.snapshots import DeskPolicy

PPM_PER_BP = 100
BPS = 10_000
HOURS_PER_YEAR = 8_766


@dataclass(frozen=True, slots=True)
class SpreadParts:
    """The half spread and why, in millionths of the value.

    Attributes:
        base_ppm: earned without inventory.
        skew_ppm: for what the desk holds already; below zero, given to be rid of a short position.
        age_ppm: what the price may have moved since the oldest witness spoke.
        flow_ppm: for one-sided order flow.
        toxicity_ppm: for flow that seems informed.
        deviation_ppm: for witnesses that differ.
        widened_ppm: added by the state WIDE.
        total_ppm: the sum, clamped.
    """

    base_ppm: int
    skew_ppm: int
    age_ppm: int
    flow_ppm: int
    toxicity_ppm: int
    deviation_ppm: int
    widened_ppm: int
    total_ppm: int


@lru_cache(maxsize=4_096)
def _skew(
    *,
    volatility_ppm: int,
    inventory_lots: int,
    bound_lots: int,
    base_spread_ppm: int,
    risk_aversion_e9: int,
    fills_per_hour: int,
    most_ppm: int,
) -> SkewParts | None:
    """GLFT in basis points of the value, lots and hours: without inventory it earns the base."""
    sigma_bp = volatility_ppm / PPM * BPS / sqrt(HOURS_PER_YEAR)
    model = SkewModel(
        sigma=sigma_bp,
        gamma=risk_aversion_e9 / 1e9,
        k=PPM_PER_BP / max(base_spread_ppm, 1),
        intensity=fills_per_hour,
        bound=max(1, bound_lots),
    )
    return bid_skew_ppm(
        model, inventory=inventory_lots, fair=float(BPS), least_ppm=-most_ppm, most_ppm=most_ppm
    )


def spread_parts(
    *,
    value: FairValue,
    volatility_ppm: int,
    policy: DeskPolicy,
    age_ms: int | None = None,
    inventory_lots: int = 0,
    imbalance_ppm: int = 0,
    toxicity_ppm: int = 0,
    wide: bool = False,
) -> SpreadParts:
    """base + skew(q) + a₁·σ·√age + a₂·|OFI| + a₃·VPIN + a₄·deviation, clamped.

    Args:
        age_ms: of the oldest witness now; as the value was agreed, if unset.

    Raises:
        SourcesDisagree: what the witnesses leave open is more than the policy lets us charge.
        InventoryFull: the desk holds its bound.
    """
    skewed = _skew(
        volatility_ppm=volatility_ppm,
        inventory_lots=inventory_lots,
        bound_lots=policy.inventory_bound_usd_cents // policy.lot_usd_cents,
        base_spread_ppm=policy.base_spread_ppm,
        risk_aversion_e9=policy.risk_aversion_e9,
        fills_per_hour=policy.fills_per_hour,
        most_ppm=policy.max_spread_ppm,
    )
    if skewed is None:
        raise InventoryFull
    deviation = value.deviation_ppm * policy.deviation_weight_ppm // PPM
    age_ms = value.oldest_ms if age_ms is None else age_ms
    drift = volatility_ppm * sqrt(age_ms / 1000 / SECONDS_PER_YEAR)
    age = ceil(drift * policy.age_weight_ppm / PPM)
    if skewed.base_ppm + deviation + age > policy.max_spread_ppm:
        raise SourcesDisagree
    flow = min(abs(imbalance_ppm), PPM) * policy.flow_weight_ppm // PPM
    toxicity = min(max(toxicity_ppm, 0), PPM) * policy.toxicity_weight_ppm // PPM
    plain = skewed.half_spread_ppm + age + flow + toxicity + deviation
    calm = max(plain, policy.least_spread_ppm)
    widened = calm * (policy.wide_factor_ppm - PPM) // PPM if wide else 0
    return SpreadParts(
        base_ppm=skewed.base_ppm,
        skew_ppm=skewed.skew_ppm,
        age_ppm=age,
        flow_ppm=flow,
        toxicity_ppm=toxicity,
        deviation_ppm=deviation,
        widened_ppm=widened,
        total_ppm=min(calm + widened, policy.max_spread_ppm),
    )
