"""What is known of an account's gas, and what is brought to it: rows, never a node."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from eth_abi.abi import encode
from eth_hash.auto import keccak

from gateway.chains.addresses import checksum
from gateway.chains.models import Token
from gateway.chains.sending import transaction_queue
from gateway.events.ids import uuid7
from gateway.events.services import emit
from gateway.ledger.accounts import custody_hot
from gateway.ledger.house import post_fill, post_gas
from gateway.ledger.selectors import balance, owed_units
from gateway.market.hedges.models import ACTIVE, Hedge
from gateway.market.hedges.selectors import committed_units
from gateway.market.refills import locks
from gateway.market.refills.configuration import GasSettings
from gateway.market.refills.deciding import Marks, refill_units
from gateway.market.refills.errors import RefillUnread
from gateway.market.refills.models import AccountGas, GasRefill
from gateway.market.risk.watch import EVERYTHING
from gateway.market.selectors import halted_scopes
from gateway.money.amounts import Amount
from gateway.money.assets import Asset

log = structlog.get_logger(__name__)

REFERENCE_PREFIX = "refill:"
UNWRAP = keccak(b"withdraw(uint256)")[:4]
UNWRAPPED = keccak(b"Withdrawal(address,uint256)")
REFILL_GAS = 60_000
"""More than an unwrapping or a transfer takes."""
WRAPPING = ":left"
"""Ends the reference of a sale that only wrapped a coin, or unwrapped it: nobody's trade."""


@dataclass(frozen=True, slots=True)
class Sender:
    """An account that sends, and the chain as it was just told.

    Attributes:
        held, treasury_held: wei.
        wrapped: code of the token that wraps the coin; "" where there is none.
    """

    chain_id: int
    mode: str
    account: bytes
    treasury: bytes
    held: int
    treasury_held: int
    native: str
    wrapped: str
    gas_price_wei: int


@transaction.atomic
def gas_judge(
    *, sender: Sender, marks: Marks, told: GasSettings, now: datetime
) -> GasRefill | None:
    """Keep what an account has, say when that becomes low and when it is over, and refill it.

    Safe to call at any time: one refill of an account is under way at once.
    """
    row = locks.account_for_update(chain_id=sender.chain_id, account=sender.account, now=now)
    row.balance_units, row.looked_at = sender.held, now
    was_low, is_low = row.low_since is not None, sender.held < marks.low
    if is_low != was_low:
        row.low_since = now if is_low else None
        _say(row, "gas.low" if is_low else "gas.enough", sender, marks, now=now)
    row.save()
    if not is_low or not _may_refill(sender, told, now=now):
        return None
    is_treasury = sender.account == sender.treasury
    free = _unowed(sender) if is_treasury else max(0, sender.treasury_held - marks.low)
    cost = REFILL_GAS * sender.gas_price_wei
    units = refill_units(held=sender.held, free=free, marks=marks, cost=cost)
    if not units:
        log.warning("gas_not_refilled", account=checksum(sender.account), free=str(free))
        return None
    return _queue(sender, "unwrap" if is_treasury else "transfer", units, now=now)


@transaction.atomic
def refill_final(*, refill_id: UUID, body: Mapping[str, Any], now: datetime) -> GasRefill:
    """It succeeded, for good: the books follow. Safe to call again.

    Raises:
        RefillUnread: its receipt does not show what it did.
    """
    refill = GasRefill.objects.select_for_update().get(id=refill_id)
    if refill.status != "queued":
        return refill
    if refill.kind == "unwrap":
        wrapped = Token.objects.get(code=refill.asset)
        if _unwrapped(body, contract=bytes(wrapped.address or b"")) != refill.units:
            raise RefillUnread
        coin = Asset(refill.native, wrapped.decimals)
        post_fill(
            reference=f"{refill.transaction_id}{WRAPPING}",
            chain_id=refill.chain_id,
            sold=Amount(refill.units, Asset(wrapped.code, wrapped.decimals)),
            bought=Amount(refill.units, coin),
            now=now,
        )
    return _end(refill, "done", body, now=now)


@transaction.atomic
def refill_failed(*, refill_id: UUID, body: Mapping[str, Any], now: datetime) -> GasRefill:
    """It came to nothing, for good: its gas is booked, and another is tried after a while."""
    refill = GasRefill.objects.select_for_update().get(id=refill_id)
    if refill.status != "queued":
        return refill
    refill.failure_code = body.get("reason_code") or body["status"]
    log.warning("gas_refill_failed", refill=str(refill.id), code=refill.failure_code)
    return _end(refill, "failed", body, now=now)


def _may_refill(sender: Sender, told: GasSettings, *, now: datetime) -> bool:
    if not told.enabled or (sender.mode == "live" and not told.live):
        return False
    if {EVERYTHING, sender.native, sender.wrapped} & halted_scopes():
        return False
    own = GasRefill.objects.filter(chain_id=sender.chain_id, account=sender.account)
    since = now - timedelta(seconds=told.rest_seconds)
    if own.filter(status="queued").exists():
        return False
    return not own.filter(status="failed", ended_at__gt=since).exists()


def _unowed(sender: Sender) -> int:
    """Of the wrapped coin in the treasury, what is the house's and promised to nothing."""
    if (
        not sender.wrapped
        or Hedge.objects.filter(status__in=ACTIVE, asset_in=sender.wrapped).exists()
    ):
        return 0
    decimals = Token.objects.values_list("decimals", flat=True).get(code=sender.wrapped)
    lies = balance(
        account=custody_hot(sender.chain_id), asset=Asset(sender.wrapped, decimals)
    ).units
    taken = committed_units(asset=sender.wrapped) + owed_units(asset=sender.wrapped)
    return max(0, lies - taken)


def _queue(sender: Sender, kind: str, units: int, *, now: datetime) -> GasRefill:
    refill_id = uuid7()
    is_unwrapping = kind == "unwrap"
    wrapped = Token.objects.filter(code=sender.wrapped).values_list("address", flat=True).first()
    queued = transaction_queue(
        chain_id=sender.chain_id,
        account=sender.treasury,
        to=bytes(wrapped or b"") if is_unwrapping else sender.account,
        data=UNWRAP + encode(["uint256"], [units]) if is_unwrapping else b"",
        value=0 if is_unwrapping else units,
        purpose="fill" if is_unwrapping else "treasury",
        reference=f"{REFERENCE_PREFIX}{refill_id}",
        idempotency_key=f"{REFERENCE_PREFIX}{refill_id}",
        now=now,
    )
    log.info("gas_refilled", refill=str(refill_id), kind=kind, units=str(units))
    return GasRefill.objects.create(
        id=refill_id,
        chain_id=sender.chain_id,
        account=sender.account,
        kind=kind,
        asset=sender.wrapped if is_unwrapping else sender.native,
        native=sender.native,
        units=units,
        transaction_id=queued.id,
        created_at=now,
    )


def _end(refill: GasRefill, status: str, body: Mapping[str, Any], *, now: datetime) -> GasRefill:
    native = Token.objects.get(code=refill.native)
    gas = Amount(int(body["fee_units"]), Asset(native.code, native.decimals))
    if gas.is_positive:
        post_gas(reference=str(refill.transaction_id), chain_id=refill.chain_id, gas=gas, now=now)
    refill.status, refill.ended_at, refill.fee_units = status, now, gas.units
    refill.save()
    return refill


def _unwrapped(body: Mapping[str, Any], *, contract: bytes) -> int:
    """Wei that the receipt shows leaving the wrapping."""
    units = 0
    for entry in body["logs"]:
        topics = [bytes.fromhex(topic[2:]) for topic in entry["topics"]]
        if topics[:1] == [UNWRAPPED] and bytes.fromhex(entry["address"][2:]) == contract:
            units += int(entry["data"], 16)
    return units


def _say(row: AccountGas, type: str, sender: Sender, marks: Marks, *, now: datetime) -> None:
    emit(
        type=type,
        subject=f"gas:{row.id}",
        body={
            "chain_id": row.chain_id,
            "account": checksum(bytes(row.account)),
            "asset": sender.native,
            "balance_units": str(row.balance_units),
            "low_units": str(marks.low),
            "full_units": str(marks.full),
        },
        mode=sender.mode,
        now=now,
    )
    if type == "gas.low":
        log.warning(type, chain_id=row.chain_id, account=checksum(bytes(row.account)))
