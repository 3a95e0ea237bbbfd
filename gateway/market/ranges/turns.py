"""One turn of the room: only the holder of its lease takes it."""

from collections.abc import Callable
from datetime import datetime

import structlog

from gateway.events import leases
from gateway.events.errors import LeaseLost
from gateway.market.errors import MarketUnavailable
from gateway.market.ranges.growing import growths_keep
from gateway.market.ranges.planning import ranges_plan
from gateway.market.ranges.working import ranges_work
from gateway.market.snapshot_store import current_snapshot

log = structlog.get_logger(__name__)

LEASE = "ranges"
LEASE_SECONDS = 60.0


def _nothing(_point: str) -> None:
    """Tests stop the turn at named points; in service they are passed by."""


def ranges_turn(*, holder: str, now: datetime, reached: Callable[[str], None] = _nothing) -> bool:
    """Bring ranges on, decide new ones, and begin those; False if another process does."""
    lease = leases.acquire(name=LEASE, holder=holder, ttl_seconds=LEASE_SECONDS)
    if lease is None:
        return False
    try:
        snapshot = current_snapshot()
        growths_keep(snapshot=snapshot, now=now)
        reached("told")
        ranges_work(snapshot=snapshot, lease=lease, now=now)
        reached("worked")
        if ranges_plan(snapshot=snapshot, lease=lease, now=now):
            reached("planned")
            ranges_work(snapshot=snapshot, lease=lease, now=now)
            reached("begun")
    except MarketUnavailable:
        log.warning("ranges_wait_for_prices")
    except LeaseLost:
        log.warning("ranges_lease_lost", holder=holder)
        return False
    finally:
        leases.release(handle=lease)
    return True
