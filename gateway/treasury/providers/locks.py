"""The row locks of the room: a pool before anything of it."""

from uuid import UUID

from gateway.treasury.providers.errors import PoolUnknown, WithdrawalUnknown
from gateway.treasury.providers.models import (
    LiquidityPool,
    ProviderDeposit,
    Withdrawal,
    WithdrawalPayment,
)


def pool_for_update(pool_id: UUID) -> LiquidityPool:
    """Raises PoolUnknown. One query."""
    pool = LiquidityPool.objects.select_for_update().filter(id=pool_id).first()
    if pool is None:
        raise PoolUnknown
    return pool


def deposit_for_update(deposit_id: UUID) -> tuple[LiquidityPool, ProviderDeposit]:
    """A deposit with its pool. Three queries."""
    pool_id = ProviderDeposit.objects.values_list("pool_id", flat=True).get(id=deposit_id)
    pool = pool_for_update(pool_id)
    rows = ProviderDeposit.objects.select_for_update(of=("self",)).select_related("provider")
    return pool, rows.get(id=deposit_id)


def withdrawal_for_update(withdrawal_id: UUID) -> tuple[LiquidityPool, Withdrawal]:
    """A withdrawal with its pool. Raises WithdrawalUnknown. Three queries."""
    pool_id = Withdrawal.objects.filter(id=withdrawal_id).values_list("pool_id", flat=True).first()
    if pool_id is None:
        raise WithdrawalUnknown
    return pool_for_update(pool_id), Withdrawal.objects.select_for_update().get(id=withdrawal_id)


def payment_for_update(payment_id: UUID) -> tuple[LiquidityPool, WithdrawalPayment]:
    """A payment with its pool and withdrawal. Raises WithdrawalUnknown. Three queries."""
    pool_id = (
        WithdrawalPayment.objects.filter(id=payment_id)
        .values_list("withdrawal__pool_id", flat=True)
        .first()
    )
    if pool_id is None:
        raise WithdrawalUnknown
    pool = pool_for_update(pool_id)
    rows = WithdrawalPayment.objects.select_for_update().select_related("withdrawal__provider")
    return pool, rows.get(id=payment_id)
