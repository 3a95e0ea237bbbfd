"""Questions about papers, and about how they went out."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from gateway.invoices.models import Invoice
from gateway.tenancy.scope import entered, statement_enters
from merchants.receipts.errors import DocumentNotFound, PrinterUnknown
from merchants.receipts.models import Document, Mailing, Printer, PrintJob
from merchants.receipts.papers import WHOLE
from merchants.tickets.models import PartDemand, Ticket

LATEST_WAYS = 8
TAKEN_BACK = "taken_back:"
"""Begins the source of a note that takes back all of its receipt."""
MAY_BE_ON_PAPER = ("printer_broke_off", "printer_hangs", "printer_unclear")
"""Failures of which nobody knows how much was printed before."""


def document_of(*, shop_id: UUID, source: str) -> Document | None:
    """The paper that tells of something, the latest where there are several. One query."""
    return Document.objects.filter(shop_id=shop_id, source=source).order_by("-times").first()


def receipt_of_sale(*, shop_id: UUID, source: str) -> tuple[Document | None, bool]:
    """A sale's latest receipt, and whether a note says that its payment was taken back. One
    query."""
    taken = Document.objects.filter(receipt_id=OuterRef("id"), source__startswith=TAKEN_BACK)
    receipts = Document.objects.filter(shop_id=shop_id, source=source, kind="receipt")
    found = receipts.annotate(is_taken_back=Exists(taken)).order_by("-times").first()
    return found, found is not None and found.is_taken_back


def is_taken_back(document: Document) -> bool:
    """Whether a note says that this receipt's payment was taken back. One query."""
    return document.notes.filter(source__startswith=TAKEN_BACK).exists()


def receipt_after(document: Document) -> Document | None:
    """The receipt that the same sale got when it was paid again. One query."""
    later = Document.objects.filter(
        shop_id=document.shop_id, source=document.source, times__gt=document.times
    )
    return later.order_by("times").first()


def document_get(*, shop_id: UUID, document_id: UUID) -> Document:
    """A shop's paper. One query.

    Raises:
        DocumentNotFound: another shop's is as unknown as none.
    """
    found = Document.objects.filter(shop_id=shop_id, id=document_id).first()
    if found is None:
        raise DocumentNotFound
    return found


def document_public(token: str) -> Document:
    """The paper that a public address names: whoever has the address may see it. Its shop is this
    session's scope from here on. One query.

    Raises:
        DocumentNotFound: there is none.
    """
    with statement_enters():
        found = list(Document.objects.raw("SELECT * FROM receipts_open(%s)", [token]))
    entered(found[0].shop_id if found else None)
    if not found:
        raise DocumentNotFound
    return found[0]


def last_document(*, shop_id: UUID) -> Document | None:
    """The paper that a shop gave last. One query."""
    return Document.objects.filter(shop_id=shop_id).order_by("-id").first()


def notes_of(document: Document) -> list[Document]:
    """The credit notes that go with a receipt, in order. One query; none for a note."""
    if document.kind != "receipt":
        return []
    return list(Document.objects.filter(receipt_id=document.id).order_by("id"))


def still_stands(document: Document) -> bool:
    """Whether a receipt's sale is paid still: a chain may have taken a payment back, or the shop
    its word. Two queries;
    none for a note."""
    if document.kind == "credit_note":
        return document.paper.cause not in WHOLE
    if is_taken_back(document):
        return False
    kind, _colon, source_id = document.source.partition(":")
    if kind == "invoice":
        return Invoice.objects.filter(id=source_id, status="paid").exists()
    if kind == "ticket":
        return Ticket.objects.filter(id=source_id, state="paid").exists()
    return True


def invoices_of_sale(source: str) -> list[Invoice]:
    """The invoices that asked for a sale, or for the parts of a ticket. One query."""
    kind, _colon, sale_id = source.partition(":")
    if kind == "invoice":
        return list(Invoice.objects.filter(id=sale_id))
    asked = PartDemand.objects.filter(part__ticket_id=sale_id).values("invoice_id")
    return list(Invoice.objects.filter(id__in=asked).order_by("id"))


def sales_with_receipt(*, shop_id: UUID, invoice_ids: Collection[UUID]) -> list[str]:
    """Which of these invoices' sales somebody wanted a receipt of, by source. Two queries."""
    asked = PartDemand.objects.filter(invoice_id__in=invoice_ids)
    tickets = set(asked.values_list("part__ticket_id", flat=True))
    sources = {f"invoice:{one}" for one in invoice_ids} | {f"ticket:{one}" for one in tickets}
    found = Document.objects.filter(shop_id=shop_id, source__in=sources, times=1)
    return sorted(found.values_list("source", flat=True))


def ticket_of_invoice(*, shop_id: UUID, invoice_id: UUID) -> UUID | None:
    """The ticket of which an invoice asks a part; None where it is of none. One query."""
    asked = PartDemand.objects.filter(shop_id=shop_id, invoice_id=invoice_id)
    found: UUID | None = asked.values_list("part__ticket_id", flat=True).first()
    return found


def documents_of_invoice(*, shop_id: UUID, invoice_id: UUID) -> list[Document]:
    """An invoice's receipts, or those of its ticket, and the notes that go with them, in the order
    in which they were given. Two queries."""
    ticket_id = ticket_of_invoice(shop_id=shop_id, invoice_id=invoice_id)
    source = f"ticket:{ticket_id}" if ticket_id else f"invoice:{invoice_id}"
    ours = Q(source=source) | Q(receipt__source=source)
    return list(Document.objects.filter(ours, shop_id=shop_id).order_by("id"))


def printers_of(*, shop_id: UUID) -> list[Printer]:
    """A shop's printers by name. One query."""
    found = Printer.objects.filter(shop_id=shop_id, removed_at=None).select_related("till")
    return list(found.order_by("name"))


def printers_at(*, shop_id: UUID, till_id: UUID | None) -> list[Printer]:
    """Those that print for a till, its own first. One query."""
    ours = [
        one for one in printers_of(shop_id=shop_id) if one.till_id is None or one.till_id == till_id
    ]
    return sorted(ours, key=lambda one: (one.till_id is None, one.name))


def printer_get(*, shop_id: UUID, printer_id: UUID) -> Printer:
    """One query.

    Raises:
        PrinterUnknown: the shop has none of that id, or took it off.
    """
    found = Printer.objects.filter(shop_id=shop_id, id=printer_id, removed_at=None).first()
    if found is None:
        raise PrinterUnknown
    return found


def was_on_paper(document: Document, *, but: str = "") -> bool:
    """Whether somebody may have it on paper, by another tap than ``but``. One query."""
    prints = PrintJob.objects.filter(document=document).exclude(key=but)
    return prints.filter(~Q(state="failed") | Q(error__in=MAY_BE_ON_PAPER)).exists()


def prints_of(document: Document) -> Sequence[PrintJob]:
    """How a paper was printed last, newest first. One query."""
    found = PrintJob.objects.filter(document=document).select_related("printer")
    return list(found.order_by("-id")[:LATEST_WAYS])


def mailings_of(document: Document) -> Sequence[Mailing]:
    """How a paper was mailed last, newest first. One query."""
    return list(Mailing.objects.filter(document=document).order_by("-id")[:LATEST_WAYS])
