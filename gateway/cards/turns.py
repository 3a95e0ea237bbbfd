"""Have readers ask for cards, outside of any transaction.

Before a reader is asked it is looked at: it remembers what it was last asked for. So an answer that
never came is found, and no reader is taken from another payment.
"""

from datetime import datetime

import structlog

from gateway.cards import at_reader
from gateway.cards.models import CardTender
from gateway.cards.selectors import takes_card
from gateway.events.points import point
from gateway.ramps.errors import RampDown, RampRefused
from gateway.ramps.reader_terms import Turn
from gateway.ramps.stripe_readers import GONE, ReaderRamp

log = structlog.get_logger(__name__)


def turn_carry(row: CardTender, ramp: ReaderRamp, *, now: datetime) -> None:
    """Go on with a payment that waits at its reader. Raises RampDown, RampRefused."""
    if row.status != "open" or row.reader is None:
        return
    if now >= row.ends_at or not takes_card(invoice_id=row.invoice_id):
        at_reader.turn_give_up(tender_id=row.id, now=now)
        return
    reader = row.reader.remote_id
    try:
        told = ramp.reader_look(reader)
    except RampRefused as refused:
        if refused.code != GONE:
            raise
        at_reader.turn_refused(tender_id=row.id, code=refused.code, reason=refused.message, now=now)
        return
    point("reader.told")
    row = at_reader.turn_told(tender_id=row.id, told=told, now=now)
    if row.turn != "asking":
        return
    key = at_reader.turn_ask(tender_id=row.id, told=told, now=now)
    point("reader.asked")
    if not key:
        return
    try:
        told = ramp.reader_process(reader, intent=row.remote_intent, key=key)
    except RampRefused as refused:
        at_reader.turn_refused(tender_id=row.id, code=refused.code, reason=refused.message, now=now)
        return
    point("reader.answered")
    at_reader.turn_told(tender_id=row.id, told=told, now=now)


def turn_stop(row: CardTender, ramp: ReaderRamp) -> None:
    """Have the reader ask no more, if it asks for this payment.

    Where it can't be reached, it is left: once the payment is called off no card can pay it there.
    """
    if row.reader is None:
        return
    try:
        told = ramp.reader_look(row.reader.remote_id)
        if told.turn is Turn.WAITS and told.intent == row.remote_intent:
            ramp.reader_stop(row.reader.remote_id)
            point("reader.stopped")
    except (RampDown, RampRefused) as trouble:
        log.warning("reader_not_stopped", tender=str(row.id), detail=str(trouble)[:300])
