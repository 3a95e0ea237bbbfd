"""A pool's share over time, from the events that changed the pool."""

from datetime import datetime

from gateway.events.models import Event
from gateway.market.liquidity.history import Moment, Point, share_history
from gateway.treasury.providers.models import LiquidityPool
from gateway.treasury.providers.sharing import EARNED_OVER_SECONDS

MOST_EVENTS = 1_000
FEES_SHARED = "fees.shared"


def pool_history(pool: LiquidityPool, *, now: datetime) -> list[Point]:
    """Since its beginning, or over its latest ``MOST_EVENTS`` events. One query."""
    rows = Event.objects.filter(subject=f"pool:{pool.id}").order_by("-sequence")[:MOST_EVENTS]
    moments = [
        Moment(
            at_s=int(row.occurred_at.timestamp()),
            principal=int(row.body["principal_units"]),
            shares=int(row.body["shares"]),
            shared=int(row.body["units"]) if row.type == FEES_SHARED else 0,
        )
        for row in reversed(rows)
    ]
    return share_history(
        moments,
        decimals=pool.decimals,
        over_s=EARNED_OVER_SECONDS,
        now_s=int(now.timestamp()),
    )
