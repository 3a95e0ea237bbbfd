"""Carry instructions on: ask the ramp, outside of any transaction, and keep what it says.

An instruction is marked as asked for before it is. If no answer comes the ramp is asked what it
knows of it; only if it knows nothing is the same asked again, under the same key, for which a ramp
does a thing once. Past the time for which ramps keep keys it is never asked again, and a person
decides.
"""

from datetime import datetime, timedelta
from typing import Final

import structlog

from gateway.events.points import point
from gateway.ramps import instructing
from gateway.ramps.configuration import configured_ramp
from gateway.ramps.errors import (
    RampDown,
    RampKeyTaken,
    RampNotOffered,
    RampRefused,
    RampsUnreadable,
)
from gateway.ramps.interface import Ramp
from gateway.ramps.models import RampInstruction
from gateway.ramps.pausing import pause
from gateway.ramps.terms import Instruction

log = structlog.get_logger(__name__)

KEY_KEPT: Final = timedelta(hours=20)
"""Stripe keeps a key for a day at least; an hour's clock and a slow request are taken off."""
TURN: Final = 100


def instructions_carry(*, now: datetime) -> int:
    """Carry what is due one step on; how many were looked at.

    Trouble with a ramp leaves an instruction where it is, with a note: silence is no refusal.
    """
    due = list(RampInstruction.objects.filter(due_at__lte=now).order_by("due_at", "id")[:TURN])
    for row in due:
        try:
            _carry(row, configured_ramp(row.ramp), now=now)
        except (RampDown, RampRefused, RampNotOffered, RampsUnreadable) as trouble:
            log.warning("ramp_waits", instruction=str(row.id), detail=str(trouble)[:300])
            again_at = now + pause(trouble, asks=row.asks, first_seconds=15, most_seconds=3_600)
            instructing.note_trouble(instruction_id=row.id, error=str(trouble), due_at=again_at)
    return len(due)


def _carry(row: RampInstruction, ramp: Ramp, *, now: datetime) -> None:
    if row.status == "planned":
        point("instruction.planned")
        asked = instructing.instruction_ask(instruction_id=row.id, now=now)
        point("instruction.asked")
        if asked is not None:
            _instruct(asked, ramp, now=now)
    elif row.status in ("asked", "unclear"):
        _ask_about(row, ramp, now=now)
    else:
        told = ramp.progress(instructing.value_of(row), remote_id=row.remote_id)
        point("instruction.progress_told")
        instructing.instruction_told(instruction_id=row.id, told=told, now=now)
        point("instruction.progress_kept")


def _instruct(asked: Instruction, ramp: Ramp, *, now: datetime) -> None:
    try:
        told = ramp.instruct(asked)
    except RampRefused as refused:
        point("instruction.refused")
        instructing.instruction_refused(
            instruction_id=asked.id, code=refused.code, reason=refused.message, now=now
        )
    except RampKeyTaken as taken:
        instructing.instruction_unclear(
            instruction_id=asked.id, reason=instructing.key_taken(taken), now=now
        )
    else:
        point("instruction.answered")
        instructing.instruction_told(instruction_id=asked.id, told=told, now=now)
    point("instruction.kept")


def _ask_about(row: RampInstruction, ramp: Ramp, *, now: datetime) -> None:
    told = ramp.find(instructing.value_of(row))
    point("instruction.found")
    if told is not None:
        instructing.instruction_told(instruction_id=row.id, told=told, now=now)
        point("instruction.found_kept")
    elif row.status == "unclear":
        instructing.note_trouble(
            instruction_id=row.id, error=row.last_error, due_at=now + instructing.LOOK_EACH
        )
    elif row.asked_at is not None and now - row.asked_at > KEY_KEPT:
        instructing.instruction_unclear(
            instruction_id=row.id,
            reason=f"no answer to {row.asks} requests, and the ramp knows of none",
            now=now,
        )
    else:
        again = instructing.instruction_ask_again(instruction_id=row.id, now=now)
        point("instruction.asked_again")
        if again is not None:
            _instruct(again, ramp, now=now)
