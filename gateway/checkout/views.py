"""The shopper's pages."""

from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_POST

from gateway.checkout import languages, selectors
from gateway.checkout.card_choice import card_choice
from gateway.checkout.framing import frame_of, let_frame
from gateway.checkout.pages import page_context, public_status
from gateway.checkout.places import served_here
from gateway.checkout.posting import guarded
from gateway.checkout.renewing import renewal_check
from gateway.events.errors import TillwayError
from gateway.invoices.qr import MAX_MODULE_PX, MODULE_PX, qr_png
from gateway.invoices.services import invoice_requote
from gateway.sponsoring.selectors import sponsored_assets

MAY_COME = (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS)
"""Refusals after which the very same may be asked again in a moment."""

language = require_GET(languages.choose_language)


@gzip_page
@never_cache
@require_GET
@served_here
def page(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """The whole page; it works as it is, without scripts, and in a frame of the shop's own site."""
    return _drawn(request, page_with_choices(request, invoice_id))


@gzip_page
@never_cache
@require_GET
@served_here
def panel(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """The part of the page that changes, for the script to swap in."""
    return render(request, "checkout/panel.html", page_with_choices(request, invoice_id))


@never_cache
@require_GET
def status(request: HttpRequest, invoice_id: UUID) -> JsonResponse:
    """What the live stream tells, for pages that can't stream."""
    return JsonResponse(public_status(_invoice(invoice_id)))


@require_GET
@served_here
def qr_image(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """The code as a PNG: of the page, or with ``?kind=erc681&asset=`` of a wallet's request."""
    context = page_with_choices(request, invoice_id, qr_kind=request.GET.get("kind", ""))
    text = context.get("qr_text") or context["invoice"]["checkout_url"]
    asked = request.GET.get("px", "")
    pixels = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else MODULE_PX
    png = qr_png(text, module_px=min(max(pixels, 1), MAX_MODULE_PX))
    response = HttpResponse(png, content_type="image/png")
    # An invoice's rest changes with what arrives, so a wallet's request must not be kept; nor what
    # stands in its place before who pays was said.
    kept = context.get("qr_kind") == "url" and not context["invoice"]["payer_needed"]
    response["Cache-Control"] = "public, max-age=3600" if kept else "no-store"
    return response


@require_POST
@served_here
@guarded
def renew(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """Draw new quotes for an invoice whose price has run out, and go back to its page.

    Not a moment earlier: a shopper who may choose among prices would wait for the best.
    """
    context = page_with_choices(request, invoice_id)
    back = f"/i/{invoice_id}" + (f"?{context['frame'].query}" if context["frame"] else "")
    if context["screen"].action != "renew":
        return HttpResponseRedirect(back)
    now, made_by = timezone.now(), context["invoice"]["created_by"]
    try:
        renewal_check(created_by=made_by, invoice_id=invoice_id, now=now)
        invoice_requote(invoice_id=invoice_id, now=now)
    except TillwayError as error:
        may_come = error.status in MAY_COME
        context |= {"problem": True, "can_renew": context["can_renew"] and may_come}
        return _drawn(request, context, status=error.status)
    return HttpResponseRedirect(back)


def _drawn(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    response = render(request, "checkout/page.html", context, status=status)
    return let_frame(response, context["frame"])


def _invoice(invoice_id: UUID) -> dict[str, Any]:
    invoice = selectors.invoice_for_page(invoice_id)
    if invoice is None:
        raise Http404
    return invoice


def page_with_choices(
    request: HttpRequest, invoice_id: UUID, *, qr_kind: str = ""
) -> dict[str, Any]:
    """The context of the whole page, with every way to pay that there is."""
    invoice = _invoice(invoice_id)
    context = page_context(
        invoice,
        now=timezone.now(),
        asset=request.GET.get("asset", ""),
        qr_kind=qr_kind or request.GET.get("qr", ""),
        shop_qr_kind=invoice["qr_kind"],
        can_renew=timezone.now() < datetime.fromisoformat(invoice["monitoring_end"]),
    )
    context["sponsored"] = context["screen"].asks_for_money and (
        context["chosen"] is not None
        and context["chosen"]["asset"] in sponsored_assets(mode=invoice["mode"])
    )
    context["card"] = None
    if context["screen"].leads_to_its_page:
        may_buy = context["screen"].asks_for_money and context["chosen"]
        chosen = context["chosen"]["asset"] if may_buy else ""
        context["card"] = card_choice(invoice, now=timezone.now(), asset=chosen)
    context["frame"] = frame_of(request, invoice)
    context["live_url"] = f"{settings.LIVE_URL}/live/i/{invoice_id}"
    context["languages"] = settings.LANGUAGES
    return context
