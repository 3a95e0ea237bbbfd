"""Receipts of invoices."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from gateway.invoices.selectors import invoice_get
from merchants.api import docs, receipt_answers
from merchants.api.contract import ApiView
from merchants.receipts.errors import DocumentNotFound
from merchants.receipts.issuing import receipt_for_invoice
from merchants.receipts.models import Document
from merchants.receipts.presenters import document_as_dict
from merchants.receipts.selectors import documents_of_invoice
from merchants.receipts.views import pdf_file


class InvoiceReceiptView(ApiView):
    scopes: ClassVar = {"GET": "invoices:read"}

    @extend_schema(
        operation_id="invoice_receipt_get",
        summary="Get an invoice's receipt",
        description=(
            "The latest receipt of a paid invoice with the credit notes that go with it, and those"
            " that were taken back before it was paid again. A receipt gets its"
            " number, without gaps in the shop, when it is first asked for, and never changes"
            " then. An invoice that asked for a part of a ticket has its ticket's receipt."
        ),
        responses=docs.answers_with(receipt_answers.Receipt),
    )
    def get(self, request: Request, invoice_id: UUID) -> HttpResponse:
        self.query()
        invoice = invoice_get(shop_id=self.shop.id, invoice_id=invoice_id)
        document = receipt_for_invoice(invoice=invoice, now=timezone.now())
        papers = documents_of_invoice(shop_id=self.shop.id, invoice_id=invoice.id)
        receipts = [_with_notes(one, papers) for one in papers if one.kind == "receipt"]
        latest = _with_notes(document, papers)
        return self.read(
            {**latest, "earlier": [one for one in receipts if one["id"] != latest["id"]]}
        )


class InvoiceReceiptFileView(ApiView):
    scopes: ClassVar = {"GET": "invoices:read"}

    @extend_schema(
        operation_id="invoice_receipt_pdf",
        summary="Get an invoice's receipt, or another of its papers, as PDF",
        parameters=[
            OpenApiParameter(
                "number",
                str,
                description="A credit note's, or an earlier receipt's; none: the latest receipt.",
            )
        ],
        responses=docs.answers_with(OpenApiTypes.BINARY, media_type="application/pdf"),
    )
    def get(self, request: Request, invoice_id: UUID) -> HttpResponse:
        wanted = self.query({"number"}).get("number", "")
        invoice = invoice_get(shop_id=self.shop.id, invoice_id=invoice_id)
        receipt = receipt_for_invoice(invoice=invoice, now=timezone.now())
        if wanted in ("", receipt.label):
            return pdf_file(receipt)
        for document in documents_of_invoice(shop_id=self.shop.id, invoice_id=invoice.id):
            if wanted == document.label:
                return pdf_file(document)
        raise DocumentNotFound


def _with_notes(receipt: Document, papers: list[Document]) -> dict[str, Any]:
    notes = [document_as_dict(one) for one in papers if one.receipt_id == receipt.id]
    return {**document_as_dict(receipt), "credit_notes": notes}
