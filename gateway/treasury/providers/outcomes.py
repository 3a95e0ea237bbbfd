"""What became of a withdrawal's transaction. Books know final things only."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction

from gateway.chains.models import Token
from gateway.ledger.house import post_gas
from gateway.ledger.pools import post_provider_out
from gateway.market.execution.planning import retry_seconds
from gateway.market.liquidity import pool as core
from gateway.market.liquidity.pool import Taken
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from gateway.treasury.providers import locks
from gateway.treasury.providers.models import (
    UNDER_WAY,
    LiquidityPool,
    Withdrawal,
    WithdrawalPayment,
)
from gateway.treasury.providers.positions import at_seconds, position_for_update
from gateway.treasury.providers.saying import say

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 3
NEVER_AGAIN = "policy_refused:"
"""What the signer's policy refuses it refuses the next time too."""


@transaction.atomic
def payment_mined(*, payment_id: UUID, body: Mapping[str, Any]) -> WithdrawalPayment:
    """It is in a block, which a reorg may still undo."""
    _, payment = locks.payment_for_update(payment_id)
    if payment.status in UNDER_WAY and body["status"] == "succeeded":
        payment.status, payment.tx_hash = "mined", body.get("tx_hash") or ""
        payment.save(update_fields=["status", "tx_hash"])
    return payment


@transaction.atomic
def payment_orphaned(*, payment_id: UUID) -> WithdrawalPayment:
    """A reorg took it out of its block; the same bytes are sent again."""
    _, payment = locks.payment_for_update(payment_id)
    if payment.status == "mined":
        payment.status, payment.tx_hash = "queued", ""
        payment.save(update_fields=["status", "tx_hash"])
    return payment


@transaction.atomic
def payment_final(*, payment_id: UUID, body: Mapping[str, Any], now: datetime) -> WithdrawalPayment:
    """It left for good: the books follow. Safe to call again."""
    pool, payment = locks.payment_for_update(payment_id)
    if payment.status not in UNDER_WAY:
        return payment
    gas = _gas(pool, body)
    post_provider_out(
        payment_id=payment.id,
        pool_id=pool.id,
        chain_id=pool.chain_id,
        amount=pool.amount(payment.units),
        gas=gas,
        now=now,
    )
    pool.leaving_units -= payment.units
    pool.save(update_fields=["leaving_units"])
    payment.status, payment.ended_at = "done", now
    payment.tx_hash, payment.gas_units = body.get("tx_hash") or "", gas.units
    payment.save()
    _go_on(payment.withdrawal, now=now)
    say(
        pool,
        "withdrawal.paid",
        now=now,
        withdrawal_id=payment.withdrawal_id,
        payment_id=payment.id,
        units=payment.units,
        tx_hash=payment.tx_hash,
    )
    return payment


@transaction.atomic
def payment_failed(
    *, payment_id: UUID, body: Mapping[str, Any], now: datetime
) -> WithdrawalPayment:
    """It came to nothing, for good: the shares are back in the pool and in their place in the
    queue; after a few failures a person must look."""
    pool, payment = locks.payment_for_update(payment_id)
    if payment.status not in UNDER_WAY:
        return payment
    gas = _gas(pool, body)
    if gas.is_positive:
        post_gas(reference=str(payment.transaction_id), chain_id=pool.chain_id, gas=gas, now=now)
    _put_back(pool, payment, now=now)
    payment.status, payment.ended_at, payment.gas_units = "failed", now, gas.units
    payment.tx_hash = body.get("tx_hash") or ""
    payment.failure_code = body.get("reason_code") or body["status"]
    payment.save()
    withdrawal = payment.withdrawal
    withdrawal.not_before = now + timedelta(seconds=retry_seconds(withdrawal.attempts))
    withdrawal.attempts += 1
    withdrawal.shares_left += payment.shares
    withdrawal.is_served = False
    refused = payment.failure_code.startswith(NEVER_AGAIN)
    if refused or withdrawal.attempts >= MAX_ATTEMPTS:
        withdrawal.status, withdrawal.waiting_reason = "stuck", ""
        say(
            pool,
            "withdrawal.stuck",
            now=now,
            withdrawal_id=withdrawal.id,
            reason=payment.failure_code,
        )
    withdrawal.save()
    log.warning("withdrawal_failed", payment=str(payment.id), code=payment.failure_code)
    return payment


def _put_back(pool: LiquidityPool, payment: WithdrawalPayment, *, now: datetime) -> None:
    position = position_for_update(pool, payment.withdrawal.provider, now=now)
    after, value = core.put_back(
        pool.value,
        position.value,
        taken=Taken(payment.shares, payment.principal_units, payment.fees_units),
        at_s=at_seconds(pool, position, now=now),
    )
    pool.take_value(after)
    pool.leaving_units -= payment.units
    pool.save()
    position.take_value(value)
    position.withdrawn_units -= payment.principal_units
    position.fees_taken_units -= payment.fees_units
    position.save()


def _go_on(withdrawal: Withdrawal, *, now: datetime) -> None:
    withdrawal.attempts = 0
    if withdrawal.shares_left == 0:
        withdrawal.status, withdrawal.ended_at = "done", now
        withdrawal.waiting_reason = ""
    withdrawal.save(update_fields=["attempts", "status", "ended_at", "waiting_reason"])


def _gas(pool: LiquidityPool, body: Mapping[str, Any]) -> Amount:
    native = Token.objects.get(chain_id=pool.chain_id, kind="native")
    return Amount(int(body["fee_units"]), Asset(native.code, native.decimals))
