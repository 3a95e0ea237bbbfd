"""The shopper asks to pay by card, or to buy the token with one."""

from uuid import UUID

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from gateway.cards.carrying import card_page
from gateway.cards.onramp import onramp_page
from gateway.checkout.card_choice import card_choice
from gateway.checkout.places import served_here
from gateway.checkout.posting import guarded
from gateway.checkout.views import page_with_choices
from gateway.events.errors import TillwayError

log = structlog.get_logger(__name__)


@require_POST
@served_here
@guarded
def pay_by_card(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """Have the provider open a page for this invoice, and go back to ours, which links to it."""
    context = page_with_choices(request, invoice_id)
    now = timezone.now()
    try:
        card_page(invoice_id=invoice_id, back=f"{settings.PUBLIC_URL}/i/{invoice_id}", now=now)
    except TillwayError as error:
        log.warning("card_page_refused", invoice=str(invoice_id), code=error.code)
        context["card"] = card_choice(context["invoice"], now=now, problem=True)
        if context["card"] is not None:
            return render(request, "checkout/page.html", context, status=error.status)
    return HttpResponseRedirect(f"/i/{invoice_id}#card")


@require_POST
@served_here
@guarded
def buy_with_card(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """Have the provider open a page that sells the token to this invoice's address."""
    context, now = page_with_choices(request, invoice_id), timezone.now()
    asset = request.POST.get("asset", "")[:80]
    if asset not in {due["asset"] for due in context["invoice"]["due"]}:
        return HttpResponseRedirect(f"/i/{invoice_id}")
    try:
        onramp_page(invoice_id=invoice_id, asset=asset, now=now)
    except TillwayError as error:
        log.warning("onramp_refused", invoice=str(invoice_id), code=error.code)
        context["card"] = card_choice(context["invoice"], now=now, asset=asset, problem=True)
        if context["card"] is not None:
            return render(request, "checkout/page.html", context, status=error.status)
    return HttpResponseRedirect(f"/i/{invoice_id}?asset={asset}#card")
