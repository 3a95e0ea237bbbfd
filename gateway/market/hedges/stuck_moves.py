"""A person's word on a withdrawal that its exchange was asked for and never told of.

The exchange is asked first, every half minute: what it tells goes before whatever a person says.
Only while it does not know of it, or has been silent for long, a person may say what they saw.

- *It was not made*: nothing has moved, the inventory there may be used again. It is asked about for
  a day more; what left after all is booked as it left.
- *It was made*, by this transaction: that is looked for on the chain. Once it is final and brings
  to the treasury what was asked for, the withdrawal has left and arrived, to the unit.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from gateway.chains.outgoing_models import OutgoingAttempt
from gateway.market.hedges import locks
from gateway.market.hedges.errors import MoveConflict
from gateway.market.hedges.models import InventoryMove
from gateway.market.hedges.moves import move_happened
from gateway.market.hedges.stuck_errors import NotOfIt, NotStuck
from gateway.market.hedges.stuck_words import check_word
from gateway.market.hedging.moving import MoveState, SaidUnmade
from gateway.market.persons import check_person

MOST_FEE_PERCENT: Final = 5
"""What an exchange may keep of a withdrawal, or take beside it."""
HASH_CHARACTERS: Final = 66


@transaction.atomic
def move_said_unmade(*, move_id: UUID, by: str, because: str, now: datetime) -> InventoryMove:
    """The exchange never made it: nothing has moved. Safe to say again.

    Raises:
        MoveUnknown: there is no such move.
        NotStuck, NotAskedLately, ExchangeTells, TooEarly: it is not for a person to say (yet).
        ReasonMissing: nobody, or for no reason.
    """
    check_person(because, by)
    move = locks.move_for_update(move_id)
    if move.state == MoveState.UNMADE.value:
        return move
    check_evidence(move, now=now)
    move.ended_by, move.ended_because = by, because
    move.named_tx, move.named_units = "", 0
    move.save(update_fields=["ended_by", "ended_because", "named_tx", "named_units"])
    return move_happened(move_id=move_id, happened=SaidUnmade(), now=now)


@transaction.atomic
def move_said_made(
    *, move_id: UUID, tx_hash: str, units: int, by: str, because: str, now: datetime
) -> InventoryMove:
    """The exchange made it: this transaction brings it. Nothing is booked until the chain shows it.

    Args:
        tx_hash: ``0x…``. Naming another one replaces it.
        units: base units that it took off our balance there, its fee included.

    Raises:
        MoveUnknown: there is no such move.
        NotStuck, NotAskedLately, ExchangeTells, TooEarly: it is not for a person to say (yet).
        NotOfIt: no transaction, one of the house's own, or another amount than was asked for.
        MoveConflict: it brings another move.
        ReasonMissing: nobody, or for no reason.
    """
    check_person(because, by)
    move = locks.move_for_update(move_id)
    check_evidence(move, now=now)
    tx_hash = tx_hash.strip().lower()
    digits = tx_hash.removeprefix("0x")
    if len(tx_hash) != HASH_CHARACTERS or set(digits) - set("0123456789abcdef"):
        raise NotOfIt("A transaction is named by 0x and 64 digits.")
    if OutgoingAttempt.objects.filter(tx_hash=bytes.fromhex(digits)).exists():
        raise NotOfIt("This transaction is one of the house's own.")
    others = InventoryMove.objects.filter(chain_id=move.chain_id).exclude(id=move.id)
    if others.filter(tx_hash=tx_hash).exists() or others.filter(named_tx=tx_hash).exists():
        raise MoveConflict(f"{tx_hash} brings another move.")
    if not _about(units, move.units):
        raise NotOfIt(f"{move.units} base units were asked for; {units} can't be what was taken.")
    move.named_tx, move.named_units = tx_hash, units
    move.named_by, move.named_because = by, because
    move.last_error = ""
    move.save(update_fields=["named_tx", "named_units", "named_by", "named_because", "last_error"])
    return move


def check_evidence(move: InventoryMove, *, now: datetime) -> None:
    """Whether a person may say what became of it.

    Raises:
        NotStuck: it is no withdrawal that was asked for, or it is over otherwise.
        NotAskedLately: nobody has asked the exchange in the last minutes.
        ExchangeTells: it has a word of its own on it.
        TooEarly: it may still show by itself.
    """
    states = (MoveState.ASKED.value, MoveState.UNMADE.value)
    if move.is_deposit or move.state not in states or move.requested_at is None:
        raise NotStuck
    check_word(move.told, told_at=move.told_at, asked_at=move.requested_at, now=now)


def why_not_of(move: InventoryMove, units: int) -> str:
    """Why a transaction that brought so many base units can't be the named one; '' if it can."""
    if units <= 0:
        return "the named transaction brought nothing to the treasury"
    if units > move.named_units or not _about(units, move.units):
        return f"the named transaction brought {units}, not what was asked for"
    return ""


def _about(units: int, asked: int) -> bool:
    return abs(units - asked) * 100 <= asked * MOST_FEE_PERCENT
