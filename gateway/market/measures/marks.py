"""The price that something is valued at now, with who says so and how long ago. Pure."""

from collections.abc import Iterator

from gateway.market.errors import QuoteRefused
from gateway.market.measures.holdings import Mark
from gateway.market.measures.values import Mode
from gateway.market.quoting.pricing import value_of
from gateway.market.snapshots import AssetState, MarketSnapshot


def mark_of(snapshot: MarketSnapshot, code: str, *, now_ms: int) -> Mark | None:
    """None without a fresh, agreed price now."""
    state = snapshot.assets.get(code)
    if state is None:
        return None
    try:
        value, age_ms = value_of(snapshot, state, now_ms=now_ms)
    except QuoteRefused:
        return None
    return Mark(
        usd_e18=value.price,
        sources=tuple(source.name for source in value.sources),
        simulated=any(source.simulated for source in value.sources),
        age_ms=age_ms,
        snapshot_version=snapshot.version,
    )


def assets_in(snapshot: MarketSnapshot, *, mode: Mode) -> Iterator[AssetState]:
    """The snapshot's assets on chains of a mode, by code."""
    for _, state in sorted(snapshot.assets.items()):
        if snapshot.chains[state.chain_id].simulated is (mode == "test"):
            yield state
