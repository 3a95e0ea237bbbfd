"""Give papers their numbers: a receipt when somebody first wants it, a credit note with its money.

Each is safe to call again: a sale has one receipt, or one more for each time that its chain took
its payment back and it was paid again; a refund has one note.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from gateway.events.moments import rfc3339
from gateway.invoices.locks import invoice_for_update
from gateway.invoices.models import Invoice
from gateway.refunds.cards.models import CardRefund
from gateway.refunds.models import Refund
from merchants.receipts.building import (
    paper_of_invoice,
    paper_of_ticket,
    tender_of_card_refund,
    tender_of_refund,
)
from merchants.receipts.errors import NotPaidYet
from merchants.receipts.locks import receipt_notes_locked
from merchants.receipts.models import Document
from merchants.receipts.papers import WHOLE, Cause, Paper, Tender, paper_as_json
from merchants.receipts.selectors import (
    TAKEN_BACK,
    document_of,
    invoices_of_sale,
    receipt_of_sale,
    ticket_of_invoice,
)
from merchants.receipts.sharing import left_of, shared
from merchants.tickets.locks import ticket_for_update
from merchants.tickets.models import CashBack, Ticket
from merchants.tickets.settling import settle


@transaction.atomic
def receipt_for_invoice(*, invoice: Invoice, now: datetime) -> Document:
    """A sale's latest receipt; of a part of a ticket, the ticket's. Two queries once it is there.

    One that was taken back has another as soon as the sale is paid again.

    Raises:
        NotPaidYet: of a ticket, until all of it is.
    """
    ticket_id = ticket_of_invoice(shop_id=invoice.shop_id, invoice_id=invoice.id)
    if ticket_id is not None:
        return receipt_for_ticket(shop_id=invoice.shop_id, ticket_id=ticket_id, now=now)
    source = f"invoice:{invoice.id}"
    known, is_gone = receipt_of_sale(shop_id=invoice.shop_id, source=source)
    if known is not None and not is_gone:
        return known
    # Locked: a reorganisation waits until this paper is there, or is seen by it.
    current = invoice_for_update(invoice_id=invoice.id)
    if current.status == "paid":
        return _new(paper_of_invoice(current), current.shop_id, source, after=known, now=now)
    if known is None:
        raise NotPaidYet
    return known


@transaction.atomic
def receipt_for_ticket(*, shop_id: UUID, ticket_id: UUID, now: datetime) -> Document:
    """A ticket's latest receipt, as above. One query once it is there.

    Raises:
        TicketNotFound, NotPaidYet
    """
    source = f"ticket:{ticket_id}"
    known, is_gone = receipt_of_sale(shop_id=shop_id, source=source)
    if known is not None and not is_gone:
        return known
    ticket = ticket_for_update(shop_id=shop_id, ticket_id=ticket_id)
    if ticket.state == "paid":
        settle(ticket, now=now)  # it may not have heard yet of what its invoices lost
    if ticket.state == "paid":
        return _new(paper_of_ticket(ticket), shop_id, source, after=known, now=now)
    if known is None:
        raise NotPaidYet
    return known


@transaction.atomic
def note_for_refund(*, refund_id: UUID, now: datetime) -> Document | None:
    """The credit note of tokens that went back; None where the shop gave nothing of its own, or
    while the sale has no receipt: that brings the note with it."""
    refund = Refund.objects.get(id=refund_id)
    if refund.kind != "payment" or refund.status != "completed" or not refund.worth_units:
        return None
    invoice = Invoice.objects.get(id=refund.invoice_id)
    return _note(invoice, _went_back(refund, invoice), now=now)


@transaction.atomic
def note_for_card_refund(*, refund_id: UUID, now: datetime) -> Document | None:
    """The credit note of money that went back to a card; None as above."""
    refund = CardRefund.objects.get(id=refund_id)
    if refund.status != "completed":
        return None
    invoice = Invoice.objects.get(id=refund.invoice_id)
    return _note(invoice, _went_back_to_card(refund), now=now)


@transaction.atomic
def note_for_cash(*, cash: CashBack, ticket: Ticket, now: datetime) -> Document:
    """The credit note of cash that went back from a ticket.

    Raises:
        NotPaidYet
    """
    receipt = receipt_for_ticket(shop_id=ticket.shop_id, ticket_id=ticket.id, now=now)
    back = _Back(f"cash_back:{cash.id}", Tender("cash", int(cash.units)), cash.reason)
    return _written(receipt, back, now=now)


@transaction.atomic
def note_for_lost(
    *, receipt: Document, gone: tuple[Tender, ...], cause: Cause, now: datetime
) -> Document:
    """The credit note of a sale whose payment its chain took back, or its shop: all that its
    receipt says, by class of tax. What was refunded before went out all the same, and keeps its
    own notes. Whoever calls it has locked the sale: that comes before a paper's number.

    Args:
        gone: what of its tenders is not there any more.
    """
    source = f"{TAKEN_BACK}{receipt.id}"
    paper = _note_on(receipt, total_units=receipt.paper.total_units, tenders=gone, now=now)
    paper = replace(paper, cause=cause, shares=receipt.paper.shares)
    return _issued(paper, receipt.shop_id, source, now=now, receipt=receipt)


# --- parts ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Back:
    """What went back: the source of its note, how, and the reason that the shop gave."""

    source: str
    tender: Tender
    reason: str


def _went_back(refund: Refund, invoice: Invoice) -> _Back:
    return _Back(f"refund:{refund.id}", tender_of_refund(refund, invoice), refund.reason)


def _went_back_to_card(refund: CardRefund) -> _Back:
    return _Back(f"card_refund:{refund.id}", tender_of_card_refund(refund), refund.reason)


def _new(
    paper: Paper, shop_id: UUID, source: str, *, after: Document | None, now: datetime
) -> Document:
    """A receipt, and the notes of what went back before anybody could have one: of a bill that
    several pay, one may have had money back before the last has paid."""
    times = after.times + 1 if after else 1
    receipt = _issued(paper, shop_id, source, now=now, times=times)
    invoices = {one.id: one for one in invoices_of_sale(source)}
    tokens = Refund.objects.filter(
        invoice_id__in=invoices, kind="payment", status="completed", worth_units__gt=0
    )
    cards = CardRefund.objects.filter(invoice_id__in=invoices, status="completed")
    for refund in tokens.order_by("ended_at", "id"):
        _written(receipt, _went_back(refund, invoices[refund.invoice_id]), now=now)
    for card in cards.order_by("ended_at", "id"):
        _written(receipt, _went_back_to_card(card), now=now)
    return receipt


def _note(invoice: Invoice, back: _Back, *, now: datetime) -> Document | None:
    try:
        receipt = receipt_for_invoice(invoice=invoice, now=now)
    except NotPaidYet:
        return None
    return _written(receipt, back, now=now)


def _written(receipt: Document, back: _Back, *, now: datetime) -> Document:
    receipt_notes_locked(receipt.id)
    known = document_of(shop_id=receipt.shop_id, source=back.source)
    if known is not None:
        return known
    before = [note.paper for note in receipt.notes.order_by("id")]
    left = left_of(receipt.paper.shares, [one.shares for one in before if one.cause not in WHOLE])
    units = back.tender.units
    paper = _note_on(receipt, total_units=units, tenders=(back.tender,), now=now)
    paper = replace(paper, cause="refund", shares=shared(units, left), reason=back.reason)
    return _issued(paper, receipt.shop_id, back.source, now=now, receipt=receipt)


def _note_on(
    receipt: Document, *, total_units: int, tenders: tuple[Tender, ...], now: datetime
) -> Paper:
    return replace(
        receipt.paper,
        kind="credit_note",
        sold=(),
        full_units=0,
        off_units=0,
        tip_units=0,
        cashier="",
        sold_at=rfc3339(now),
        total_units=total_units,
        tenders=tenders,
        of=receipt.label,
    )


def _issued(
    paper: Paper,
    shop_id: UUID,
    source: str,
    *,
    now: datetime,
    receipt: Document | None = None,
    times: int = 1,
) -> Document:
    """Written down under its number. Two who do so at once get the one that was first."""
    try:
        with transaction.atomic():
            made = Document.objects.create(
                shop_id=shop_id,
                mode=paper.mode,
                kind=paper.kind,
                source=source,
                times=times,
                receipt=receipt,
                body=paper_as_json(paper),
                issued_at=now,
            )
    except IntegrityError:
        known = Document.objects.filter(shop_id=shop_id, source=source, times=times).first()
        if known is None:
            raise
        return known
    made.refresh_from_db(fields=["number"])
    return made
