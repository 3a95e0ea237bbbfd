"""Values that many quotes of one snapshot share, computed once for as long as they hold."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.market.desk.fair_value import FairValue, fair_value
from gateway.market.snapshots import MarketSnapshot, Source


@dataclass(frozen=True, slots=True)
class _Known:
    """A value of the snapshot's own time, and between which times the same witnesses are fresh."""

    value: FairValue
    holds_from_ms: int
    holds_to_ms: int


_last: tuple[MarketSnapshot, dict[str, _Known]] | None = None


def agreed_value(
    snapshot: MarketSnapshot,
    *,
    key: str,
    sources: Sequence[Source],
    now_ms: int,
    min_sources: int,
    volatility_ppm: int = 0,
) -> tuple[FairValue, int]:
    """The value of ``sources`` and the age of the oldest of them, in milliseconds.

    While the same witnesses are fresh as when the snapshot was made, the value is that of its own
    time; afterwards it is agreed anew. Either way it depends on the snapshot and ``now_ms`` only.

    Args:
        key: names the sources within the snapshot: an asset or a currency, never both.

    Raises:
        PriceNotFresh, SourcesDisagree: as ``fair_value``.
    """
    global _last  # noqa: PLW0603 (a memo of one: a snapshot serves thousands of quotes)
    last = _last
    if last is None or last[0] is not snapshot:
        last = _last = (snapshot, {})
    known = last[1].get(key)
    if known is None:
        found = _of_snapshot(
            snapshot, sources, min_sources=min_sources, volatility_ppm=volatility_ppm, now_ms=now_ms
        )
        if found is not None:
            known = last[1][key] = found
    if known is not None and known.holds_from_ms <= now_ms <= known.holds_to_ms:
        return known.value, max(0, known.value.oldest_ms + now_ms - snapshot.at_ms)
    value = fair_value(
        sources,
        now_ms=now_ms,
        policy=snapshot.policy,
        min_sources=min_sources,
        volatility_ppm=volatility_ppm,
    )
    return value, value.oldest_ms


def _of_snapshot(
    snapshot: MarketSnapshot,
    sources: Sequence[Source],
    *,
    min_sources: int,
    volatility_ppm: int,
    now_ms: int,
) -> _Known | None:
    """None where some witness was not fresh then: it may be another time."""
    tolerance = snapshot.policy.future_tolerance_ms
    holds_from = max((source.at_ms - tolerance for source in sources), default=0)
    holds_to = min((source.at_ms + source.max_age_ms for source in sources), default=-1)
    if not holds_from <= snapshot.at_ms <= holds_to or not holds_from <= now_ms <= holds_to:
        return None
    value = fair_value(
        sources,
        now_ms=snapshot.at_ms,
        policy=snapshot.policy,
        min_sources=min_sources,
        volatility_ppm=volatility_ppm,
    )
    return _Known(value, holds_from, holds_to)
