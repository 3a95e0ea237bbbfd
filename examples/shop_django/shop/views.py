"""Look, choose, pay, come back; and what the gateway tells in between."""

import secrets
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from shop import gateway
from shop.catalogue import PRODUCTS, euros
from shop.models import Message, Order

WORDS = {
    "new": "Not paid yet",
    "waiting": "Waiting for your payment",
    "partial": "A part has arrived",
    "processing": "Payment seen, being confirmed",
    "paid": "Paid",
    "expired": "The time to pay is over",
    "cancelled": "Cancelled",
    "invalid": "The payment did not come through",
}


@require_GET
def shelf(request: HttpRequest) -> HttpResponse:
    return render(request, "shop/shelf.html", {"products": PRODUCTS.values(), **_basket(request)})


@require_POST
def put(request: HttpRequest, slug: str) -> HttpResponse:
    """One more into the basket, or (``less``) one out of it."""
    basket = request.session.get("basket", {})
    if slug in PRODUCTS:
        basket[slug] = basket.get(slug, 0) + (-1 if "less" in request.POST else 1)
    request.session["basket"] = {slug: n for slug, n in basket.items() if 0 < n < 100}
    return redirect("shelf")


@require_POST
def check_out(request: HttpRequest) -> HttpResponse:
    """Make an order of the basket, and send the customer to pay it."""
    basket = _basket(request)
    if not basket["cents"]:
        return redirect("shelf")
    order = Order.objects.create(
        number=secrets.token_hex(4).upper(),
        lines=request.session["basket"],
        cents=basket["cents"],
    )
    del request.session["basket"]
    return pay(request, order.number)


@require_POST
def pay(request: HttpRequest, number: str) -> HttpResponse:
    """To the gateway's page: the invoice that this order has, or a new one once that ended."""
    order = get_object_or_404(Order, number=number)
    if order.checkout_url and not order.must_ask_anew:
        return redirect(order.checkout_url)
    try:
        invoice = gateway.ask_for_money(
            number=number,
            attempt=order.attempt + 1,
            amount=order.total,
            return_url=f"{settings.URL}/orders/{number}",
        )
    except gateway.GatewayRefused as refused:
        context = {"order": order, "word": WORDS[order.status], "problem": refused}
        return render(request, "shop/order.html", context, status=502)
    Order.objects.filter(number=number, attempt=order.attempt).update(
        attempt=order.attempt + 1,
        invoice_id=invoice["id"],
        checkout_url=invoice["checkout_url"],
        status=invoice["status"],
        sequence=0,  # each invoice's messages are counted from 1
    )
    return redirect(invoice["checkout_url"])


@require_GET
def order(request: HttpRequest, number: str) -> HttpResponse:
    """Where the customer comes back to. It says what the gateway's messages said, never the
    address bar."""
    found = get_object_or_404(Order, number=number)
    return render(request, "shop/order.html", {"order": found, "word": WORDS[found.status]})


@csrf_exempt
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """Believe a message once, if the gateway signed it."""
    try:
        secret = settings.WEBHOOK_SECRET_FILE.read_text().strip()
        message = gateway.verified(request.body, request.headers, secret)
        about = message["type"].partition(".")[0]
        if about in ("invoice", "refund"):
            message = gateway.whole(message)
    except (FileNotFoundError, gateway.BadSignature):
        return HttpResponse(status=400)
    except gateway.GatewayRefused:
        return HttpResponse(status=503)  # it is sent again
    with transaction.atomic():  # noted and acted upon together, or neither
        _, is_new = Message.objects.get_or_create(
            webhook_id=request.headers["webhook-id"], defaults={"type": message["type"]}
        )
        if is_new and about == "refund":
            _note_refund(message)
        elif is_new and about == "invoice":
            _note_payment(message)
    return HttpResponse(status=204)


def _note_payment(message: dict[str, Any]) -> None:
    told = message["data"]
    order = Order.objects.filter(number=told["order_id"]).first()
    if order is None:
        return  # another program's sale
    is_latest = order.invoice_id in ("", told["id"])
    if is_latest and message["sequence"] <= order.sequence:
        return  # older than what is known
    if not is_latest and (told["release_goods"] != "yes" or order.handed_over_at):
        return  # of an invoice before: it matters only if that is paid after all
    order.invoice_id = told["id"]
    order.sequence, order.status = message["sequence"], told["status"]
    order.exceptions = told["exceptions"]
    if told["release_goods"] == "yes" and order.handed_over_at is None:
        order.handed_over_at = timezone.now()  # here a parcel would be packed, once
    order.save()


def _note_refund(message: dict[str, Any]) -> None:
    told, sequence = message["data"], message["sequence"]
    order = Order.objects.filter(invoice_id=told["invoice_id"]).first()
    if order is None or order.refunds.get(told["id"], {}).get("sequence", 0) >= sequence:
        return
    kept = ("status", "amount", "asset", "worth", "currency")
    order.refunds[told["id"]] = {name: told.get(name) for name in kept} | {"sequence": sequence}
    order.save(update_fields=["refunds"])


def _basket(request: HttpRequest) -> dict[str, Any]:
    basket = request.session.get("basket", {})
    cents = sum(PRODUCTS[slug].cents * n for slug, n in basket.items())
    lines = [{"product": PRODUCTS[slug], "count": n} for slug, n in basket.items()]
    return {"lines": lines, "cents": cents, "total": euros(cents)}
