"""Fair value from independent witnesses, and the refusals that replace a guess."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.market.errors import PriceNotFresh, SourcesDisagree
from gateway.market.snapshots import DeskPolicy, Source

PPM = 1_000_000
# A witness this many scaled median deviations from the others is left out, if two remain.
OUTLIER_DEVIATIONS = 4
# Below this the deviations are the market's own noise and nobody is an outlier.
OUTLIER_FLOOR_PPM = 5_000
# 1.4826 makes a median absolute deviation a standard deviation of normal noise.
_MAD_SCALE_PPM = 1_482_600


@dataclass(frozen=True, slots=True)
class FairValue:
    """What a whole unit is worth in US dollars (e18), and how sure we are.

    Attributes:
        price: the median of what the witnesses say now.
        buy: what we value it at when we buy: each witness at the worse of its last price and its
            average over blocks, then the median. Pushing a pool for a block does not raise it.
        deviation_ppm: half the range of the witnesses.
        sources: the witnesses used.
        oldest_ms: age of the oldest of them.
    """

    price: int
    buy: int
    deviation_ppm: int
    sources: tuple[Source, ...]
    oldest_ms: int


def _median(ordered: Sequence[int]) -> int:
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) // 2


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
    sources: Sequence[Source], *, now_ms: int, policy: DeskPolicy, min_sources: int
) -> FairValue:
    """The value that enough fresh witnesses agree on.

    Raises:
        PriceNotFresh: fewer than ``min_sources`` witnesses are fresh.
        SourcesDisagree: they are further apart than the policy allows.
    """
    fresh = fresh_sources(sources, now_ms=now_ms, future_tolerance_ms=policy.future_tolerance_ms)
    if len(fresh) < max(min_sources, 1):
        raise PriceNotFresh
    used = _without_outliers(fresh, keep_at_least=min_sources)
    worst = sorted(min(source.price, source.average) for source in used)
    buy = _median(worst)
    apart_ppm = (worst[-1] - worst[0]) * PPM // worst[0]
    if len(used) == 1:
        # A lone witness must at least agree with its own past.
        low, high = sorted((used[0].price, used[0].average))
        apart_ppm = (high - low) * PPM // low
    if apart_ppm > policy.max_disagreement_bps * 100:
        raise SourcesDisagree
    return FairValue(
        price=_median(sorted(source.price for source in used)),
        buy=buy,
        deviation_ppm=-(-apart_ppm // 2),
        sources=tuple(used),
        oldest_ms=max(0, now_ms - min(source.at_ms for source in used)),
    )
