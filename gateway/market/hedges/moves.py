"""Inventory between a chain and an exchange, as rows: each step is one transaction, told any number
of times. What the machine of states (``hedging.moving``) decides is kept, posted and said at once.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction

from gateway.chains.models import Token
from gateway.chains.sending import transaction_queue
from gateway.events.ids import uuid7
from gateway.ledger import accounts
from gateway.ledger.hedges import post_move
from gateway.ledger.house import post_gas
from gateway.ledger.selectors import balance
from gateway.market.exchanges.places import Exchange
from gateway.market.hedges import locks
from gateway.market.hedges.calls import treasury_of
from gateway.market.hedges.errors import MoveConflict, MoveNotPossible
from gateway.market.hedges.models import InventoryMove
from gateway.market.hedges.routers import transfer_call
from gateway.market.hedges.saying import say_move
from gateway.market.hedges.selectors import books
from gateway.market.hedging import moving
from gateway.market.hedging.moving import Move, MoveState
from gateway.money.amounts import Amount
from gateway.money.assets import Asset

log = structlog.get_logger(__name__)

REFERENCE_PREFIX = "move:"
DUE_AFTER_SECONDS = 3_600


@transaction.atomic
def move_plan(
    *,
    key: str,
    exchange: Exchange,
    is_deposit: bool,
    asset: str,
    units: int,
    reason: str,
    by: str,
    now: datetime,
    due_after_seconds: int = DUE_AFTER_SECONDS,
) -> InventoryMove:
    """Decide that inventory goes to an exchange, or comes back from it. A row; nothing leaves yet.

    Args:
        key: names the need; the same key is the same move.
        units: base units.
        due_after_seconds: when silence becomes an alarm.

    Raises:
        MoveNotPossible: no such token or, to an exchange, one that is not offered for its conduct;
            nothing to move, or a made-up exchange for live money.
        MoveConflict: the key was used for another move.
    """
    token = Token.objects.select_related("chain").filter(code=asset).first()
    if token is not None and token.refused and is_deposit:
        raise MoveNotPossible(f"{asset} is not offered: {token.refused}.")
    if token is None or units <= 0 or not reason.strip() or not by.strip():
        raise MoveNotPossible("Name a token, an amount above zero, a reason, and who wants it.")
    if token.address is None and not is_deposit:
        raise MoveNotPossible("Take the coin out as the token that wraps it: a receipt shows that.")
    if exchange.simulated and token.chain.mode != "test":
        raise MoveNotPossible(f"{exchange.name} is made up; live money never goes there.")
    move, created = InventoryMove.objects.get_or_create(
        key=key,
        defaults={
            "id": uuid7(),
            "mode": token.chain.mode,
            "chain_id": token.chain_id,
            "exchange": exchange.name,
            "is_deposit": is_deposit,
            "asset": asset,
            "decimals": token.decimals,
            "units": units,
            "reason": reason,
            "decided_by": by,
            "due_after_seconds": due_after_seconds,
            "planned_at": now,
        },
    )
    if created:
        say_move(move, "move.planned", now=now)
    elif (move.asset, move.units, move.exchange, move.is_deposit) != (
        asset,
        units,
        exchange.name,
        is_deposit,
    ):
        raise MoveConflict
    return move


@transaction.atomic
def move_ask(*, move_id: UUID, to: bytes | None, now: datetime) -> InventoryMove:
    """Order it to leave: a queued transfer, or the row that a withdrawal is asked from. Once.

    Args:
        to: the exchange's address, for a deposit.

    Raises:
        MoveNotPossible: the house has not so much of its own there.
    """
    move = locks.move_for_update(move_id)
    if move.state != MoveState.PLANNED.value:
        return move
    if move.is_deposit:
        free = books(chain_ids=[move.chain_id], now=now).at_hand(move.asset)
    else:
        free = balance(account=accounts.exchange(move.exchange), asset=_asset(move)).units
    if free < move.units:
        raise MoveNotPossible(f"Of {move.asset} {free} base units may be moved.")
    if move.is_deposit:
        if to is None:
            raise ValueError("a deposit goes to an address")
        move.transaction_id = _queue_transfer(move, to, now=now)
        move.save(update_fields=["transaction_id"])
    move.asked_at = now
    return _take(move, moving.Asked(_ms(now)), now=now)


@transaction.atomic
def move_request(*, move_id: UUID, now: datetime) -> bool:
    """The exchange is asked for the withdrawal from here on; whether it may be: once."""
    move = locks.move_for_update(move_id)
    if move.requested_at is not None or move.state != MoveState.ASKED.value:
        return False
    move.requested_at = now
    move.save(update_fields=["requested_at"])
    return True


@transaction.atomic
def move_happened(
    *, move_id: UUID, happened: moving.Happening, now: datetime, tx_hash: str = ""
) -> InventoryMove:
    """Keep what happened to a move, with its entry and its event. What was told before is nothing.

    Raises:
        MoveRefused: it contradicts what is known.
        MoveConflict: its transaction is another move's.
        MoveUnknown: there is no such move.
    """
    move = locks.move_for_update(move_id)
    if tx_hash and not move.tx_hash:
        others = InventoryMove.objects.filter(chain_id=move.chain_id, tx_hash=tx_hash)
        if others.exists():
            raise MoveConflict(f"{tx_hash} brought another move.")
        move.tx_hash = tx_hash
        move.save(update_fields=["tx_hash"])
    return _take(move, happened, now=now)


@transaction.atomic
def transfer_final(*, move_id: UUID, body: Mapping[str, Any], now: datetime) -> InventoryMove:
    """The transfer to the exchange is final: it has left, and its gas is booked."""
    move = locks.move_for_update(move_id)
    _post_gas(move, body, now=now)
    return move_happened(
        move_id=move_id,
        happened=moving.Left(move.units),
        tx_hash=body.get("tx_hash") or "",
        now=now,
    )


@transaction.atomic
def transfer_failed(*, move_id: UUID, body: Mapping[str, Any], now: datetime) -> InventoryMove:
    """The transfer came to nothing, for good: nothing has moved but gas."""
    move = locks.move_for_update(move_id)
    _post_gas(move, body, now=now)
    move.last_error = body.get("reason_code") or body["status"]
    move.save(update_fields=["last_error"])
    return move_happened(move_id=move_id, happened=moving.Refused(), now=now)


def note_told(*, move_id: UUID, told: str, now: datetime) -> None:
    """Remember what the exchange last said of a withdrawal, and when. One statement."""
    InventoryMove.objects.filter(id=move_id).update(told=told, told_at=now)


def note_trouble(*, move_id: UUID, error: str) -> None:
    """Remember for people why it does not go on. One statement."""
    InventoryMove.objects.filter(id=move_id).update(last_error=error[:300])


def _take(move: InventoryMove, happened: moving.Happening, *, now: datetime) -> InventoryMove:
    before = _value(move)
    after, lines = moving.step(before, happened)
    if after == before:
        return move
    move.state, move.overdue = after.state.value, after.overdue
    move.left_units, move.arrived_units = after.left, after.arrived
    move.ended_at = now if after.state.over else None
    if after.state is not before.state:
        move.last_error = "" if after.state is not MoveState.REFUSED else move.last_error
    move.save()
    if lines:
        post_move(move_id=move.id, step=move.state, lines=lines, reason=move.reason, now=now)
    late = after.state is before.state
    say_move(move, "move.overdue" if late else f"move.{move.state}", now=now)
    log.info("move_went_on", move=str(move.id), state=move.state, overdue=move.overdue)
    return move


def _value(move: InventoryMove) -> Move:
    chain, place = accounts.custody_hot(move.chain_id), accounts.exchange(move.exchange)
    ends = (f"{move.chain_id}", move.exchange)
    source, target = (chain, place) if move.is_deposit else (place, chain)
    return Move(
        way="-".join(ends if move.is_deposit else reversed(ends)),
        source=source,
        target=target,
        asset=_asset(move),
        units=move.units,
        due_after_ms=move.due_after_seconds * 1000,
        state=MoveState(move.state),
        left=move.left_units,
        arrived=move.arrived_units,
        asked_ms=_ms(move.asked_at) if move.asked_at else 0,
        overdue=move.overdue,
    )


def _queue_transfer(move: InventoryMove, to: bytes, *, now: datetime) -> UUID:
    token = Token.objects.get(code=move.asset)
    is_native = token.address is None
    queued = transaction_queue(
        chain_id=move.chain_id,
        account=treasury_of(move.chain_id),
        to=to if token.address is None else bytes(token.address),
        data=b"" if is_native else transfer_call(to=to, units=move.units),
        value=move.units if is_native else 0,
        purpose="treasury",
        reference=f"{REFERENCE_PREFIX}{move.id}",
        idempotency_key=f"{REFERENCE_PREFIX}{move.id}",
        now=now,
    )
    return queued.id


def _post_gas(move: InventoryMove, body: Mapping[str, Any], *, now: datetime) -> None:
    native = Token.objects.get(chain_id=move.chain_id, kind="native")
    gas = Amount(int(body["fee_units"]), Asset(native.code, native.decimals))
    if gas.is_positive:
        post_gas(reference=str(move.transaction_id), chain_id=move.chain_id, gas=gas, now=now)


def _asset(move: InventoryMove) -> Asset:
    return Asset(move.asset, move.decimals)


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
