"""A provider's position as a row, under its pool's lock."""

from datetime import datetime

from gateway.events.ids import uuid7
from gateway.treasury.providers.models import LiquidityPool, Provider, ProviderPosition


def position_for_update(
    pool: LiquidityPool, provider: Provider, *, now: datetime
) -> ProviderPosition:
    """The position, made if it is the first; the pool's lock is the lock. One or two queries."""
    position, _ = ProviderPosition.objects.get_or_create(
        pool=pool,
        provider=provider,
        defaults={"id": uuid7(), "settled_s": int(now.timestamp())},
    )
    return position


def at_seconds(pool: LiquidityPool, position: ProviderPosition, *, now: datetime) -> int:
    """Unix seconds of now; never before what was settled: processes' clocks differ a little."""
    return max(int(now.timestamp()), position.settled_s, pool.coming_from_s)
