"""How much of an asset all open locks may be of together."""

from collections.abc import Iterable
from datetime import datetime

from gateway.market.errors import QuoteRefused
from gateway.market.quoting.pricing import value_of
from gateway.market.snapshots import E18, AssetState, DeskPolicy, MarketSnapshot


def lock_cap_units(policy: DeskPolicy, state: AssetState, *, usd_e18: int) -> int:
    """The policy's cap in base units, at ``usd_e18`` for a whole one."""
    return int(policy.asset_cap_usd_cents * E18 * 10**state.decimals // (100 * usd_e18))


def lock_caps(*, snapshot: MarketSnapshot, assets: Iterable[str], now: datetime) -> dict[str, int]:
    """Base units that all open locks of each asset may be of; 0 where it has no value now. Pure."""
    now_ms = int(now.timestamp() * 1000)
    caps: dict[str, int] = {}
    for code in assets:
        state = snapshot.assets.get(code)
        try:
            if state is None:
                raise QuoteRefused
            value, _ = value_of(snapshot, state, now_ms=now_ms)
        except QuoteRefused:
            caps[code] = 0
        else:
            caps[code] = lock_cap_units(snapshot.policy, state, usd_e18=value.buy)
    return caps
