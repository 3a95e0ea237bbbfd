"""The till: keypad, sale, last sales. Each page works whole; the script asks for parts of it."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from gateway.cards.at_reader import reader_again, reader_cancel, reader_start
from gateway.cards.carrying import card_page
from gateway.checkout.card_choice import card_choice
from gateway.checkout.hand_over import hand_over
from gateway.checkout.holders import NOBODY
from gateway.checkout.pages import page_context, public_status
from gateway.checkout.selectors import sales_version
from gateway.checkout.tickets import shop_ticket
from gateway.compliance.behaviour.noticing import till_used
from gateway.events.errors import TillwayError
from gateway.events.ids import uuid7
from gateway.invoices.errors import InvoiceNotFound, NoQuote
from gateway.invoices.presenters import invoice_as_dict
from gateway.invoices.selectors import invoice_get
from gateway.invoices.services import invoice_issue
from gateway.money.amounts import parse_positive_amount
from gateway.money.assets import FIAT
from gateway.money.errors import MoneyError
from gateway.shops.selectors import ShopView
from merchants.accounts.guards import may
from merchants.accounts.models import User
from merchants.accounts.selectors import can, shops_of
from merchants.pos.beside import left_to_keypad, sale_opened
from merchants.pos.card_refunds import card_refund_at_till, card_refunds_shown
from merchants.pos.drafts import draft_check
from merchants.pos.keypad import keypad
from merchants.pos.managers import managers_of
from merchants.pos.pin_words import pin_problems
from merchants.pos.readers import at_reader_of
from merchants.pos.refunds import refund_offers, refund_problem
from merchants.pos.selectors import last_sales
from merchants.pos.voiding import sale_void_at_till, void_asks_for
from merchants.tills import cookies
from merchants.tills.acting import maker_of
from merchants.tills.errors import TillRevoked
from merchants.tills.guards import TillRequest, is_part, require_till, wiped
from merchants.tills.selectors import Stander, till_entered

VOIDABLE = frozenset({"waiting", "partial"})


def _is_voidable(invoice: dict[str, Any]) -> bool:
    """Until it is covered; and while what covers it is held, so that another way can pay."""
    is_held = "held" in invoice["exceptions"] and invoice["release_goods"] == "no"
    return invoice["status"] in VOIDABLE or (invoice["status"] == "processing" and is_held)


@never_cache
@require_GET
def shops(request: HttpRequest) -> HttpResponse:
    """A paired tablet's till; on another, whoever is signed in chooses a shop."""
    try:
        paired = till_entered(cookies.token_in(request), now=timezone.now())
    except TillRevoked as refused:
        return wiped(request, refused)
    return HttpResponseRedirect(f"/pos/{paired.shop.id}/") if paired else _choose(request)


@login_required
def _choose(request: HttpRequest) -> HttpResponse:
    """Choose a shop; with one only, its till opens at once."""
    user = cast(User, request.user)
    mine = [shop for shop, _role in shops_of(user) if can(user, "invoice.create", shop.id)]
    if len(mine) == 1:
        return HttpResponseRedirect(f"/pos/{mine[0].id}/")
    return render(request, "pos/shops.html", {"shops": mine})


@never_cache
@require_GET
@require_till("invoice.create")
def till(request: TillRequest, shop_id: UUID) -> HttpResponse:
    """The keypad and the last sales; ``again`` names a sale whose amount is typed already."""
    left_to_keypad(request)
    return _till(request, request.shop, typed=_amount_of(request))


def _amount_of(request: TillRequest) -> str:
    """What the named sale asked for, in the currency that is sold in now; "" for no such sale. One
    query, or none."""
    try:
        invoice = invoice_get(
            shop_id=request.shop.id, invoice_id=UUID(request.GET.get("again", ""))
        )
    except (ValueError, InvoiceNotFound):
        return ""
    if invoice.currency != request.shop.pricing_currency:
        return ""
    return str(invoice_as_dict(invoice)["amount"])


@never_cache
@require_GET
@require_till("invoice.create")
def recent(request: TillRequest, shop_id: UUID) -> HttpResponse:
    """The last sales alone."""
    return render(request, "pos/recent.html", {"recent": last_sales(shop_id=shop_id)})


@never_cache
@require_GET
@require_till("invoice.create")
def ticket(request: TillRequest, shop_id: UUID) -> JsonResponse:
    """Leave to follow the shop's stream, and the list's version for tills that can't."""
    holder = request.till.holder if request.till else NOBODY
    leave = shop_ticket(shop_id, holder=holder)
    return JsonResponse({"ticket": leave, "version": sales_version(shop_id)})


@require_POST
@require_till("invoice.create")
def charge(request: TillRequest, shop_id: UUID) -> HttpResponse:
    """Ask for an amount. A draft sent twice is one invoice: the second answer shows the first. One
    that a tablet kept without a connection says who typed it, and on which tablet."""
    shop = request.shop
    typed = request.POST.get("amount", "").strip()
    order = request.POST.get("order", "").strip()[:64]
    draft = request.POST.get("draft", "")[:64] or str(uuid7())
    try:
        draft_check(request)
        amount = parse_positive_amount(typed, FIAT[shop.pricing_currency])
        invoice = invoice_issue(
            shop=shop,
            amount=amount,
            now=timezone.now(),
            order_id=order,
            external_key=f"till:{draft}",
            created_by=maker_of(request),
        )
    except (TillwayError, MoneyError) as error:
        words = problem_words(error)
        if is_part(request):
            response = HttpResponse(words, status=error.status, content_type="text/plain")
            response["X-Problem"] = error.code
            return response
        problem = {"problem": words, "typed": typed, "order": order, "draft": draft}
        return _till(request, shop, status=error.status, **problem)
    till_used(shop=shop, who=f"user:{request.user.id}", act="sale", now=timezone.now())
    if is_part(request):
        return _sale(request, shop, invoice_as_dict(invoice))
    return HttpResponseRedirect(f"/pos/{shop_id}/sales/{invoice.id}")


@never_cache
@require_GET
@require_till("invoice.create")
def sale(request: TillRequest, shop_id: UUID, invoice_id: UUID) -> HttpResponse:
    """One sale: its code, its money, and whether to hand over."""
    return _sale(request, request.shop, _found(shop_id, invoice_id))


@sensitive_post_parameters("pin")
@require_POST
@require_till("invoice.void")
def void(request: TillRequest, shop_id: UUID, invoice_id: UUID) -> HttpResponse:
    """Call a sale off before it is covered."""
    problem = ""
    try:
        sale_void_at_till(request, invoice_id=invoice_id)
        till_used(shop=request.shop, who=f"user:{request.user.id}", act="void", now=timezone.now())
    except (TillwayError, MoneyError) as error:
        problem = problem_words(error)
    if not is_part(request) and not problem:
        return HttpResponseRedirect(f"/pos/{shop_id}/sales/{invoice_id}")
    invoice = _found(shop_id, invoice_id)
    return _sale(request, request.shop, invoice, problem=problem)


@require_POST
@require_till("invoice.create")
def card(request: TillRequest, shop_id: UUID, invoice_id: UUID) -> HttpResponse:
    """Have the provider open a page where the customer types a card in, on this tablet."""
    invoice = _found(shop_id, invoice_id)
    back, problem = f"/pos/{shop_id}/sales/{invoice_id}", ""
    try:
        card_page(invoice_id=invoice_id, back=f"{settings.PUBLIC_URL}{back}", now=timezone.now())
    except TillwayError as error:
        problem = problem_words(error)
    if not is_part(request) and not problem:
        return HttpResponseRedirect(back)
    return _sale(request, request.shop, invoice, problem=problem)


@require_POST
@require_till("invoice.create")
def reader(request: TillRequest, shop_id: UUID, invoice_id: UUID) -> HttpResponse:
    """Have a card reader ask for the card, or ask anew; a task talks to it."""
    wanted: dict[str, Any] = {"shop_id": shop_id, "invoice_id": invoice_id, "now": timezone.now()}
    asks = reader_again if "again" in request.POST else reader_start
    return _done(
        request, invoice_id, lambda _sale: asks(**wanted, reader_id=_uuid(request, "reader"))
    )


@require_POST
@require_till("invoice.create")
def reader_stop(request: TillRequest, shop_id: UUID, invoice_id: UUID) -> HttpResponse:
    """Have the reader ask no more: the sale is open again for tokens, or another card."""
    now = timezone.now()
    return _done(
        request,
        invoice_id,
        lambda _sale: reader_cancel(shop_id=shop_id, invoice_id=invoice_id, now=now),
    )


@sensitive_post_parameters("pin")
@require_POST
@require_till("refund.request")
def card_refund(request: TillRequest, shop_id: UUID, invoice_id: UUID) -> HttpResponse:
    """Give a card payment, or a part of it, back to its card."""
    return _done(
        request,
        invoice_id,
        lambda sale: card_refund_at_till(request, invoice_id=invoice_id, currency=sale["currency"]),
    )


def _done(
    request: TillRequest, invoice_id: UUID, verb: Callable[[dict[str, Any]], object]
) -> HttpResponse:
    """The sale after ``verb`` was done to it, or with the reason why it was not."""
    shop_id, problem = request.shop.id, ""
    try:
        verb(_found(shop_id, invoice_id))
    except (TillwayError, MoneyError) as error:
        problem = refund_problem(error) if "refund" in error.code else problem_words(error)
    if not is_part(request) and not problem:
        return HttpResponseRedirect(f"/pos/{shop_id}/sales/{invoice_id}")
    return _sale(request, request.shop, _found(shop_id, invoice_id), problem=problem)


def _uuid(request: TillRequest, name: str) -> UUID:
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError as error:
        raise Http404 from error


def problem_words(error: TillwayError | MoneyError) -> str:
    """A refusal in the reader's language where we have it, else in its own words."""
    known = {
        "amount_not_a_number": _("That is not an amount."),
        "amount_not_positive": _("Type an amount first."),
        "amount_too_precise": _("That has too many decimal places."),
        "amount_too_large": _("That amount is too large."),
        "no_quote": _("No token can be quoted for this amount now. Try again shortly."),
        "market_unavailable": _("There is no fresh price now. Try again shortly."),
        "lock_cap_reached": _(
            "Too many open sales at locked prices. Void some, or wait until they are paid."
        ),
        "screening_unavailable": _("Payments can't be checked now, so none are asked for."),
        "shop_has_no_payout_address": _("This shop has no payout address yet. Tell the owner."),
        "shop_not_active": _("This shop can't take payments now. Tell the owner."),
        "invoice_covered": _("This sale is already paid for. Refund it instead."),
        "invoice_not_open": _("This sale is not open any more."),
        "ramp_down": _("There is no card page just now. Try again in a moment."),
        "cards_not_taken": _("This shop takes no cards."),
        "card_amount_too_small": _("This amount is too small for a card."),
        "invoice_takes_no_card": _("A card can't pay this sale any more."),
        "reader_place_missing": _("The first reader needs the address where it stands."),
        "reader_code_wrong": _("Type a name and the code that the device shows."),
        "reader_label_taken": _("Another reader of this shop has that name."),
        "reader_busy_now": _("This reader is asking for a card right now."),
        "reader_not_ready": _("This reader isn't connected. Choose another one."),
        "card_page_open": _("The customer's card page is being closed. Try again in a moment."),
        "card_being_charged": _("A card is being charged for this sale already."),
        "draft_of_another": _("Somebody else typed this sale. Send it under your own name."),
        "draft_elsewhere": _("This sale was kept by another till. Drop it and type it anew."),
        **pin_problems(error),
    }
    if isinstance(error, NoQuote) and set(error.reasons.values()) == {"amount_below_minimum"}:
        return _("That amount is too small to be paid on any network.")
    return known.get(error.code) or " ".join(filter(None, (error.message, error.hint)))


def _found(shop_id: UUID, invoice_id: UUID) -> dict[str, Any]:
    try:
        return invoice_as_dict(invoice_get(shop_id=shop_id, invoice_id=invoice_id))
    except InvoiceNotFound as error:
        raise Http404 from error


def _sale(
    request: TillRequest, shop: ShopView, invoice: dict[str, Any], *, problem: str = ""
) -> HttpResponse:
    sale_opened(request, invoice)
    context = page_context(invoice, now=timezone.now(), shop_qr_kind=shop.terms.qr_kind)
    screen = context["screen"]
    if not screen.leads_to_its_page:
        context["qr_text"] = ""
    context |= {
        "sale": invoice,
        "answer": hand_over(invoice),
        "can_void": _is_voidable(invoice),
        "refund": _refund_offers(request, invoice),
        "card": card_choice(invoice, now=timezone.now()),
        "at_reader": at_reader_of(invoice),
        "card_refund": card_refunds_shown(invoice, may_ask=may(request, "refund.request")),
        "version": public_status(invoice)["version"],
        "problem": problem,
        "managers": _managers(request, invoice),
        "void_managers": _void_managers(request, invoice),
    }
    if is_part(request):
        return render(request, "pos/sale.html", context)
    return _till(request, shop, **context)


def _managers(request: TillRequest, invoice: dict[str, Any]) -> list[Stander]:
    """Whose PIN lets a refund of this sale go at once. Two queries, where one may be asked for."""
    if not invoice["received"] and invoice["tender"] != "card":
        return []
    return managers_of(request, but_self=True)


def _void_managers(request: TillRequest, invoice: dict[str, Any]) -> list[Stander]:
    """Whose PIN a void of this sale needs. At a paired till three queries while it may be voided,
    one where it needs nobody's."""
    if request.till is None or not _is_voidable(invoice):
        return []
    return managers_of(request) if void_asks_for(request, invoice) else []


def _refund_offers(request: TillRequest, invoice: dict[str, Any]) -> dict[str, Any]:
    """What a refund of this sale starts from, once something arrived."""
    if not invoice["received"] or not may(request, "refund.request"):
        return {}
    return refund_offers(
        invoice_get(shop_id=UUID(invoice["shop_id"]), invoice_id=UUID(invoice["id"]))
    )


def _till(request: TillRequest, shop: ShopView, *, status: int = 200, **more: Any) -> HttpResponse:
    context = keypad(shop, paired=request.till) | {
        "draft": str(uuid7()),
        "recent": last_sales(shop_id=shop.id),
        "live_base": settings.LIVE_URL,
        "dashboard": may(request, "dashboard.view"),
        **more,
    }
    return render(request, "pos/till.html", context, status=status)
