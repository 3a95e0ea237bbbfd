"""A card that is presented at a reader, as rows: each verb is one transaction and asks nobody.

The payment itself is charged, booked and let go as one on a page is (``charging``); here is only
how the reader is had to ask for a card, again, or no more.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from gateway.cards import locks
from gateway.cards.charging import QUIET, READER_EACH, tender_end, tender_new
from gateway.cards.errors import (
    CardBeingCharged,
    CardPageOpen,
    InvoiceTakesNoCard,
    ReaderBusyNow,
    ReaderNotReady,
)
from gateway.cards.life import OPEN
from gateway.cards.models import CardTender, Reader
from gateway.cards.reader_life import MAY_TRY_AGAIN, hindrance, turn_after
from gateway.cards.selectors import open_tender
from gateway.invoices.errors import InvoiceNotFound
from gateway.invoices.locks import invoice_for_update
from gateway.ramps.reader_terms import ReaderTold
from gateway.ramps.stripe_readers import BUSY, OFFLINE

GOOD_FOR: Final = timedelta(minutes=4)
"""So long a reader may ask for a card, from when it was last asked to."""
SOON: Final = timedelta(seconds=2)
_NOT_BEGUN: Final = {OFFLINE: "offline", BUSY: "busy"}
_LOOK_AGAIN: Final = frozenset({"payment_intent_unexpected_state", "terminal_reader_timeout"})
"""Refusals after which only a look tells what became of it."""


def reader_start(*, shop_id: UUID, invoice_id: UUID, reader_id: UUID, now: datetime) -> CardTender:
    """Have a reader ask for a card that pays an invoice. Again is the same.

    A page that the customer may have open for it is given up first; until it is closed nothing
    else begins.

    Raises:
        InvoiceNotFound, ReaderUnknown: there is none in this shop.
        CardPageOpen: the page is being closed.
        CardBeingCharged: a card has been presented already.
        ReaderBusyNow, ReaderNotReady
        InvoiceTakesNoCard, CardsNotTaken, CardAmountTooSmall: as for a page.
    """
    page_give_up(shop_id=shop_id, invoice_id=invoice_id, now=now)
    return _start(shop_id=shop_id, invoice_id=invoice_id, reader_id=reader_id, now=now)


@transaction.atomic
def page_give_up(*, shop_id: UUID, invoice_id: UUID, now: datetime) -> None:
    """Close the page that a customer may have open for an invoice; a strange one is left alone."""
    known = open_tender(invoice_id=invoice_id)
    if known is None or known.shop_id != shop_id or known.reader_id is not None:
        return
    row = locks.tender_for_update(known.id)
    if row.status == "open":
        row.status, row.url, row.due_at = "letting_go", "", now
        row.save(update_fields=["status", "url", "due_at"])


@transaction.atomic
def _start(*, shop_id: UUID, invoice_id: UUID, reader_id: UUID, now: datetime) -> CardTender:
    invoice = invoice_for_update(invoice_id=invoice_id)
    if invoice.shop_id != shop_id:
        raise InvoiceNotFound
    known = open_tender(invoice_id=invoice_id)
    if known is not None:
        if known.status == "taken":
            raise CardBeingCharged
        if known.reader_id is None or known.status == "letting_go":
            raise CardPageOpen
        return known
    if invoice.status != "waiting" or invoice.mark or invoice.card:
        raise InvoiceTakesNoCard
    reader = _free_reader(shop_id=shop_id, reader_id=reader_id)
    return tender_new(invoice, reader=reader, good_for=GOOD_FOR, now=now)


@transaction.atomic
def reader_again(
    *, shop_id: UUID, invoice_id: UUID, now: datetime, reader_id: UUID | None = None
) -> CardTender:
    """Have a reader, the same or another one, ask anew after it ended without a card.

    Raises:
        InvoiceTakesNoCard: no reader asks for this invoice's card, or it is being called off.
        ReaderUnknown, ReaderBusyNow, ReaderNotReady
    """
    row = _locked(shop_id=shop_id, invoice_id=invoice_id)
    if row is None or row.status not in ("planned", "asked", "open"):
        raise InvoiceTakesNoCard
    if row.turn not in MAY_TRY_AGAIN:
        return row
    if reader_id is not None and reader_id != row.reader_id:
        row.reader = _free_reader(shop_id=shop_id, reader_id=reader_id)
    row.turn, row.last_error = "asking", ""
    row.due_at, row.ends_at = now, now + GOOD_FOR
    row.save()
    return row


@transaction.atomic
def reader_cancel(*, shop_id: UUID, invoice_id: UUID, now: datetime) -> CardTender | None:
    """The cashier calls it off: the reader asks no more, and no card is charged.

    Raises:
        CardBeingCharged: too late; it can be refunded once it is paid.
    """
    row = _locked(shop_id=shop_id, invoice_id=invoice_id)
    if row is None:
        return None
    if row.status == "taken":
        raise CardBeingCharged
    _give_up(row, now=now)
    return row


@transaction.atomic
def turn_give_up(*, tender_id: UUID, now: datetime) -> CardTender:
    """Its time is over, or the invoice takes no card any more."""
    row = locks.tender_for_update(tender_id)
    _give_up(row, now=now)
    return row


@transaction.atomic
def turn_told(*, tender_id: UUID, told: ReaderTold, now: datetime) -> CardTender:
    """Keep how far the reader is."""
    row = locks.tender_for_update(tender_id)
    if row.status != "open" or row.reader_id is None:
        return row
    before, row.turn = row.turn, turn_after(turn=row.turn, told=told, intent=row.remote_intent)
    if row.turn != before:
        row.last_error = told.why
    row.due_at = now + (SOON if row.turn == "done" else READER_EACH)
    row.save(update_fields=["turn", "last_error", "due_at"])
    Reader.objects.filter(id=row.reader_id).update(is_online=told.is_online, told_at=now)
    return row


@transaction.atomic
def turn_ask(*, tender_id: UUID, told: ReaderTold, now: datetime) -> str:
    """A key for having the reader ask, written down before; "" where it is not to be asked, which
    the row then says why."""
    row = locks.tender_for_update(tender_id)
    if row.status != "open" or row.turn != "asking":
        return ""
    hinders = hindrance(told=told)
    if hinders:
        row.turn, row.due_at = hinders, now + READER_EACH
        row.save(update_fields=["turn", "due_at"])
        return ""
    row.asks, row.due_at = row.asks + 1, now + QUIET
    row.save(update_fields=["asks", "due_at"])
    return f"tillway:card:{row.id}:{row.asks}"


@transaction.atomic
def turn_refused(*, tender_id: UUID, code: str, reason: str, now: datetime) -> CardTender:
    """The reader was not had to ask, by the ramp's code."""
    row = locks.tender_for_update(tender_id)
    if row.status != "open" or row.turn != "asking":
        return row
    row.due_at = now + SOON
    if code not in _LOOK_AGAIN:
        row.turn, row.last_error = _NOT_BEGUN.get(code, "failed"), reason[:300]
    row.save(update_fields=["turn", "last_error", "due_at"])
    return row


# --- parts ---------------------------------------------------------------------------------------


def _locked(*, shop_id: UUID, invoice_id: UUID) -> CardTender | None:
    """The payment of an invoice that is under way at a reader, locked."""
    known = CardTender.objects.filter(
        invoice_id=invoice_id, shop_id=shop_id, status__in=OPEN, reader__isnull=False
    ).first()
    row = known and locks.tender_for_update(known.id)
    return row if row is not None and row.status in OPEN else None


def _free_reader(*, shop_id: UUID, reader_id: UUID) -> Reader:
    reader = locks.reader_for_update(reader_id, shop_id=shop_id)
    if reader.status != "ready":
        raise ReaderNotReady
    if CardTender.objects.filter(reader=reader, status__in=OPEN).exists():
        raise ReaderBusyNow
    return reader


def _give_up(row: CardTender, *, now: datetime) -> None:
    if row.status in ("planned", "asked"):
        # No reader has heard of it, so no card can pay it, whatever the ramp made.
        row.asked_at = row.asked_at or now
        tender_end(row, "expired", now=now)
    elif row.status == "open":
        row.status, row.due_at = "letting_go", now
        row.turn = "ending" if row.reader_id is not None else ""
        row.save(update_fields=["status", "due_at", "turn"])
