"""The events of ranges: one body, which stands on its own."""

from datetime import datetime

from gateway.events.services import emit
from gateway.market.ranges.models import RangePosition


def say_range(position: RangePosition, *, now: datetime) -> None:
    """``range.<status>``, in the caller's transaction."""
    units = ("offered0", "offered1", "in0", "in1", "out0", "out1", "fees0", "fees1", "lvr_units1")
    emit(
        type=f"range.{position.status}",
        subject=f"range:{position.id}",
        body={
            "range_id": str(position.id),
            "chain_id": position.chain_id,
            "pool": position.pool,
            "asset0": position.asset0,
            "asset1": position.asset1,
            "lower": position.lower,
            "upper": position.upper,
            "status": position.status,
            "reason": position.reason,
            "liquidity": str(position.liquidity),
            "last_error": position.last_error,
            **{name: str(getattr(position, name)) for name in units},
        },
        mode=position.mode,
        now=now,
    )
