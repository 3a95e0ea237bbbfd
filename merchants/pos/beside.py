"""What a cashier is told beside the sale: a phone that took it by the sticker, money for a sale
that isn't on screen, what the cash register asks for. And the page of the customer display."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gateway.events.errors import TillwayError
from gateway.invoices.errors import InvoiceNotFound
from gateway.invoices.presenters import invoice_as_dict
from gateway.invoices.selectors import invoice_get
from gateway.money.assets import FIAT
from merchants.counter.arrivals import arrival_answer
from merchants.counter.displays import CODE_LASTS, display_code_make
from merchants.counter.errors import ArrivalUnknown
from merchants.counter.models import Arrival
from merchants.counter.scanning import scan_let_go
from merchants.counter.selectors import beside_till, displays_of
from merchants.counter.showing import nothing_shown, sale_shown, ticket_shown
from merchants.pos.amounts import units_text
from merchants.tills.codes import code_shown
from merchants.tills.guards import TillRequest, is_part, require_till


def sale_opened(request: TillRequest, sale: dict[str, Any]) -> None:
    """A paired tablet shows this sale. Nothing for others, nor for a script that draws a part anew:
    it says itself what is on screen (``showing``). Nor for a kept draft that is sent by itself
    while another sale may be on screen."""
    if request.POST.get("typed_on"):
        return
    if request.till is not None and (request.method == "POST" or not is_part(request)):
        sale_shown(
            shop_id=request.shop.id,
            till_id=request.till.till_id,
            invoice_id=UUID(sale["id"]),
            status=sale["status"],
            now=timezone.now(),
        )


def ticket_opened(request: TillRequest, *, ticket_id: UUID, tip_part: int | None = None) -> None:
    """A paired tablet shows this ticket, or asks the customer for a tip. Nothing for others."""
    if request.till is not None:
        ticket_shown(
            shop_id=request.shop.id,
            till_id=request.till.till_id,
            ticket_id=ticket_id,
            tip_part=tip_part,
            now=timezone.now(),
        )


def left_to_keypad(request: TillRequest) -> None:
    """A paired tablet shows no sale and no ticket. Nothing for others."""
    if request.till is not None:
        nothing_shown(shop_id=request.shop.id, till_id=request.till.till_id, now=timezone.now())


@never_cache
@require_GET
@require_till("invoice.create")
def strip(request: TillRequest, shop_id: UUID) -> HttpResponse:
    """What there is to tell. A browser without scripts finds it on the display's page."""
    if not is_part(request):
        return HttpResponseRedirect(f"/pos/{shop_id}/display")
    return render(request, "pos/beside.html", {"beside": beside_shown(request)})


@require_POST
@require_till("invoice.create")
def showing(request: TillRequest, shop_id: UUID) -> HttpResponse:
    """The page's script says which sale is on screen, or none."""
    named = request.POST.get("invoice", "")
    if not named:
        left_to_keypad(request)
        return HttpResponse(status=204)
    try:
        sale = invoice_as_dict(invoice_get(shop_id=shop_id, invoice_id=UUID(named)), heads={})
    except (ValueError, InvoiceNotFound):
        return HttpResponse(status=404)
    sale_opened(request, sale)
    return HttpResponse(status=204)


@require_POST
@require_till("invoice.create")
def let_go(request: TillRequest, shop_id: UUID, invoice_id: UUID) -> HttpResponse:
    """The phone that has this sale is another customer's."""
    scan_let_go(shop_id=shop_id, invoice_id=invoice_id, now=timezone.now())
    return _after(request)


@require_POST
@require_till("invoice.create")
def arrival(request: TillRequest, shop_id: UUID, invoice_id: UUID) -> HttpResponse:
    """Whether a sale that was paid out of sight was handed over. Said twice is said once."""
    if request.till is not None:
        with suppress(ArrivalUnknown):  # somebody said so before
            arrival_answer(
                shop_id=shop_id,
                till_id=request.till.till_id,
                invoice_id=invoice_id,
                handed_over=request.POST.get("handed_over") == "yes",
                by=request.user.id,
                now=timezone.now(),
            )
    return _after(request)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_till("invoice.create")
def display(request: TillRequest, shop_id: UUID) -> HttpResponse:
    """The till's customer display: a second window, or a code for a screen of its own."""
    context: dict[str, Any] = {"shop": request.shop, "paired": request.till}
    if request.till is None:
        return render(request, "pos/display_setup.html", context)
    problem, status = "", 200
    if request.method == "POST":
        try:
            letters = display_code_make(at=request.till, by=request.user.id, now=timezone.now())
        except TillwayError as refused:
            problem, status = _("This till has as many displays as it may have."), refused.status
        else:
            address = f"{settings.PUBLIC_URL}/pos/display/pair"
            context |= {
                "code": code_shown(letters),
                "link": f"{address}#{letters}",
                "address": address,
                "minutes": CODE_LASTS.seconds // 60,
            }
    context |= {
        "problem": problem,
        "number": len(displays_of(shop_id=shop_id, till_id=request.till.till_id)),
        "beside": beside_shown(request),
    }
    return render(request, "pos/display_setup.html", context, status=status)


def beside_shown(request: TillRequest) -> dict[str, Any]:
    """What there is to tell at this till, in words. Two queries, four while it shows a sale; none
    without a tablet."""
    if request.till is None:
        return {}
    found = beside_till(shop_id=request.shop.id, till_id=request.till.till_id, now=timezone.now())
    by_register = found.sale if found.shown.by == "ecr" else None
    return {
        "home": f"/pos/{request.shop.id}",
        "tip_part": found.shown.tip_part,
        "sale_id": found.sale.id if found.sale else None,
        "phone_at": found.phone_at,
        "is_shut": found.wrong > 1,
        "by_register": _text(int(by_register.amount_units), by_register.currency)
        if by_register
        else "",
        "arrivals": [_arrival(one) for one in found.arrivals],
    }


def _arrival(row: Arrival) -> dict[str, Any]:
    return {
        "invoice_id": row.invoice_id,
        "text": _text(int(row.units), row.currency),
        "code_word": row.code_word,
        "came_at": row.came_at,
    }


def _text(units: int, currency: str) -> str:
    return units_text(units, FIAT[currency])


def _after(request: TillRequest) -> HttpResponse:
    if is_part(request):
        return render(request, "pos/beside.html", {"beside": beside_shown(request)})
    return HttpResponseRedirect(f"/pos/{request.shop.id}/display")
