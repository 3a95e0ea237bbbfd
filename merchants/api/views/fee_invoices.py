"""A shop's monthly fee invoices and their credit notes."""

from typing import ClassVar
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from gateway.settlement.billing.presenters import document_as_dict
from gateway.settlement.billing.selectors import fee_document, fee_documents
from merchants.api import docs, report_answers
from merchants.api.contract import ApiView, page_as_dict
from merchants.reports.files import fee_invoice_file


class FeeInvoicesView(ApiView):
    scopes: ClassVar = {"GET": "reports:read"}

    @extend_schema(
        operation_id="fee_invoices_list",
        summary="List fee invoices, newest first",
        parameters=[docs.CURSOR, docs.LIMIT],
        responses=docs.answers_with(report_answers.FeeInvoiceList),
    )
    def get(self, request: Request) -> HttpResponse:
        _, cursor, size = self.page_query()
        page = fee_documents(shop_id=self.shop.id, cursor=cursor, size=size)
        return self.read(page_as_dict(page, document_as_dict))


class FeeInvoiceView(ApiView):
    scopes: ClassVar = {"GET": "reports:read"}

    @extend_schema(
        operation_id="fee_invoice_get",
        summary="Get a fee invoice",
        description="What was taken in a month, by day and asset; it never changes once issued.",
        responses=docs.answers_with(report_answers.FeeInvoice),
    )
    def get(self, request: Request, document_id: UUID) -> HttpResponse:
        self.query()
        return self.read(
            document_as_dict(fee_document(shop_id=self.shop.id, document_id=document_id))
        )


class FeeInvoiceFileView(ApiView):
    scopes: ClassVar = {"GET": "reports:read"}

    @extend_schema(
        operation_id="fee_invoice_pdf",
        summary="Get a fee invoice as PDF",
        responses=docs.answers_with(OpenApiTypes.BINARY, media_type="application/pdf"),
    )
    def get(self, request: Request, document_id: UUID) -> HttpResponse:
        self.query()
        return fee_invoice_file(fee_document(shop_id=self.shop.id, document_id=document_id))
