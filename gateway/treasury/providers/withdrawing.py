"""A provider wants out: a place in the queue, which they may give up."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gateway.events.ids import uuid7
from gateway.market.liquidity.pool import settled
from gateway.treasury.providers import locks
from gateway.treasury.providers.errors import ProviderConflict, WithdrawalNotPossible
from gateway.treasury.providers.models import OPEN, UNDER_WAY, ProviderPosition, Withdrawal
from gateway.treasury.providers.positions import at_seconds
from gateway.treasury.providers.saying import say


@transaction.atomic
def provider_withdraw_request(
    *,
    pool_id: UUID,
    provider_id: UUID,
    shares: int | None,
    key: str,
    now: datetime,
    by: str = "",
    because: str = "",
) -> Withdrawal:
    """Ask for shares to be paid out, with the fees they are owed, as soon as it is their turn.

    Args:
        shares: None for all of them; 0 for the fees alone.
        key: names the wish; the same key is the same withdrawal.
        by, because: who asked for it on the provider's behalf, and why; said in the event.

    Raises:
        PoolUnknown: there is no such pool.
        WithdrawalNotPossible: more than they have, nothing at all, or one is waiting already.
        ProviderConflict: the key was used for another wish.
    """
    pool = locks.pool_for_update(pool_id)
    known = Withdrawal.objects.filter(pool=pool, provider_id=provider_id, key=key).first()
    if known is not None:
        if shares is not None and shares != known.shares:
            raise ProviderConflict
        return known
    position = ProviderPosition.objects.filter(pool=pool, provider_id=provider_id).first()
    if position is None or not key:
        raise WithdrawalNotPossible("This provider has nothing in the pool.")
    wanted = position.shares if shares is None else shares
    at_s = at_seconds(pool, position, now=now)
    owed = settled(pool.value, position.value, at_s=at_s).fees
    if not 0 <= wanted <= position.shares or (wanted == 0 and owed == 0):
        raise WithdrawalNotPossible(f"They have {position.shares} shares and {owed} of fees.")
    if Withdrawal.objects.filter(pool=pool, provider_id=provider_id, status__in=OPEN).exists():
        raise WithdrawalNotPossible("Another withdrawal of theirs is waiting.")
    pool.withdrawals += 1
    pool.save(update_fields=["withdrawals"])
    withdrawal = Withdrawal.objects.create(
        id=uuid7(),
        pool=pool,
        provider_id=provider_id,
        number=pool.withdrawals,
        key=key,
        shares=wanted,
        shares_left=wanted,
        not_before=now,
        requested_at=now,
    )
    say(
        pool,
        "withdrawal.requested",
        now=now,
        withdrawal_id=withdrawal.id,
        number=withdrawal.number,
        asked_shares=wanted,
        by=by,
        because=because,
    )
    return withdrawal


@transaction.atomic
def withdrawal_cancel(
    *, withdrawal_id: UUID, now: datetime, by: str = "", because: str = ""
) -> Withdrawal:
    """Give up the place in the queue. What is being paid is paid. Safe to call again.

    Raises:
        WithdrawalUnknown: there is no such withdrawal.
    """
    pool, withdrawal = locks.withdrawal_for_update(withdrawal_id)
    if withdrawal.status not in OPEN:
        return withdrawal
    gives_up = withdrawal.shares_left > 0
    withdrawal.shares -= withdrawal.shares_left
    withdrawal.shares_left = 0
    withdrawal.is_served = True
    withdrawal.waiting_reason = ""
    is_over = not withdrawal.payments.filter(status__in=UNDER_WAY).exists()
    if is_over:
        paid = withdrawal.payments.filter(status="done").exists()
        withdrawal.status = "done" if paid else "cancelled"
        withdrawal.ended_at = now
    if gives_up or is_over:
        say(
            pool,
            "withdrawal.cancelled",
            now=now,
            withdrawal_id=withdrawal.id,
            by=by,
            because=because,
        )
    withdrawal.save()
    return withdrawal


@transaction.atomic
def withdrawal_retry(
    *, withdrawal_id: UUID, now: datetime, by: str = "", because: str = ""
) -> Withdrawal:
    """Put a stuck withdrawal back into its old place, after a person has looked.

    Raises:
        WithdrawalUnknown: there is no such withdrawal.
        WithdrawalNotPossible: it is not stuck.
    """
    pool, withdrawal = locks.withdrawal_for_update(withdrawal_id)
    if withdrawal.status != "stuck":
        raise WithdrawalNotPossible("Only a stuck withdrawal can be tried again.")
    withdrawal.status, withdrawal.attempts, withdrawal.not_before = "waiting", 0, now
    withdrawal.save(update_fields=["status", "attempts", "not_before"])
    say(pool, "withdrawal.retried", now=now, withdrawal_id=withdrawal.id, by=by, because=because)
    return withdrawal
