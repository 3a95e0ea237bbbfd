"""Pay out whose turn it is: shares are taken and the transaction is queued in one transaction."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from gateway.chains.models import Chain
from gateway.chains.sending import transaction_queue
from gateway.compliance.destinations.checking import Leaving, destination_check
from gateway.events.ids import uuid7
from gateway.ledger.leaving import stopped_for
from gateway.market.hedges.routers import transfer_call
from gateway.market.liquidity import pool as core
from gateway.market.liquidity.queue import Waiting, next_payment
from gateway.market.risk.watch import EVERYTHING
from gateway.market.selectors import halted_scopes
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from gateway.treasury.providers import locks
from gateway.treasury.providers.depositing import token_of
from gateway.treasury.providers.models import (
    UNDER_WAY,
    LiquidityPool,
    ProviderPosition,
    Withdrawal,
    WithdrawalPayment,
)
from gateway.treasury.providers.positions import at_seconds
from gateway.treasury.providers.queueing import worth_of
from gateway.treasury.providers.saying import say
from gateway.treasury.providers.selectors import inventory_of

log = structlog.get_logger(__name__)

REFERENCE_PREFIX = "withdrawal:"


@transaction.atomic
def withdrawal_pay(*, pool_id: UUID, now: datetime) -> WithdrawalPayment | None:
    """Queue the next payment of a pool, if it is somebody's turn, enough is idle, and books and
    world agree; otherwise it keeps its place, and says what it waits for.

    Safe to call at any time, by anyone: what is under way is not paid again.

    Raises:
        PoolUnknown: there is no such pool.
        ListsMissing: nobody can say whether a list names the wallet; it waits.
    """
    pool = locks.pool_for_update(pool_id)
    if {EVERYTHING, pool.asset} & halted_scopes():
        return None
    queue = _queue(pool, now=now)
    turn = next_payment(
        [waiting for waiting, *_ in queue.values()],
        idle=inventory_of(pool).idle,
        least=pool.least_payment_units,
    )
    if turn is None:
        _note_waiting(queue, 0, "")
        return None
    number, units = turn
    waiting, withdrawal, position = queue[number]
    # Judged by all that it asks for, so that parts don't pass below the limit.
    stopped = stopped_for(mode=pool.mode, asset=pool.asset, units=max(units, waiting.worth))
    _note_waiting(queue, number, stopped)
    if stopped:
        return None
    there = destination_check(leaving=_leaving(pool, withdrawal, units=units), now=now)
    if there.verdict is None:
        _note_waiting(queue, number, "destination_check")
        return None
    if not there.goes:
        # Stuck, it lets the others by; a person puts it back once it may go.
        withdrawal.status = "stuck"
        withdrawal.save(update_fields=["status"])
        say(pool, "withdrawal.stuck", now=now, withdrawal_id=withdrawal.id, reason=there.state)
        return None
    return _pay(pool, withdrawal, position, units=units, now=now)


def _leaving(pool: LiquidityPool, withdrawal: Withdrawal, *, units: int) -> Leaving:
    return Leaving(
        chain_id=pool.chain_id,
        address=bytes(withdrawal.provider.wallet),
        amount=Amount(units, Asset(pool.asset, pool.decimals)),
        mode=pool.mode,
        about=f"withdrawal:{withdrawal.id}",
    )


def _queue(
    pool: LiquidityPool, *, now: datetime
) -> dict[int, tuple[Waiting, Withdrawal, ProviderPosition]]:
    """Who waits, in order. What has come to be worth nothing is ended. Three queries."""
    rows = list(
        Withdrawal.objects.filter(pool=pool, status="waiting")
        .select_related("provider")
        .order_by("number")
    )
    positions = {
        position.provider_id: position
        for position in ProviderPosition.objects.filter(
            pool=pool, provider_id__in=[row.provider_id for row in rows]
        )
    }
    leaving = set(
        WithdrawalPayment.objects.filter(withdrawal__in=rows, status__in=UNDER_WAY).values_list(
            "withdrawal_id", flat=True
        )
    )
    queue = {}
    for row in rows:
        position = positions[row.provider_id]
        worth = worth_of(pool, row, position, now=now)
        is_leaving = row.id in leaving
        if worth <= 0 and not is_leaving:
            row.status, row.ended_at, row.waiting_reason = "cancelled", now, ""
            row.save(update_fields=["status", "ended_at", "waiting_reason"])
            say(pool, "withdrawal.cancelled", now=now, withdrawal_id=row.id, reason="worth_nothing")
            continue
        # One that has just failed rests a while, and is not overtaken meanwhile.
        rests = now < row.not_before
        queue[row.number] = (Waiting(row.number, worth, is_leaving or rests), row, position)
    return queue


def _note_waiting(
    queue: Mapping[int, tuple[Waiting, Withdrawal, ProviderPosition]], number: int, reason: str
) -> None:
    """Keep what the one whose turn it is waits for; nobody else waits for that."""
    for each, (_, row, _) in queue.items():
        told = reason if each == number else ""
        if row.waiting_reason != told:
            row.waiting_reason = told
            row.save(update_fields=["waiting_reason"])


def _pay(
    pool: LiquidityPool,
    withdrawal: Withdrawal,
    position: ProviderPosition,
    *,
    units: int,
    now: datetime,
) -> WithdrawalPayment:
    after, value, taken = core.take(
        pool.value,
        position.value,
        shares=withdrawal.shares_left,
        most_units=units,
        at_s=at_seconds(pool, position, now=now),
    )
    chain = Chain.objects.get(id=pool.chain_id)
    payment_id = uuid7()
    queued = transaction_queue(
        chain_id=pool.chain_id,
        account=bytes(chain.treasury),
        to=token_of(pool),
        data=transfer_call(to=bytes(withdrawal.provider.wallet), units=taken.units),
        value=0,
        purpose="withdrawal",
        reference=f"{REFERENCE_PREFIX}{payment_id}",
        idempotency_key=f"{REFERENCE_PREFIX}{payment_id}",
        now=now,
    )
    payment = WithdrawalPayment.objects.create(
        id=payment_id,
        withdrawal=withdrawal,
        number=withdrawal.payments.count() + 1,
        shares=taken.shares,
        principal_units=taken.principal,
        fees_units=taken.fees,
        transaction_id=queued.id,
        created_at=now,
    )
    pool.take_value(after)
    pool.leaving_units += taken.units
    pool.save()
    position.take_value(value)
    position.withdrawn_units += taken.principal
    position.fees_taken_units += taken.fees
    position.save()
    withdrawal.shares_left -= taken.shares
    withdrawal.is_served = True
    withdrawal.save(update_fields=["shares_left", "is_served"])
    say(
        pool,
        "withdrawal.leaving",
        now=now,
        withdrawal_id=withdrawal.id,
        payment_id=payment.id,
        units=taken.units,
    )
    log.info("withdrawal_queued", pool=pool.name, payment=str(payment.id))
    return payment
