"""Give papers their numbers: a receipt when somebody first wants it, a credit note with its money.

Each is safe to call again: a sale has one receipt, a refund one note.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from gateway.events.moments import rfc3339
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
from merchants.receipts.papers import Paper, Tender, paper_as_json
from merchants.receipts.selectors import document_of, ticket_of_invoice
from merchants.receipts.sharing import left_of, shared
from merchants.tickets.models import CashBack, Ticket
from merchants.tickets.selectors import ticket_get


@transaction.atomic
def receipt_for_invoice(*, invoice: Invoice, now: datetime) -> Document:
    """A sale's receipt; of a part of a ticket, the ticket's. Two queries once it is there.

    Raises:
        NotPaidYet: of a ticket, until all of it is.
    """
    ticket_id = ticket_of_invoice(shop_id=invoice.shop_id, invoice_id=invoice.id)
    if ticket_id is not None:
        return receipt_for_ticket(shop_id=invoice.shop_id, ticket_id=ticket_id, now=now)
    source = f"invoice:{invoice.id}"
    known = document_of(shop_id=invoice.shop_id, source=source)
    if known is not None:
        return known
    if invoice.status != "paid":
        raise NotPaidYet
    return _issued(paper_of_invoice(invoice), invoice.shop_id, source, now=now)


@transaction.atomic
def receipt_for_ticket(*, shop_id: UUID, ticket_id: UUID, now: datetime) -> Document:
    """A ticket's receipt. One query once it is there.

    Raises:
        TicketNotFound, NotPaidYet
    """
    source = f"ticket:{ticket_id}"
    known = document_of(shop_id=shop_id, source=source)
    if known is not None:
        return known
    ticket = ticket_get(shop_id=shop_id, ticket_id=ticket_id)
    if ticket.state != "paid":
        raise NotPaidYet
    return _issued(paper_of_ticket(ticket), shop_id, source, now=now)


@transaction.atomic
def note_for_refund(*, refund_id: UUID, now: datetime) -> Document | None:
    """The credit note of tokens that went back; None where the shop gave nothing of its own, or
    the sale never came to a receipt."""
    refund = Refund.objects.get(id=refund_id)
    if refund.kind != "payment" or refund.status != "completed" or not refund.worth_units:
        return None
    invoice = Invoice.objects.get(id=refund.invoice_id)
    return _note(
        invoice, f"refund:{refund.id}", tender_of_refund(refund, invoice), refund.reason, now=now
    )


@transaction.atomic
def note_for_card_refund(*, refund_id: UUID, now: datetime) -> Document | None:
    """The credit note of money that went back to a card; None as above."""
    refund = CardRefund.objects.get(id=refund_id)
    if refund.status != "completed":
        return None
    invoice = Invoice.objects.get(id=refund.invoice_id)
    tender = tender_of_card_refund(refund)
    return _note(invoice, f"card_refund:{refund.id}", tender, refund.reason, now=now)


@transaction.atomic
def note_for_cash(*, cash: CashBack, ticket: Ticket, now: datetime) -> Document:
    """The credit note of cash that went back from a ticket.

    Raises:
        NotPaidYet
    """
    receipt = receipt_for_ticket(shop_id=ticket.shop_id, ticket_id=ticket.id, now=now)
    tender = Tender("cash", int(cash.units))
    return _written(receipt, f"cash_back:{cash.id}", tender, cash.reason, now=now)


# --- parts ---------------------------------------------------------------------------------------


def _note(
    invoice: Invoice, source: str, tender: Tender, reason: str, *, now: datetime
) -> Document | None:
    try:
        receipt = receipt_for_invoice(invoice=invoice, now=now)
    except NotPaidYet:
        return None
    return _written(receipt, source, tender, reason, now=now)


def _written(
    receipt: Document, source: str, tender: Tender, reason: str, *, now: datetime
) -> Document:
    receipt_notes_locked(receipt.id)
    known = document_of(shop_id=receipt.shop_id, source=source)
    if known is not None:
        return known
    given = receipt.paper
    before = [note.paper.shares for note in receipt.notes.order_by("id")]
    paper = replace(
        given,
        kind="credit_note",
        sold=(),
        full_units=0,
        off_units=0,
        tip_units=0,
        cashier="",
        sold_at=rfc3339(now),
        total_units=tender.units,
        shares=shared(tender.units, left_of(given.shares, before)),
        tenders=(tender,),
        of=receipt.label,
        reason=reason,
    )
    return _issued(paper, receipt.shop_id, source, now=now, receipt=receipt)


def _issued(
    paper: Paper,
    shop_id: UUID,
    source: str,
    *,
    now: datetime,
    receipt: Document | None = None,
) -> Document:
    """Written down under its number. Two who do so at once get the one that was first."""
    try:
        with transaction.atomic():
            made = Document.objects.create(
                shop_id=shop_id,
                mode=paper.mode,
                kind=paper.kind,
                source=source,
                receipt=receipt,
                body=paper_as_json(paper),
                issued_at=now,
            )
    except IntegrityError:
        known = document_of(shop_id=shop_id, source=source)
        if known is None:
            raise
        return known
    made.refresh_from_db(fields=["number"])
    return made
