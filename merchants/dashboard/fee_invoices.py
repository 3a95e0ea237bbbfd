"""The monthly fee invoices: what was taken, and each as a file."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gateway.checkout.wording import grouped, money_text
from gateway.events.errors import BadCursor
from gateway.settlement.billing.errors import DocumentUnknown
from gateway.settlement.billing.models import FeeDocument
from gateway.settlement.billing.presenters import document_as_dict
from gateway.settlement.billing.selectors import fee_document, fee_documents
from merchants.accounts.guards import MemberRequest, require_action
from merchants.dashboard.frame import draw
from merchants.dashboard.selectors import time_text
from merchants.reports.files import fee_invoice_file


@never_cache
@require_GET
@require_action("report.export")
def page(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """The shop's fee invoices and credit notes, newest first."""
    try:
        found = fee_documents(shop_id=shop_id, cursor=request.GET.get("cursor"))
    except BadCursor as error:
        raise Http404 from error
    here = f"/dashboard/{shop_id}/fee-invoices"
    context = {
        "documents": [_row(document) for document in found.items],
        "next_href": f"{here}?cursor={found.next_cursor}" if found.next_cursor else "",
    }
    return draw(request, "dashboard/fee_invoices.html", context)


@require_GET
@require_action("report.export")
def file(request: MemberRequest, shop_id: UUID, document_id: UUID) -> Any:
    """One of them as PDF."""
    try:
        return fee_invoice_file(fee_document(shop_id=shop_id, document_id=document_id))
    except DocumentUnknown as error:
        raise Http404 from error


def _row(document: FeeDocument) -> dict[str, Any]:
    told = document_as_dict(document)
    return {
        **told,
        "is_note": document.kind == "credit_note",
        "issued": time_text(document.issued_at),
        "fee_texts": [money_text(fee["amount"], fee["asset"]) for fee in told["fees"]],
        "value_texts": [
            f"{grouped(value['amount'])} {value['currency']}" for value in told["values"]
        ],
    }
