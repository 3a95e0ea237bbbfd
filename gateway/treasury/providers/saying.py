"""The events of pools and their providers; each body stands on its own."""

from datetime import datetime
from typing import Any

from gateway.events.services import emit
from gateway.treasury.providers.models import LiquidityPool


def say(pool: LiquidityPool, type: str, *, now: datetime, **more: Any) -> None:
    """In the caller's transaction. Units and shares travel as decimal text."""
    emit(
        type=type,
        subject=f"pool:{pool.id}",
        body={
            "pool_id": str(pool.id),
            "name": pool.name,
            "asset": pool.asset,
            "principal_units": str(pool.principal_units),
            "fees_units": str(pool.fees_units),
            "leaving_units": str(pool.leaving_units),
            "shares": str(pool.shares),
            **{key: value if value is None else str(value) for key, value in more.items()},
        },
        mode=pool.mode,
        now=now,
    )
