"""A provider's money comes in: a transfer from their wallet to the treasury that they name.

A deposit counts when the chain shows it for good, and as much as its receipt says; what anybody
claims counts for nothing.
"""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from django.db import transaction

from gateway.chains.models import Token
from gateway.compliance.errors import PersonMissing
from gateway.compliance.parties import listed_among
from gateway.events.ids import uuid7
from gateway.ledger.pools import (
    post_provider_blocked,
    post_provider_held,
    post_provider_in,
    post_provider_released,
)
from gateway.market.hedges.models import InventoryMove
from gateway.market.liquidity import pool as core
from gateway.treasury.providers import locks
from gateway.treasury.providers.errors import DepositNotPossible
from gateway.treasury.providers.models import LiquidityPool, Provider, ProviderDeposit
from gateway.treasury.providers.positions import at_seconds, position_for_update
from gateway.treasury.providers.saying import say

LAPSES_AFTER = timedelta(days=7)
HASH_BYTES = 32


@transaction.atomic
def provider_deposit(
    *, pool_id: UUID, provider_id: UUID, tx_hash: bytes, now: datetime, by: str = ""
) -> ProviderDeposit:
    """Name the transaction that brings a provider's money. A row; the same one is named once.

    Args:
        by: who names it, said in the event.

    Raises:
        PoolUnknown: there is no such pool.
        DepositNotPossible: a provider of another mode, or a transaction that is booked otherwise.
    """
    pool = locks.pool_for_update(pool_id)
    provider = Provider.objects.filter(id=provider_id).first()
    if provider is None or provider.mode != pool.mode or len(tx_hash) != HASH_BYTES:
        raise DepositNotPossible("Name a provider of the pool's mode and a transaction.")
    if InventoryMove.objects.filter(chain_id=pool.chain_id, tx_hash="0x" + tx_hash.hex()).exists():
        raise DepositNotPossible("This transaction brought inventory of the house's own.")
    deposit, created = ProviderDeposit.objects.get_or_create(
        chain_id=pool.chain_id,
        tx_hash=tx_hash,
        asset=pool.asset,
        provider=provider,
        defaults={"id": uuid7(), "pool": pool, "announced_at": now},
    )
    if deposit.pool_id != pool.id:
        raise DepositNotPossible("This transaction was named for another pool.")
    if created:
        say(
            pool,
            "provider.deposit_named",
            now=now,
            deposit_id=deposit.id,
            provider_id=provider.id,
            tx_hash="0x" + tx_hash.hex(),
            by=by,
        )
    if deposit.status == "lapsed":
        deposit.status, deposit.announced_at, deposit.ended_at = "announced", now, None
        deposit.save(update_fields=["status", "announced_at", "ended_at"])
    return deposit


@transaction.atomic
def deposit_arrived(*, deposit_id: UUID, units: int, now: datetime) -> ProviderDeposit:
    """The chain shows it, for good: it is in the pool, or held where a list names its wallet.

    Safe to call again: it is counted once.

    Raises:
        ListsMissing: nobody can say whether a list names the wallet; it waits.
        NothingMoves: it is too little for a share.
        PoolWornOut: the pool takes no more.
    """
    pool, deposit = locks.deposit_for_update(deposit_id)
    if deposit.status != "announced":
        return deposit
    deposit.units, deposit.last_error = units, ""
    if listed_among([bytes(deposit.provider.wallet)]):
        deposit.status = "held"
        deposit.save(update_fields=["units", "last_error", "status"])
        post_provider_held(
            deposit_id=deposit.id,
            chain_id=deposit.chain_id,
            amount=pool.amount(units),
            now=now,
        )
        say(pool, "provider.deposit_held", now=now, deposit_id=deposit.id, units=units)
        return deposit
    post_provider_in(
        deposit_id=deposit.id,
        pool_id=pool.id,
        chain_id=deposit.chain_id,
        amount=pool.amount(units),
        now=now,
    )
    return _take_in(pool, deposit, now=now)


@transaction.atomic
def deposit_decide(
    *, deposit_id: UUID, decision: Literal["release", "block"], by: str, now: datetime
) -> ProviderDeposit:
    """What becomes of held money: into the pool once no list names its wallet, or kept for good.

    Raises:
        PersonMissing: nobody is named.
        DepositNotPossible: it is not held, or a list still names the wallet.
    """
    if not by.strip():
        raise PersonMissing
    pool, deposit = locks.deposit_for_update(deposit_id)
    if deposit.status != "held":
        raise DepositNotPossible("This deposit is not held.")
    deposit.decided_by = by
    amount = pool.amount(deposit.units)
    if decision == "block":
        post_provider_blocked(deposit_id=deposit.id, amount=amount, now=now)
        deposit.status, deposit.ended_at = "blocked", now
        deposit.save(update_fields=["decided_by", "status", "ended_at"])
        say(pool, "provider.deposit_blocked", now=now, deposit_id=deposit.id, by=by)
        return deposit
    if listed_among([bytes(deposit.provider.wallet)]):
        raise DepositNotPossible("A list still names this wallet.")
    post_provider_released(deposit_id=deposit.id, pool_id=pool.id, amount=amount, now=now)
    return _take_in(pool, deposit, now=now)


def deposits_lapse(*, now: datetime) -> int:
    """Stop looking for transactions that never came. One statement."""
    overdue = ProviderDeposit.objects.filter(
        status="announced", announced_at__lt=now - LAPSES_AFTER
    )
    return overdue.update(status="lapsed", ended_at=now)


def note_trouble(*, deposit_id: UUID, error: str) -> None:
    """Remember for people why it is not counted. One statement."""
    ProviderDeposit.objects.filter(id=deposit_id).update(last_error=error[:300])


def token_of(pool: LiquidityPool) -> bytes:
    """The contract of a pool's token. One query."""
    return bytes(Token.objects.values_list("address", flat=True).get(code=pool.asset) or b"")


def _take_in(pool: LiquidityPool, deposit: ProviderDeposit, *, now: datetime) -> ProviderDeposit:
    position = position_for_update(pool, deposit.provider, now=now)
    after, value, issued = core.deposit(
        pool.value,
        position.value,
        units=deposit.units,
        at_s=at_seconds(pool, position, now=now),
    )
    pool.take_value(after)
    pool.save()
    position.take_value(value)
    position.deposited_units += deposit.units
    position.save()
    deposit.status, deposit.shares, deposit.ended_at = "arrived", issued, now
    deposit.save()
    say(
        pool,
        "provider.deposited",
        now=now,
        deposit_id=deposit.id,
        provider_id=deposit.provider_id,
        units=deposit.units,
        issued=issued,
    )
    return deposit
