"""Fair value from independent witnesses, and the refusals that replace a guess."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt

from gateway.market.errors import PriceNotFresh, SourcesDisagree
from gateway.market.snapshots import DeskPolicy, Source

PPM = 1_000_000
# A witness this many scaled median deviations from the others is left out, if two remain.
OUTLIER_DEVIATIONS = 4
# Below this the deviations are the market's own noise and nobody is an outlier.
OUTLIER_FLOOR_PPM = 5_000
# 1.4826 makes a median absolute deviation a standard deviation of normal noise.
_MAD_SCALE_PPM = 1_482_600
# No witness is surer than this of its own price.
_LEAST_ERROR_PPM = 50
_WEIGHT_SCALE = 10**15
_YEAR_MS = 31_557_600_000


@dataclass(frozen=True, slots=True)
class FairValue:
    """What a whole unit is worth in US dollars (e18), and how sure we are.

    Attributes:
        price: the median of what the witnesses say now.
        buy: what we value it at when we buy: each witness at the worse of its last price and its
            average over blocks, then the median. Pushing a pool for a block does not raise it.
        deviation_ppm: how far the witnesses lie from the value, weighted, root mean square.
        apart_ppm: their range over the least of them.
        error_ppm: what their own spreads, ages and fees leave open about the value.
        sources: the witnesses used.
        oldest_ms: age of the oldest of them.
    """

    price: int
    buy: int
    deviation_ppm: int
    apart_ppm: int
    error_ppm: int
    sources: tuple[Source, ...]
    oldest_ms: int


def _median(ordered: Sequence[int]) -> int:
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) // 2


def variance_ppm2(source: Source, *, now_ms: int, volatility_ppm: int) -> int:
    """(half spread)²/3 + σ²·age + fee²: how wrong a witness may be by its own account."""
    age_ms = max(0, now_ms - source.at_ms)
    return (
        source.half_spread_ppm**2 // 3
        + volatility_ppm**2 * age_ms // _YEAR_MS
        + source.fee_ppm**2
        + _LEAST_ERROR_PPM**2
    )


def _weights(variances: Sequence[int]) -> list[int]:
    """Inverse variances; no witness weighs more than all others together."""
    raw = [_WEIGHT_SCALE // variance for variance in variances]
    total = sum(raw)
    return [max(1, min(weight, total - weight)) if len(raw) > 1 else 1 for weight in raw]


def weighted_median(values: Sequence[tuple[int, int]]) -> int:
    """The middle of (value, weight) pairs, between the two around half of the weight."""
    ordered = sorted(values)
    half = sum(weight for _, weight in ordered)  # in halves of a weight
    passed, before = 0, None
    for value, weight in ordered:
        centre = 2 * passed + weight
        if centre >= half:
            if before is None:
                return value
            low, at = before
            return low + (value - low) * (half - at) // (centre - at)
        before, passed = (value, centre), passed + weight
    return ordered[-1][0]


def fresh_sources(
    sources: Sequence[Source], *, now_ms: int, future_tolerance_ms: int
) -> list[Source]:
    """Those that are young enough, of positive price, one of each name (the youngest)."""
    by_name: dict[str, Source] = {}
    for source in sources:
        age = now_ms - source.at_ms
        if source.price <= 0 or source.average <= 0:
            continue
        if not -future_tolerance_ms <= age <= source.max_age_ms:
            continue
        known = by_name.get(source.name)
        if known is None or known.at_ms < source.at_ms:
            by_name[source.name] = source
    return list(by_name.values())


def _without_outliers(sources: list[Source], *, keep_at_least: int) -> list[Source]:
    if len(sources) < 3:
        return sources
    worth = {source.name: min(source.price, source.average) for source in sources}
    middle = _median(sorted(worth.values()))
    spread = _median(sorted(abs(value - middle) for value in worth.values()))
    reach = max(
        OUTLIER_DEVIATIONS * spread * _MAD_SCALE_PPM // PPM, middle * OUTLIER_FLOOR_PPM // PPM
    )
    kept = [source for source in sources if abs(worth[source.name] - middle) <= reach]
    return kept if len(kept) >= max(keep_at_least, 2) else sources


def fair_value(
    sources: Sequence[Source],
    *,
    now_ms: int,
    policy: DeskPolicy,
    min_sources: int,
    volatility_ppm: int = 0,
) -> FairValue:
    """The value that enough fresh witnesses agree on: their median, weighted by how sure each is.

    Args:
        volatility_ppm: a year's: the older a witness, the less it weighs.

    Raises:
        PriceNotFresh: fewer than ``min_sources`` witnesses are fresh.
        SourcesDisagree: they are further apart than the policy allows.
    """
    fresh = fresh_sources(sources, now_ms=now_ms, future_tolerance_ms=policy.future_tolerance_ms)
    if len(fresh) < max(min_sources, 1):
        raise PriceNotFresh
    used = _without_outliers(fresh, keep_at_least=min_sources)
    worst = sorted(min(source.price, source.average) for source in used)
    variances = [
        variance_ppm2(source, now_ms=now_ms, volatility_ppm=volatility_ppm) for source in used
    ]
    weights = _weights(variances)
    price = weighted_median([(s.price, w) for s, w in zip(used, weights, strict=True)])
    buy = weighted_median(
        [(min(s.price, s.average), w) for s, w in zip(used, weights, strict=True)]
    )
    apart_ppm = (worst[-1] - worst[0]) * PPM // worst[0]
    if len(used) == 1:
        # A lone witness must at least agree with its own past.
        low, high = sorted((used[0].price, used[0].average))
        apart_ppm = (high - low) * PPM // low
    if apart_ppm > policy.max_disagreement_bps * 100:
        raise SourcesDisagree
    if len(used) == 1:
        deviation_ppm = -(-apart_ppm // 2)
    else:
        square = sum(
            weight * ((min(source.price, source.average) - buy) * PPM // buy) ** 2
            for source, weight in zip(used, weights, strict=True)
        )
        deviation_ppm = isqrt(square // sum(weights))
    return FairValue(
        price=price,
        buy=buy,
        deviation_ppm=deviation_ppm,
        apart_ppm=apart_ppm,
        error_ppm=isqrt(_WEIGHT_SCALE // max(1, sum(_WEIGHT_SCALE // v for v in variances))),
        sources=tuple(used),
        oldest_ms=max(0, now_ms - min(source.at_ms for source in used)),
    )
