"""The page that says what a payment costs and whether it is safe, with figures of now."""

from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET

from gateway.checkout import selectors
from gateway.checkout.costs import Costs, costs_of
from gateway.checkout.pages import page_context
from gateway.checkout.places import served_here
from gateway.checkout.wording import money_text, trimmed
from gateway.events.errors import TillwayError
from gateway.invoices.issuing import draw_quotes
from gateway.market.quotes import Quote
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT
from gateway.shops.selectors import ShopView, shop_view

EXAMPLES: Final = (5, 50, 500)
"""Whole units of a currency with two decimals; a hundred times that of one without."""


@gzip_page
@never_cache
@require_GET
@served_here
def page(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """The chosen token's costs, part by part; other amounts by the fees of now; what is safe."""
    invoice = selectors.invoice_for_page(invoice_id)
    if invoice is None:
        raise Http404
    now = timezone.now()
    context = page_context(invoice, now=now, asset=request.GET.get("asset", ""))
    chosen = context["chosen"]
    if chosen is None or invoice["payer_needed"]:
        return HttpResponseRedirect(f"/i/{invoice_id}")
    shop = shop_view(shop_id=UUID(invoice["shop_id"]))
    context |= {
        "costs": costs_of(chosen, amount=invoice["amount"], currency=invoice["currency"]),
        "examples": _examples(shop, asset=chosen["asset"], currency=invoice["currency"], now=now),
        "fee_version": shop.terms.fee_version,
        "host": urlsplit(settings.PUBLIC_URL).netloc,
        "languages": settings.LANGUAGES,
    }
    return render(request, "checkout/costs.html", context)


def _examples(shop: ShopView, *, asset: str, currency: str, now: datetime) -> list[dict[str, Any]]:
    """What other amounts would cost now, by the schedule in force; those that can't be quoted now
    say so. No query but for what is offered."""
    money = FIAT[currency]
    scale = 1 if money.decimals else 100
    rows = []
    for example in EXAMPLES:
        amount = Amount(example * scale * money.one, money)
        try:
            drawn = draw_quotes(
                shop=shop,
                amount=amount,
                lock_seconds=shop.terms.lock_seconds,
                shorten_lock=True,
                now=now,
                only=(asset,),
            )
        except TillwayError:
            quote = None
        else:
            (quote,) = drawn.quotes
        rows.append(_example(amount, quote))
    return rows


def _example(amount: Amount, quote: Quote | None) -> dict[str, Any]:
    plain, currency = format_amount(amount), amount.asset.code
    costs: Costs | None = None
    if quote is not None:
        due = {
            "quoted_units": quote.units,
            "decimals": quote.decimals,
            "parts": quote.parts.shown(),
        }
        costs = costs_of(due, amount=plain, currency=currency)
    return {
        "amount": money_text(plain, currency),
        "sent": trimmed(format_amount(quote.due)) if quote else "",
        "costs": costs,
    }
