"""Carry card payments on: ask the ramp, outside of any transaction, and keep what it says.

What is asked is written down before. If no answer comes, the ramp is asked how far the payment is:
it remembers what was charged. A page is asked for again under its key, for which there is one page.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from gateway.cards import charging
from gateway.cards.models import CardTender
from gateway.cards.selectors import page_to_continue
from gateway.cards.turns import turn_carry, turn_stop
from gateway.events.points import point
from gateway.ramps.card_terms import CardState
from gateway.ramps.configuration import configured_cards, configured_readers
from gateway.ramps.errors import RampDown, RampRefused
from gateway.ramps.pausing import TROUBLE, pause
from gateway.ramps.stripe_cards import CardRamp

log = structlog.get_logger(__name__)

TURN: Final = 100


def card_page(
    *,
    invoice_id: UUID,
    back: str,
    now: datetime,
) -> str:
    """The ramp's page where a card may pay an invoice: the one that there is, or a new one.

    Raises:
        CardsNotTaken, InvoiceTakesNoCard, CardAmountTooSmall, InvoiceNotFound
        RampDown, RampRefused, RampKeyTaken, RampNotOffered, RampsUnreadable: none can be made now.
    """
    row = charging.tender_start(invoice_id=invoice_id, back=back, now=now)
    point("card.planned")
    if row.status in ("planned", "asked"):
        row = _open_page(row, configured_cards(row.ramp), now=now)
    url = page_to_continue(row, now=now)
    if not url:
        raise RampDown("The payment provider has no page for this now.")
    return url


def cards_carry(*, now: datetime) -> int:
    """Carry on what is due; how many were looked at. Trouble leaves one where it is, and a note."""
    due = list(CardTender.objects.filter(due_at__lte=now).order_by("due_at", "id")[:TURN])
    for row in due:
        try:
            _carry(row, configured_cards(row.ramp), now=now)
        except TROUBLE as trouble:
            log.warning("card_waits", tender=str(row.id), detail=str(trouble)[:300])
            charging.note_trouble(
                tender_id=row.id, error=str(trouble), due_at=now + _pause(row, trouble)
            )
    return len(due)


def _carry(row: CardTender, ramp: CardRamp, *, now: datetime) -> None:
    if row.status in ("planned", "asked"):
        _open_page(row, ramp, now=now)
        return
    told = ramp.card_progress(session=row.remote_session, intent=row.remote_intent)
    point("card.progress_told")
    row, act = charging.tender_told(tender_id=row.id, told=told, now=now)
    point("card.progress_kept")
    if act == "wait" and row.reader_id is not None:
        turn_carry(row, configured_readers(row.ramp), now=now)
    if act not in ("capture", "let_go"):
        return
    key = charging.tender_try(tender_id=row.id, now=now)
    try:
        if act == "capture":
            point("card.capture_asked")
            told = ramp.card_capture(intent=row.remote_intent, key=key)
            point("card.captured")
        elif row.reader_id is None and told.state is CardState.OPEN:
            point("card.page_close_asked")
            told = ramp.card_page_close(session=row.remote_session, key=key)
            point("card.page_closed")
        else:
            point("card.let_go_asked")
            if row.reader_id is not None:
                turn_stop(row, configured_readers(row.ramp))
            told = ramp.card_let_go(intent=row.remote_intent, key=key)
            point("card.let_go")
    except RampRefused as refused:
        # It may be charged, or over, already: only how far it is says so. If it is neither, what
        # can't be charged is let go.
        told = ramp.card_progress(session=row.remote_session, intent=row.remote_intent)
        row, act = charging.tender_told(tender_id=row.id, told=told, now=now)
        if act in ("capture", "let_go"):
            charging.tender_refused(tender_id=row.id, reason=refused.message, now=now)
        return
    charging.tender_told(tender_id=row.id, told=told, now=now)
    point("card.end_kept")


def _open_page(row: CardTender, ramp: CardRamp, *, now: datetime) -> CardTender:
    ask = charging.tender_ask(tender_id=row.id, now=now)
    point("card.page_asked")
    if ask is None:
        row.refresh_from_db()
        return row
    try:
        if row.reader_id is None:
            told = ramp.card_page(ask)
        else:
            told = configured_readers(row.ramp).reader_card(ask)
    except RampRefused as refused:
        charging.tender_refused(tender_id=row.id, reason=refused.message, now=now)
        raise
    point("card.page_answered")
    row, _ = charging.tender_told(tender_id=row.id, told=told, now=now)
    point("card.page_kept")
    if row.reader_id is not None:
        turn_carry(row, configured_readers(row.ramp), now=now)
    return row


def _pause(row: CardTender, trouble: Exception) -> timedelta:
    """Twice as long each time, up to ten minutes, or to one while somebody waits at a reader; no
    sooner than the ramp says."""
    first, most = (15, 600) if row.reader_id is None else (2, 60)
    return pause(trouble, asks=row.asks, first_seconds=first, most_seconds=most)
