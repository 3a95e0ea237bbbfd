"""One turn of hedging: only the holder of its lease takes it."""

from collections.abc import Callable
from datetime import datetime

import structlog

from gateway.events import leases
from gateway.events.errors import LeaseLost
from gateway.market.errors import MarketUnavailable
from gateway.market.hedges.asking import hedges_ask
from gateway.market.hedges.planning import hedges_plan
from gateway.market.hedges.seeing import exchanges_seen
from gateway.market.hedges.working import hedges_work
from gateway.market.snapshot_store import current_snapshot

log = structlog.get_logger(__name__)

LEASE = "hedging"
LEASE_SECONDS = 60.0
"""Longer than a turn takes; each transaction of the turn checks it all the same."""


def _nothing(_point: str) -> None:
    """Tests stop the turn at named points; in service they are passed by."""


def hedge_turn(*, holder: str, now: datetime, reached: Callable[[str], None] = _nothing) -> bool:
    """Bring active hedges on, decide new ones, and begin those; False if another process does.

    Without a snapshot nothing is decided and nothing is sent: a missing price is no price.
    """
    lease = leases.acquire(name=LEASE, holder=holder, ttl_seconds=LEASE_SECONDS)
    if lease is None:
        return False
    try:
        snapshot = current_snapshot()
        reached("leased")
        seen = exchanges_seen(snapshot=snapshot, now_ms=int(now.timestamp() * 1000))
        reached("seen")
        hedges_ask(snapshot=snapshot, lease=lease, now=now, reached=reached)
        hedges_work(snapshot=snapshot, lease=lease, now=now, seen=seen)
        reached("worked")
        made, rests = hedges_plan(snapshot=snapshot, lease=lease, now=now, seen=seen)
        reached("planned")
        if made:
            hedges_ask(snapshot=snapshot, lease=lease, now=now, reached=reached)
            hedges_work(snapshot=snapshot, lease=lease, now=now, seen=seen)
        reached("begun")
        log.debug(
            "hedging_rests", reasons={code: rest.reason.value for code, rest in rests.items()}
        )
    except MarketUnavailable:
        log.warning("hedging_waits_for_prices")
    except LeaseLost:
        log.warning("hedging_lease_lost", holder=holder)
        return False
    finally:
        leases.release(handle=lease)
    return True
