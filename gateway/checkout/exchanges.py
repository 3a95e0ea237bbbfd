"""The page on which a shopper says that they pay from an exchange: what that costs more, and then
the longer lock."""

from datetime import datetime
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from gateway.checkout.costs import percent_words
from gateway.checkout.pages import page_context
from gateway.checkout.places import served_here
from gateway.checkout.posting import guarded
from gateway.checkout.renewing import renewal_check
from gateway.events.errors import TillwayError
from gateway.invoices.errors import (
    ExchangeLockOff,
    InvoiceCovered,
    InvoiceNotFound,
    InvoiceNotOpen,
)
from gateway.invoices.exchange_locks import (
    ExchangeOffer,
    exchange_lock_open,
    exchange_offer,
    invoice_lock_for_exchange,
)
from gateway.invoices.models import Invoice
from gateway.invoices.presenters import invoice_as_dict
from gateway.invoices.selectors import invoice_public
from gateway.money.amounts import Amount, format_amount
from gateway.money.rates import BPS

MOST_DIGITS: Final = 78
ALLOWED_BPS: Final = 20
"""The market moves while one reads: so much more than was shown is taken without another look."""


@gzip_page
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@served_here
@guarded
def page(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """GET: what the longer lock asks for. POST: take it, unless the market moved away from that."""
    try:
        invoice = invoice_public(invoice_id)
    except InvoiceNotFound:
        raise Http404 from None
    now = timezone.now()
    if not exchange_lock_open(invoice, now=now):
        return HttpResponseRedirect(f"/i/{invoice_id}")
    asset = (request.POST if request.method == "POST" else request.GET).get("asset", "")
    if request.method == "POST":
        try:
            renewal_check(created_by=invoice.created_by, invoice_id=invoice_id, now=now)
            invoice_lock_for_exchange(
                invoice_id=invoice_id,
                asset=asset,
                at_most_units=_units(request.POST.get("units", "")),
                now=now,
            )
        except (ExchangeLockOff, InvoiceCovered, InvoiceNotOpen):
            return HttpResponseRedirect(f"/i/{invoice_id}")  # something came in between
        except TillwayError as refused:
            return _draw(request, invoice, asset=asset, now=now, refused=refused)
        return HttpResponseRedirect(f"/i/{invoice_id}?asset={asset}")
    return _draw(request, invoice, asset=asset, now=now)


def _units(typed: str) -> int:
    """What is taken at most; what is no number is nothing."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= MOST_DIGITS else 0


def _draw(
    request: HttpRequest,
    invoice: Invoice,
    *,
    asset: str,
    now: datetime,
    refused: TillwayError | None = None,
) -> HttpResponse:
    context = page_context(invoice_as_dict(invoice), now=now, asset=asset)
    chosen = context["chosen"]
    if chosen is None or context["invoice"]["payer_needed"]:
        return HttpResponseRedirect(f"/i/{invoice.id}")
    try:
        offer = exchange_offer(invoice=invoice, asset=chosen["asset"], now=now)
    except TillwayError as none:
        refused = refused or none
        context |= {"problem": _problem(refused)}
    else:
        context |= {"offer": _offer_words(offer, now=now)}
        if refused is not None:
            context |= {"problem": _problem(refused)}
    context |= {"languages": settings.LANGUAGES}
    status = refused.status if refused is not None else 200
    return render(request, "checkout/exchange.html", context, status=status)


def _offer_words(offer: ExchangeOffer, *, now: datetime) -> dict[str, Any]:
    longer = offer.longer
    more = Amount(offer.more_units, longer.token_asset)
    return {
        "amount": format_amount(longer.due, trim=True),
        "at_most": str(longer.units * (BPS + ALLOWED_BPS) // BPS),
        "allowed": percent_words(Fraction(ALLOWED_BPS, BPS)),
        "minutes": round((longer.lock_end - now).total_seconds() / 60),
        "until": f"{longer.lock_end:%H:%M}",
        "more": format_amount(more, trim=True) if offer.more_units else "",
        "more_share": percent_words(Fraction(offer.more_units, offer.held.units)),
    }


def _problem(refused: TillwayError) -> str:
    """A refusal as a shopper reads it."""
    if refused.code == "exchange_lock_dearer":
        return _("The market has moved, so the longer price is another one now. Please look again.")
    if refused.code in {"lock_cap_reached", "payment_link_busy"}:
        return _("The shop has as many open prices as it can have. Try again in a moment.")
    return _(
        "This token’s price can’t be held so long just now. Choose another one, or pay from a "
        "wallet of your own."
    )
