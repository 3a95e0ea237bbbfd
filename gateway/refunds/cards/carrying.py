"""Carry refunds to cards on: ask the ramp, outside of any transaction, and keep what it says.

What is asked is written down before, under a key from its row. If no answer comes, the ramp is
asked what it knows of it; only if it knows nothing is the same asked again, under the same key.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog

from gateway.ramps.configuration import configured_card_refunds
from gateway.ramps.errors import RampRefused
from gateway.ramps.pausing import TROUBLE, pause
from gateway.ramps.stripe_refunds import RefundRamp
from gateway.refunds.cards import sending
from gateway.refunds.cards.models import CardRefund

log = structlog.get_logger(__name__)

TURN: Final = 100


def _nothing(_point: str) -> None:
    """Tests stop the carrier at named points; in service they are passed by."""


def card_refunds_carry(*, now: datetime, reached: Callable[[str], None] = _nothing) -> int:
    """Carry on what is due; how many were looked at. Trouble leaves one where it is, and a note."""
    due = list(CardRefund.objects.filter(due_at__lte=now).order_by("due_at", "id")[:TURN])
    for row in due:
        try:
            _carry(row, configured_card_refunds(row.ramp), now=now, reached=reached)
        except TROUBLE as trouble:
            log.warning("card_refund_waits", refund=str(row.id), detail=str(trouble)[:300])
            again_at = now + pause(trouble, asks=row.asks, first_seconds=15, most_seconds=3_600)
            sending.note_trouble(refund_id=row.id, error=str(trouble), due_at=again_at)
    return len(due)


def _carry(
    row: CardRefund, ramp: RefundRamp, *, now: datetime, reached: Callable[[str], None]
) -> None:
    if row.remote_id:
        sending.back_told(refund_id=row.id, told=ramp.back_look(row.remote_id), now=now)
        return
    if row.status == "unclear":
        found = ramp.back_find(sending.wanted_of(row))
        if found is not None:
            sending.back_told(refund_id=row.id, told=found, now=now)
        else:
            sending.note_trouble(
                refund_id=row.id, error=row.last_error, due_at=now + sending.LOOK_EACH
            )
        return
    wanted = sending.back_ask(refund_id=row.id, now=now)
    reached("refund_asked")
    if wanted is None:
        return
    ask, may_know = wanted
    told = ramp.back_find(ask) if may_know else None
    if told is None:
        try:
            told = ramp.back_make(ask)
        except RampRefused as refused:
            sending.back_refused(refund_id=row.id, reason=refused.message, now=now)
            return
    reached("refund_answered")
    sending.back_told(refund_id=row.id, told=told, now=now)
    reached("refund_kept")
