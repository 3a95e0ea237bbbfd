"""A paper's page, for the shopper's phone and to print."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gateway.invoices.errors import InvoiceNotFound
from gateway.invoices.selectors import invoice_public
from merchants.receipts.drawing import pdf_for, public_link, sheet_for
from merchants.receipts.errors import DocumentNotFound, NotPaidYet
from merchants.receipts.issuing import receipt_for_invoice
from merchants.receipts.models import Document
from merchants.receipts.selectors import (
    document_public,
    notes_of,
    receipt_after,
    ticket_of_invoice,
)


@never_cache
@require_GET
def of_invoice(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """A sale's receipt, numbered when it is first looked at; only what is paid has one. Of a bill
    that others are still paying the page says so."""
    try:
        invoice = invoice_public(invoice_id)
    except InvoiceNotFound as error:
        raise Http404 from error
    back = f"/i/{invoice_id}"
    try:
        document = receipt_for_invoice(invoice=invoice, now=timezone.now())
    except NotPaidYet:
        is_part = ticket_of_invoice(shop_id=invoice.shop_id, invoice_id=invoice_id) is not None
        if invoice.status != "paid" or not is_part:
            return HttpResponseRedirect(back)
        context = {"back": back, "shop_name": invoice.promises.terms.shop_name}
        return render(request, "receipts/not_yet.html", context)
    return drawn(request, document, back=back)


@never_cache
@require_GET
def page(request: HttpRequest, token: str) -> HttpResponse:
    """The paper that an address names."""
    try:
        document = document_public(token)
    except DocumentNotFound as error:
        raise Http404 from error
    return drawn(request, document)


@never_cache
@require_GET
def pdf(request: HttpRequest, token: str) -> HttpResponse:
    """The same as a file."""
    try:
        document = document_public(token)
    except DocumentNotFound as error:
        raise Http404 from error
    return pdf_file(document)


def pdf_file(document: Document) -> HttpResponse:
    """A paper as a PDF of its number's name."""
    answer = HttpResponse(pdf_for(document), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{document.label}.pdf"'
    answer["X-Robots-Tag"] = "noindex"
    return answer


def drawn(
    request: HttpRequest,
    document: Document,
    *,
    back: str = "",
    is_copy: bool = False,
    prints: bool = False,
) -> HttpResponse:
    """The page of a paper. Six queries at most beyond the paper itself.

    Args:
        prints: whether the browser is to print it at once.
    """
    context = {
        "sheet": sheet_for(document, is_copy=is_copy),
        "document": document,
        "shop_name": document.paper.head.name,
        "notes": [(note.label, public_link(note)) for note in notes_of(document)],
        "again": _again(document),
        "back": back,
        "prints": prints,
    }
    return render(request, "receipts/page.html", context)


def _again(document: Document) -> tuple[str, str] | None:
    """The receipt that the sale got when it was paid again."""
    later = receipt_after(document) if document.kind == "receipt" else None
    return (later.label, public_link(later)) if later else None
