"""A person's word on a provider's money, from the desk's pages: each with a name and a reason."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gateway.market.hedges.by_hand import check_hand_limit
from gateway.market.liquidity.pool import settled
from gateway.market.persons import check_person
from gateway.market.snapshots import MarketSnapshot
from gateway.treasury.providers import locks
from gateway.treasury.providers.errors import WithdrawalNotPossible
from gateway.treasury.providers.models import ProviderPosition, Withdrawal
from gateway.treasury.providers.positions import at_seconds
from gateway.treasury.providers.withdrawing import (
    provider_withdraw_request,
    withdrawal_cancel,
    withdrawal_retry,
)


@transaction.atomic
def withdraw_by_hand(
    *,
    snapshot: MarketSnapshot,
    pool_id: UUID,
    provider_id: UUID,
    shares: int,
    key: str,
    by: str,
    because: str,
    now: datetime,
) -> Withdrawal:
    """Ask for a withdrawal worth at most what one order by hand may be of.

    As ``withdrawing.provider_withdraw_request``: the same key is the same withdrawal.

    Raises:
        AboveHandLimit: it is worth more.
        MarketUnavailable: what it is worth can't be told.
        ReasonMissing, PoolUnknown, WithdrawalNotPossible, ProviderConflict
    """
    check_person(because, by)
    pool = locks.pool_for_update(pool_id)
    known = Withdrawal.objects.filter(pool=pool, provider_id=provider_id, key=key).exists()
    position = ProviderPosition.objects.filter(pool=pool, provider_id=provider_id).first()
    if position is None:
        raise WithdrawalNotPossible("This provider has nothing in the pool.")
    if not known:
        fees = settled(pool.value, position.value, at_s=at_seconds(pool, position, now=now)).fees
        units = pool.value.units_for(max(0, shares)) + fees
        check_hand_limit(snapshot=snapshot, asset=pool.asset, units=units, now=now)
    return provider_withdraw_request(
        pool_id=pool_id,
        provider_id=provider_id,
        shares=shares,
        key=key,
        now=now,
        by=by,
        because=because,
    )


def cancel_by_hand(*, withdrawal_id: UUID, by: str, because: str, now: datetime) -> Withdrawal:
    """Give up a place in the queue. What is being paid is paid. Safe to call again.

    Raises:
        ReasonMissing, WithdrawalUnknown
    """
    check_person(because, by)
    return withdrawal_cancel(withdrawal_id=withdrawal_id, now=now, by=by, because=because)


def retry_by_hand(*, withdrawal_id: UUID, by: str, because: str, now: datetime) -> Withdrawal:
    """Put a stuck withdrawal back into its old place.

    Raises:
        ReasonMissing, WithdrawalUnknown
        WithdrawalNotPossible: it is not stuck.
    """
    check_person(because, by)
    return withdrawal_retry(withdrawal_id=withdrawal_id, now=now, by=by, because=because)
