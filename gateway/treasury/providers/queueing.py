"""Who waits to be paid out of a pool, in which place, and what stands before them."""

from dataclasses import dataclass
from datetime import datetime

from gateway.market.liquidity.pool import settled
from gateway.treasury.providers.models import (
    OPEN,
    UNDER_WAY,
    LiquidityPool,
    ProviderPosition,
    Withdrawal,
    WithdrawalPayment,
)
from gateway.treasury.providers.positions import at_seconds


@dataclass(frozen=True, slots=True)
class Place:
    """A withdrawal in the queue.

    Attributes:
        worth_units: what it would be paid now, its fees included; the rest changes with the pool.
        leaving_units: of a payment that is under way.
        ahead: how many wait before it; ahead_units: what these would be paid now. A stuck one
            lets the others go on, so it stands before nobody.
    """

    withdrawal: Withdrawal
    worth_units: int
    leaving_units: int
    ahead: int
    ahead_units: int


def places(pool: LiquidityPool, *, now: datetime) -> list[Place]:
    """Everybody in a pool's queue, in order. Three queries."""
    rows = list(
        Withdrawal.objects.filter(pool=pool, status__in=OPEN)
        .select_related("provider")
        .order_by("number")
    )
    positions = {
        row.provider_id: row
        for row in ProviderPosition.objects.filter(
            pool=pool, provider_id__in=[row.provider_id for row in rows]
        )
    }
    leaving = {
        payment.withdrawal_id: payment.units
        for payment in WithdrawalPayment.objects.filter(withdrawal__in=rows, status__in=UNDER_WAY)
    }
    found: list[Place] = []
    ahead, ahead_units = 0, 0
    for row in rows:
        worth = worth_of(pool, row, positions[row.provider_id], now=now)
        found.append(Place(row, worth, leaving.get(row.id, 0), ahead, ahead_units))
        if row.status == "waiting" and worth:
            ahead, ahead_units = ahead + 1, ahead_units + worth
    return found


def worth_of(
    pool: LiquidityPool, row: Withdrawal, position: ProviderPosition, *, now: datetime
) -> int:
    """Base units that a withdrawal would be paid now; 0 once all of it is in payments."""
    if row.is_served and not row.shares_left:
        return 0
    at_s = at_seconds(pool, position, now=now)
    fees = settled(pool.value, position.value, at_s=at_s).fees
    return pool.value.units_for(row.shares_left) + fees
