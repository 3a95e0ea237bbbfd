"""The payments of a payout, and the payouts of an invoice, as pages show them."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gateway.checkout.wording import money_text, trimmed
from gateway.events.errors import BadCursor
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import Asset
from gateway.settlement.allocating.selectors import (
    invoices_of_payout,
    payouts_of_invoices,
    uncovered_units,
)
from gateway.settlement.errors import PayoutUnknown
from gateway.settlement.models import Payout
from gateway.settlement.selectors import payout_get
from merchants.accounts.guards import MemberRequest, require_action
from merchants.api.views.payout_invoices import assets_of, payments_file, taken_asset
from merchants.dashboard.auditing import file_taken
from merchants.dashboard.frame import draw
from merchants.dashboard.selectors import time_text


@never_cache
@require_GET
@require_action("payout.view")
def page(request: MemberRequest, shop_id: UUID, payout_id: UUID) -> HttpResponse:
    """The payments that a payout pays, first in first out."""
    payout = _payout(shop_id, payout_id)
    try:
        context = part(payout, cursor=request.GET.get("cursor"))
    except BadCursor as error:
        raise Http404 from error
    return draw(request, "dashboard/payout_invoices.html", context)


@never_cache
@require_GET
@require_action("payout.view")
def file(request: MemberRequest, shop_id: UUID, payout_id: UUID) -> HttpResponseBase:
    """The same as CSV, all of them."""
    payout = _payout(shop_id, payout_id)
    file_taken(request, f"payout:{payout_id}")
    return payments_file(payout)


def part(payout: Payout, *, cursor: str | None = None) -> dict[str, Any]:
    """What ``dashboard/payout_invoices_part.html`` needs. Two queries.

    Raises:
        BadCursor: the cursor isn't one of ours.
    """
    found = invoices_of_payout(payout_id=payout.id, cursor=cursor)
    asset = taken_asset(payout)
    here = f"/dashboard/{payout.shop_id}/payouts/{payout.id}/invoices"
    left = uncovered_units(payout_id=payout.id)
    return {
        "payments": [
            {
                "href": f"/dashboard/{payout.shop_id}/invoices/{row.invoice_id}"
                if row.invoice_id
                else "",
                "number": str(row.invoice_id or row.deposit_id),
                "amount": _text(row.units, asset),
                "of": _text(row.credited_units, asset) if row.units < row.credited_units else "",
                "at": time_text(row.credited_at),
            }
            for row in found.items
        ],
        "payments_taken": _text(int(payout.taken_units), asset),
        "payments_left": _text(left, asset) if left else "",
        "payments_next_href": f"{here}?cursor={found.next_cursor}" if found.next_cursor else "",
        "payments_file_href": f"{here}.csv",
    }


def payouts_of_invoice(*, shop_id: UUID, invoice_id: UUID) -> list[dict[str, Any]]:
    """What ``dashboard/invoice_payouts.html`` needs. Two queries at most."""
    found = payouts_of_invoices(invoice_ids=[invoice_id])[invoice_id]
    assets = assets_of({each.asset for each in found})
    return [
        {
            "href": f"/dashboard/{shop_id}/payouts/{each.payout_id}/invoices",
            "number": str(each.payout_id),
            "amount": _text(each.units, assets[each.asset]),
        }
        for each in found
        if each.asset in assets
    ]


def _payout(shop_id: UUID, payout_id: UUID) -> Payout:
    try:
        return payout_get(shop_id=shop_id, payout_id=payout_id)
    except PayoutUnknown as error:
        raise Http404 from error


def _text(units: int, asset: Asset) -> str:
    return money_text(trimmed(format_amount(Amount(units, asset))), asset.code)
