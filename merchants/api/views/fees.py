"""What the gateway takes: a shop's fee schedule."""

from typing import ClassVar
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from gateway.invoices.selectors import invoice_get
from gateway.settlement.reports.costs import invoice_costs
from gateway.settlement.reports.presenters import costs_as_dict
from gateway.shops.fees import FeeView, fee_example, fee_versions_of
from merchants.api import docs, report_answers
from merchants.api.contract import ApiView


class FeeScheduleView(ApiView):
    scopes: ClassVar = {"GET": "reports:read"}

    @extend_schema(
        operation_id="fee_schedule_get",
        summary="Get the fee schedule",
        description=(
            "The gateway's fee in basis points of each credit, with every version that was in"
            " force. An invoice keeps the version that it was issued under."
        ),
        responses=docs.answers_with(report_answers.FeeSchedule),
    )
    def get(self, request: Request) -> HttpResponse:
        self.query()
        terms, currency = self.shop.terms, self.shop.pricing_currency
        example = fee_example(fee_bps=terms.fee_bps, currency=currency)
        versions = fee_versions_of(shop_id=self.shop.id)
        return self.read(
            {
                "version": terms.fee_version,
                "fee_bps": terms.fee_bps,
                "example": {**example, "currency": currency},
                "versions": [_version(version) for version in versions],
            }
        )


class InvoiceFeesView(ApiView):
    scopes: ClassVar = {"GET": "reports:read"}

    @extend_schema(
        operation_id="invoice_fees_get",
        summary="Get what an invoice cost",
        description=(
            "The gateway's fee as booked, what of the token the rate held (spread, lock premium,"
            " venue, gas), and its share of what its payouts cost."
        ),
        responses=docs.answers_with(report_answers.InvoiceCosts),
    )
    def get(self, request: Request, invoice_id: UUID) -> HttpResponse:
        self.query()
        invoice = invoice_get(shop_id=self.shop.id, invoice_id=invoice_id)
        book = invoice.promises
        costs = invoice_costs(invoice_id=invoice.id, book=book)
        terms = {"fee_version": book.terms.fee_version, "fee_bps": book.terms.fee_bps}
        return self.read({**terms, **costs_as_dict(costs, book=book)})


def _version(version: FeeView) -> dict[str, object]:
    by = "house" if version.by_person else version.set_by.replace(" ", "_")
    return {
        "version": version.number,
        "fee_bps": version.fee_bps,
        "in_force_from": version.in_force_from.isoformat(),
        "set_by": by,
        "reason": version.reason,
    }
