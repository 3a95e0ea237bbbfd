"""The payments that a payout pays, as a list and as a file."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from gateway.chains.models import Token
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT, Asset
from gateway.settlement.allocating.selectors import (
    PaidIn,
    PaidInvoice,
    invoices_of_payout,
    invoices_of_payout_streamed,
    uncovered_units,
)
from gateway.settlement.models import Payout
from gateway.settlement.reports.formats import csv_text
from gateway.settlement.selectors import payout_get
from merchants.api import docs, payout_answers
from merchants.api.contract import ApiView, page_as_dict
from merchants.reports.files import csv_file

COLUMNS = ("invoice_id", "deposit_id", "asset", "amount", "units", "credited_units", "credited_at")


class PayoutInvoicesView(ApiView):
    scopes: ClassVar = {"GET": "payouts:read"}

    @extend_schema(
        operation_id="payout_invoices_list",
        summary="List the payments that a payout pays",
        description=(
            "First in, first out. Their units and not_from_payments_units add up to the payout's"
            " taken_units, exactly."
        ),
        parameters=[docs.CURSOR, docs.LIMIT],
        responses=docs.answers_with(payout_answers.PayoutInvoiceList),
    )
    def get(self, request: Request, payout_id: UUID) -> HttpResponse:
        _, cursor, size = self.page_query()
        payout = payout_get(shop_id=self.shop.id, payout_id=payout_id)
        asset = taken_asset(payout)
        page = invoices_of_payout(payout_id=payout.id, cursor=cursor, size=size)
        left = uncovered_units(payout_id=payout.id)
        return self.read(
            {
                **page_as_dict(page, lambda found: paid_invoice_as_dict(found, asset)),
                "asset": asset.code,
                "taken": format_amount(Amount(int(payout.taken_units), asset)),
                "taken_units": str(payout.taken_units),
                "not_from_payments": format_amount(Amount(left, asset)),
                "not_from_payments_units": str(left),
            }
        )


class PayoutInvoicesFileView(ApiView):
    scopes: ClassVar = {"GET": "payouts:read"}

    @extend_schema(
        operation_id="payout_invoices_file",
        summary="Get the payments that a payout pays as CSV",
        description="However many, streamed; the last line is what comes from no payment, if any.",
        responses=docs.answers_with(OpenApiTypes.STR, media_type="text/csv"),
    )
    def get(self, request: Request, payout_id: UUID) -> HttpResponseBase:
        self.query()
        payout = payout_get(shop_id=self.shop.id, payout_id=payout_id)
        return payments_file(payout)


def payments_file(payout: Payout) -> Any:
    """The CSV of a payout, streamed."""
    return csv_file(csv_text(_rows(payout)), name=f"payout-{payout.id}.csv")


def taken_asset(payout: Payout) -> Asset:
    """Of the balance that a payout was taken from."""
    return Asset(payout.taken_asset, payout.taken_decimals)


def assets_of(codes: Collection[str]) -> dict[str, Asset]:
    """Assets by code, those of chains and currencies; unknown ones are left out. One query, where
    there are any."""
    known = {code: FIAT[code] for code in codes if code in FIAT}
    wanted = [code for code in codes if code not in known]
    if not wanted:
        return known
    rows = Token.objects.filter(code__in=wanted).values_list("code", "decimals")
    return known | {code: Asset(code, decimals) for code, decimals in rows}


def paid_invoice_as_dict(found: PaidInvoice, asset: Asset) -> dict[str, Any]:
    return {
        "invoice_id": str(found.invoice_id) if found.invoice_id else None,
        "deposit_id": str(found.deposit_id),
        "asset": asset.code,
        "amount": format_amount(Amount(found.units, asset)),
        "units": str(found.units),
        "credited_units": str(found.credited_units),
        "credited_at": found.credited_at.isoformat(),
    }


def paid_in_as_dict(found: PaidIn, asset: Asset) -> dict[str, Any]:
    return {
        "payout_id": str(found.payout_id),
        "asset": asset.code,
        "amount": format_amount(Amount(found.units, asset)),
        "units": str(found.units),
    }


def _rows(payout: Payout) -> Iterator[Sequence[str]]:
    asset = taken_asset(payout)
    yield COLUMNS
    for found in invoices_of_payout_streamed(payout_id=payout.id):
        shown = paid_invoice_as_dict(found, asset)
        yield [shown[column] or "" for column in COLUMNS]
    if left := uncovered_units(payout_id=payout.id):
        amount = format_amount(Amount(left, asset))
        yield ["", "", asset.code, amount, str(left), "", ""]
