"""Celery entry points; beat calls them."""

from uuid import uuid4

import structlog
from celery import shared_task
from django.utils import timezone

from gateway.events import leases
from gateway.market.hedges.carrying import moves_carry
from gateway.market.hedges.comparing import balances_compare
from gateway.market.hedges.hedging import hedge_turn
from gateway.market.hedges.trading import orders_carry

log = structlog.get_logger(__name__)

MOVES_LEASE = "moves"
ORDERS_LEASE = "exchange_orders"
LEASE_SECONDS = 60.0
ORDERS_SECONDS = 120.0
"""Longer than Celery lets a task run: an order that is asked for is marked before it."""


@shared_task
def hedge_desk() -> bool:
    """Every few seconds: bring hedges on, and decide new ones. One process at a time."""
    return hedge_turn(holder=f"hedging:{uuid4().hex}", now=timezone.now())


@shared_task
def carry_inventory() -> int:
    """Every few seconds: bring inventory on its way."""
    lease = leases.acquire(
        name=MOVES_LEASE, holder=f"moves:{uuid4().hex}", ttl_seconds=LEASE_SECONDS
    )
    if lease is None:
        return 0
    try:
        return moves_carry(now=timezone.now())
    finally:
        leases.release(handle=lease)


@shared_task
def trade_on_exchanges() -> int:
    """Every few seconds: bring orders on exchanges to their end. One process at a time."""
    lease = leases.acquire(
        name=ORDERS_LEASE, holder=f"orders:{uuid4().hex}", ttl_seconds=ORDERS_SECONDS
    )
    if lease is None:
        return 0
    try:
        return orders_carry(now=timezone.now())
    finally:
        leases.release(handle=lease)


@shared_task
def compare_exchange_balances() -> int:
    """Every minute: what exchanges hold against the books."""
    return balances_compare(now=timezone.now())
