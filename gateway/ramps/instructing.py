"""What a ramp is asked to do, as rows: each step is one transaction, told any number of times.

Nothing here asks a ramp. ``carrying`` does, between two of these verbs.
"""

from datetime import datetime, timedelta
from typing import Final, cast
from uuid import UUID

import structlog
from django.db import transaction

from gateway.events.ids import uuid7
from gateway.events.points import point
from gateway.events.services import emit
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.ramps import locks
from gateway.ramps.errors import InstructionConflict, InstructionNotUnclear, RampKeyTaken
from gateway.ramps.life import OPEN, UNTOLD, Status, after
from gateway.ramps.models import RampInstruction
from gateway.ramps.terms import Instruction, Kind, Told

log = structlog.get_logger(__name__)

QUIET: Final = timedelta(seconds=30)
"""Whoever asked may still be waiting for the answer; nobody asks again before."""
LOOK_EACH: Final = timedelta(hours=1)
LOOK_BACK_EACH: Final = timedelta(days=1)
LOOK_BACK_FOR: Final = timedelta(days=60)
"""A bank may send a payout back weeks later; so long we look by ourselves, should no event come."""


@transaction.atomic
def instruction_plan(
    *,
    ramp: str,
    mode: str,
    kind: Kind,
    reference: str,
    number: int,
    shop_id: UUID,
    account: str,
    amount: Amount,
    now: datetime,
    against: str = "",
) -> RampInstruction:
    """Decide to have something done. A row; the ramp hears of it from ``carrying``.

    Args:
        reference, number: name it: the same are the same instruction.
        against: of a reversal, the transfer by the ramp's name.

    Raises:
        InstructionConflict: that name stands for something else.
    """
    row, created = RampInstruction.objects.get_or_create(
        reference=reference,
        kind=kind,
        number=number,
        defaults={
            "id": uuid7(),
            "ramp": ramp,
            "mode": mode,
            "shop_id": shop_id,
            "account": account,
            "currency": amount.asset.code,
            "units": amount.units,
            "against": against,
            "due_at": now,
            "created_at": now,
        },
    )
    if not created and (row.ramp, row.account, row.currency, row.units, row.against) != (
        ramp,
        account,
        amount.asset.code,
        amount.units,
        against,
    ):
        raise InstructionConflict
    return row


@transaction.atomic
def instruction_ask(*, instruction_id: UUID, now: datetime) -> Instruction | None:
    """From here on the ramp may have heard of it. What to ask, the first time; None afterwards."""
    row = locks.instruction_for_update(instruction_id)
    if row.status != "planned":
        return None
    row.status, row.asked_at, row.asks, row.due_at = "asked", now, 1, now + QUIET
    row.save(update_fields=["status", "asked_at", "asks", "due_at"])
    return value_of(row)


@transaction.atomic
def instruction_ask_again(*, instruction_id: UUID, now: datetime) -> Instruction | None:
    """The same is asked again, under the same key; None where its answer came meanwhile."""
    row = locks.instruction_for_update(instruction_id)
    if row.status != "asked":
        return None
    row.asks += 1
    row.due_at = now + QUIET
    row.save(update_fields=["asks", "due_at"])
    return value_of(row)


@transaction.atomic
def instruction_told(*, instruction_id: UUID, told: Told, now: datetime) -> RampInstruction:
    """Keep what the ramp says of it, and tell of what is new."""
    row = locks.instruction_for_update(instruction_id)
    kind = cast(Kind, row.kind)
    change = after(
        kind=kind, status=cast(Status, row.status), reversed_units=row.reversed_units, told=told
    )
    row.remote_id = row.remote_id or told.remote_id
    row.fee_units = told.fee_units
    row.reversed_units = max(row.reversed_units, told.reversed_units)
    row.last_error = ""
    if change.status in ("failed", "returned"):
        row.failure_code, row.failure_reason = told.failure_code, told.failure_reason
    if change.status != row.status and change.status not in OPEN:
        row.ended_at = now
    row.status = change.status
    row.due_at = _next_look(row, now=now)
    row.save()
    point("instruction.told")
    for type in change.events:
        _tell(row, type, now=now)
    return row


@transaction.atomic
def instruction_refused(
    *, instruction_id: UUID, code: str, reason: str, now: datetime
) -> RampInstruction:
    """The ramp said no: it was not done and will not be."""
    row = locks.instruction_for_update(instruction_id)
    if row.status not in ("asked", "unclear"):
        return row
    row.status, row.ended_at, row.due_at = "refused", now, None
    row.failure_code, row.failure_reason = code, reason
    row.save()
    _tell(row, "ramp.refused", now=now)
    return row


@transaction.atomic
def instruction_unclear(*, instruction_id: UUID, reason: str, now: datetime) -> RampInstruction:
    """Nobody can tell what became of it: it is not asked again, and a person decides."""
    row = locks.instruction_for_update(instruction_id)
    if row.status != "asked":
        return row
    row.status, row.last_error, row.due_at = "unclear", reason[:300], now + LOOK_EACH
    row.save()
    log.error("ramp_instruction_unclear", instruction=str(row.id), reason=reason[:300])
    _tell(row, "ramp.unclear", now=now)
    return row


@transaction.atomic
def instruction_unmade(
    *, instruction_id: UUID, by: str, because: str, now: datetime
) -> RampInstruction:
    """A person says that an unclear instruction never happened.

    Raises:
        InstructionNotUnclear: it is not theirs to say, or names nobody or no reason.
    """
    row = locks.instruction_for_update(instruction_id)
    if row.status != "unclear" or not by.strip() or not because.strip():
        raise InstructionNotUnclear
    row.status, row.ended_at, row.due_at = "unmade", now, None
    row.settled_by, row.settled_because = by.strip(), because.strip()
    row.failure_code, row.failure_reason = "unmade", because.strip()
    row.save()
    _tell(row, "ramp.refused", now=now)
    return row


def note_trouble(*, instruction_id: UUID, error: str, due_at: datetime) -> None:
    """Remember for people why nothing is known yet, and when to ask again. One statement."""
    RampInstruction.objects.filter(id=instruction_id).update(last_error=error[:300], due_at=due_at)


def value_of(row: RampInstruction) -> Instruction:
    return Instruction(
        id=row.id,
        kind=cast(Kind, row.kind),
        key=f"tillway:{row.kind}:{row.id}",
        account=row.account,
        amount=Amount(row.units, FIAT[row.currency]),
        group=row.reference,
        against=row.against,
        asked_at=row.asked_at,
    )


def key_taken(error: RampKeyTaken) -> str:
    return f"the ramp knows the key otherwise: {error.message}"


def _next_look(row: RampInstruction, *, now: datetime) -> datetime | None:
    if row.status in ("taken", "sent", *UNTOLD):
        return now + LOOK_EACH
    if row.status == "done" and row.kind != "reversal" and row.ended_at is not None:
        later = now + LOOK_BACK_EACH
        return later if later - row.ended_at <= LOOK_BACK_FOR else None
    return None


def _tell(row: RampInstruction, type: str, *, now: datetime) -> None:
    """For the rooms above: nobody's webhook."""
    emit(
        type=type,
        subject=f"instruction:{row.id}",
        body={
            "instruction_id": str(row.id),
            "ramp": row.ramp,
            "kind": row.kind,
            "reference": row.reference,
            "number": row.number,
            "remote_id": row.remote_id,
            "currency": row.currency,
            "units": str(row.units),
            "fee_units": str(row.fee_units),
            "reversed_units": str(row.reversed_units),
            "failure_code": row.failure_code,
            "failure_reason": row.failure_reason,
        },
        mode=row.mode,
        now=now,
    )
