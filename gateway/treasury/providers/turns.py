"""One turn of the room: only the holder of its lease takes it."""

from collections.abc import Callable
from datetime import datetime

import structlog

from gateway.compliance.errors import ListsMissing
from gateway.events import leases
from gateway.treasury.providers.carrying import deposits_carry
from gateway.treasury.providers.depositing import deposits_lapse
from gateway.treasury.providers.models import LiquidityPool
from gateway.treasury.providers.paying import withdrawal_pay
from gateway.treasury.providers.sharing import fees_share_due, losses_follow

log = structlog.get_logger(__name__)

LEASE = "providers"
LEASE_SECONDS = 60.0
PAID_AT_ONCE = 20


def _nothing(_point: str) -> None:
    """Tests stop the turn at named points; in service they are passed by."""


def providers_turn(
    *, holder: str, now: datetime, reached: Callable[[str], None] = _nothing
) -> bool:
    """Count what came, share what is due, pay whose turn it is; False if another process does."""
    lease = leases.acquire(name=LEASE, holder=holder, ttl_seconds=LEASE_SECONDS)
    if lease is None:
        return False
    try:
        deposits_carry(now=now, reached=reached)
        deposits_lapse(now=now)
        fees_share_due(now=now)
        losses_follow(now=now)
        reached("shared")
        for pool_id in list(LiquidityPool.objects.order_by("id").values_list("id", flat=True)):
            for _ in range(PAID_AT_ONCE):
                if withdrawal_pay(pool_id=pool_id, now=now) is None:
                    break
                reached("paid")
    except ListsMissing:
        log.warning("providers_wait_for_lists")
    finally:
        leases.release(handle=lease)
    return True
