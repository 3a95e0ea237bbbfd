"""The way in, one invoice, balances."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from gateway.checkout.hand_over import hand_over
from gateway.checkout.pages import rate_text
from gateway.checkout.wording import money_text
from gateway.events.errors import BadCursor, TillwayError
from gateway.invoices.errors import InvoiceNotFound
from gateway.invoices.presenters import invoice_as_dict
from gateway.invoices.selectors import invoice_get
from merchants.accounts.actions import role_allows
from merchants.accounts.guards import MemberRequest, may, require_action
from merchants.accounts.models import User
from merchants.accounts.selectors import can, shops_of
from merchants.dashboard import selectors
from merchants.dashboard.customers import customer_line
from merchants.dashboard.fee_words import costs_of_invoice
from merchants.dashboard.frame import draw
from merchants.dashboard.payout_invoices import payouts_of_invoice
from merchants.dashboard.provoking import provoking_of
from merchants.dashboard.receipts import papers_of_invoice
from merchants.dashboard.refunds import refund_sign
from merchants.pos.card_refunds import card_refunds_shown
from merchants.pos.refunds import refund_offers
from merchants.pos.views import VOIDABLE, problem_words
from merchants.pos.voiding import sale_void

PARTS: Final = ("spread_bps", "lock_premium_bps", "fee_bps")
"""The parts of a price that a shop is shown; what the spread is made of is the desk's business."""


@never_cache
@login_required
@require_GET
def enter(request: HttpRequest) -> HttpResponse:
    """To the first shop whose dashboard is open to this person; cashiers go to their till, who
    runs the desk to the desk, and who runs the house to its books."""
    person = cast(User, request.user)
    mine = shops_of(person)
    for shop, role in mine:
        if role_allows(role, "dashboard.view"):
            return HttpResponseRedirect(f"/dashboard/{shop.id}/")
    if any(role_allows(role, "invoice.create") for _shop, role in mine):
        return HttpResponseRedirect("/pos/")
    if can(person, "desk.view"):
        return HttpResponseRedirect("/desk/")
    if can(person, "books.view"):
        return HttpResponseRedirect("/house/")
    raise PermissionDenied("no shop")


@never_cache
@require_GET
@require_action("dashboard.view")
def invoice(request: MemberRequest, shop_id: UUID, invoice_id: UUID) -> HttpResponse:
    """One invoice: its payments, quotes, history and books."""
    try:
        stored = invoice_get(shop_id=shop_id, invoice_id=invoice_id)
    except InvoiceNotFound as error:
        raise Http404 from error
    found = invoice_as_dict(stored)
    offers = refund_offers(stored) if may(request, "refund.request") else {}
    context = {
        "invoice": found,
        "offers": offers,
        **provoking_of(request, found, refundable=bool(offers.get("left"))),
        "card_refund": card_refunds_shown(found, may_ask=may(request, "refund.request")),
        "rates": request.shop.terms.refund_rates,
        "refunds": [{**one, "sign": refund_sign(one["status"])} for one in found["refunds"]],
        "answer": hand_over(found),
        "credited": money_text(found["credited"]["amount"], found["credited"]["asset"]),
        "created_text": selectors.time_text(found["created_at"]),
        "lock_end_text": selectors.time_text(found["lock_end"]),
        "customer": customer_line(shop_id=shop_id, invoice_id=invoice_id)
        if may(request, "customer.view")
        else None,
        "can_void": may(request, "invoice.void") and found["status"] in VOIDABLE,
        "timeline": selectors.timeline(invoice_id),
        "bookings": selectors.bookings(invoice_id),
        **costs_of_invoice(stored),
        **papers_of_invoice(shop_id=shop_id, invoice_id=invoice_id),
        "paid_in": payouts_of_invoice(shop_id=shop_id, invoice_id=invoice_id)
        if may(request, "payout.view")
        else [],
        "quotes": [
            {
                **due,
                "rate": rate_text(due, found["currency"]),
                "part_texts": [
                    {"word": _part_word(name), "text": _part_text(name, due)} for name in PARTS
                ],
            }
            for due in found["due"]
        ],
    }
    return draw(request, "dashboard/invoice.html", context)


@require_POST
@require_action("invoice.void")
def void(request: MemberRequest, shop_id: UUID, invoice_id: UUID) -> HttpResponse:
    """Call a sale off before it is covered."""
    try:
        sale_void(request, invoice_id=invoice_id)
        messages.success(request, _("The invoice was voided."))
    except TillwayError as error:
        messages.error(request, problem_words(error))
    return HttpResponseRedirect(f"/dashboard/{shop_id}/invoices/{invoice_id}")


@never_cache
@require_GET
@require_action("balance.view")
def balances(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """What the shop is owed, and what changed it."""
    try:
        page = selectors.statement(shop_id, cursor=request.GET.get("cursor"))
    except BadCursor as error:
        raise Http404 from error
    here = f"/dashboard/{shop_id}/balances"
    context = {
        "balances": selectors.balance_lines(request.shop),
        "entries": page.items,
        "next_href": f"{here}?cursor={page.next_cursor}" if page.next_cursor else "",
    }
    return draw(request, "dashboard/balances.html", context)


def _part_word(name: str) -> str:
    return {"spread_bps": _("Spread"), "lock_premium_bps": _("Price lock"), "fee_bps": _("Fee")}[
        name
    ]


def _part_text(name: str, due: Mapping[str, Any]) -> str:
    """Basis points as a percentage, exactly: 50 → 0.50 %, 5.03 → 0.0503 %."""
    percent = Decimal(str((due.get("parts") or {}).get(name, 0))).scaleb(-2)
    whole, _, fraction = f"{percent:f}".partition(".")
    return f"{whole}.{fraction.rstrip('0').ljust(2, '0')}\N{NO-BREAK SPACE}%"
