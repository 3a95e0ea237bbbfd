"""The page behind a payment link: what it is for, how much, one button. It needs no script."""

import secrets
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gateway.checkout.places import elsewhere, shopper_place
from gateway.checkout.wording import FIAT_SIGNS, money_text
from gateway.compliance.knowing.errors import JurisdictionNotServed, LevelLimitPassed
from gateway.compliance.knowing.places import place_check
from gateway.events.errors import TillwayError
from gateway.invoices.errors import NoQuote, ShopHasNoPayoutAddress, WrongCurrency
from gateway.money.amounts import Amount, format_amount, parse_positive_amount
from gateway.money.assets import FIAT
from gateway.money.errors import MoneyError
from gateway.shops.errors import ShopNotActive
from gateway.shops.selectors import ShopView, shop_view
from merchants.links.braking import asking_check, drawing_check
from merchants.links.drawing import browser_hash, link_draw
from merchants.links.errors import (
    AmountNotOffered,
    PaymentLinkBusy,
    PaymentLinkNotOpen,
    PaymentLinkUnknown,
)
from merchants.links.life import quick_choices
from merchants.links.models import PaymentLink
from merchants.links.presenters import link_url
from merchants.links.screens import link_screen
from merchants.links.selectors import link_public, takes_payments
from merchants.pos.views import problem_words

BROWSER_COOKIE: Final = "payer"
BROWSER_SALT: Final = "merchants.links.browser"
BROWSER_SECONDS: Final = 86_400
AGAIN_SECONDS: Final = 30
"""After a refusal that passes by itself: no fresh price, no room for another lock."""
UNAVAILABLE: Final = (ShopNotActive, ShopHasNoPayoutAddress, WrongCurrency, LevelLimitPassed)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """GET: the page. POST: an invoice of the link, and on to its checkout."""
    try:
        asking_check(request.META["REMOTE_ADDR"])
        link = link_public(slug)
    except PaymentLinkUnknown as unknown:
        raise Http404 from unknown
    except PaymentLinkBusy as busy:
        return _busy_for_all(request, slug, busy)
    if slug != link.slug:
        return HttpResponseRedirect(f"/l/{link.slug}")
    if link.mode == "live":
        try:
            place_check(shopper_place(request))
        except JurisdictionNotServed as refused:
            return elsewhere(request, refused)
    shop = shop_view(shop_id=link.shop_id)
    if request.method == "POST":
        return _drawn(request, shop, link)
    return _page(request, shop, link, typed=request.GET.get("amount", ""))


def _drawn(request: HttpRequest, shop: ShopView, link: PaymentLink) -> HttpResponse:
    typed = request.POST.get("amount", "")
    if not takes_payments(shop, link):
        return _page(request, shop, link, status=HTTPStatus.CONFLICT)
    word = _browser_word(request) or secrets.token_urlsafe(16)
    try:
        drawing_check(request.META["REMOTE_ADDR"], link_id=link.id)
        invoice_id = link_draw(
            shop=shop,
            link_id=link.id,
            chosen=_chosen(link, typed),
            browser=browser_hash(link_id=link.id, word=word),
            now=timezone.now(),
        )
    except PaymentLinkNotOpen as refused:
        return _page(request, shop, link, state=refused.state, status=refused.status)
    except PaymentLinkBusy as busy:
        return _busy(request, shop, link, seconds=busy.retry_after_seconds, status=busy.status)
    except UNAVAILABLE:
        return _page(request, shop, link, state="unavailable", status=HTTPStatus.CONFLICT)
    except (AmountNotOffered, MoneyError) as refused:
        problem = _amount_problem(link, refused)
        return _page(request, shop, link, typed=typed, problem=problem, status=refused.status)
    except TillwayError as refused:
        if isinstance(refused, NoQuote) and _is_too_small(refused):
            problem = problem_words(refused)
            return _page(request, shop, link, typed=typed, problem=problem, status=refused.status)
        status = HTTPStatus.SERVICE_UNAVAILABLE
        return _busy(request, shop, link, seconds=AGAIN_SECONDS, status=status)
    return _remember(request, HttpResponseRedirect(f"/i/{invoice_id}"), word)


def _chosen(link: PaymentLink, typed: str) -> int | None:
    """Minor units that were typed, with a point or a comma; None of a fixed price.

    Raises:
        MoneyError: it is no amount.
    """
    if link.price.fixed is not None:
        return None
    plain = typed.strip()
    if "." not in plain and plain.count(",") == 1:
        plain = plain.replace(",", ".")
    return parse_positive_amount(plain, FIAT[link.currency]).units


def _amount_problem(link: PaymentLink, refused: TillwayError | MoneyError) -> str:
    if isinstance(refused, AmountNotOffered):
        return _("Choose an amount between %(least)s and %(most)s.") % _bounds(link)
    return problem_words(refused)


def _is_too_small(refused: NoQuote) -> bool:
    return set(refused.reasons.values()) == {"amount_below_minimum"}


def _page(
    request: HttpRequest,
    shop: ShopView,
    link: PaymentLink,
    *,
    state: str = "",
    typed: str = "",
    problem: str = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    state = state or link.state_at(timezone.now())
    if state == "open" and not takes_payments(shop, link):
        state = "unavailable"
    word = _browser_word(request) or secrets.token_urlsafe(16)
    context = {
        "shop": shop,
        "link": link,
        "screen": link_screen(state, link.kind),
        "url": link_url(link),
        "page_path": f"/l/{link.slug}",
        "amount_text": _text(link, link.amount_units),
        "bounds": _bounds(link),
        "choices": _choices(link, typed=typed),
        "sign": FIAT_SIGNS.get(link.currency, link.currency).strip(),
        "typed": typed[:30],
        "problem": problem,
        "languages": settings.LANGUAGES,
    }
    response = render(request, "links/page.html", context, status=status)
    return _remember(request, response, word)


def _busy(
    request: HttpRequest, shop: ShopView, link: PaymentLink, *, seconds: int, status: int
) -> HttpResponse:
    response = _page(request, shop, link, state="busy", status=status)
    response["Retry-After"] = str(seconds)
    return response


def _busy_for_all(request: HttpRequest, slug: str, busy: PaymentLinkBusy) -> HttpResponse:
    """Before we even look for the link."""
    context: dict[str, Any] = {
        "screen": link_screen("busy", "link"),
        "page_path": f"/l/{slug[:40]}",
        "languages": settings.LANGUAGES,
    }
    response = render(request, "links/page.html", context, status=busy.status)
    response["Retry-After"] = str(busy.retry_after_seconds)
    response["X-Robots-Tag"] = "noindex"
    return response


def _text(link: PaymentLink, units: int | None) -> str:
    if units is None:
        return ""
    return money_text(format_amount(Amount(units, FIAT[link.currency])), link.currency)


def _bounds(link: PaymentLink) -> dict[str, str]:
    return {"least": _text(link, link.minimum_units), "most": _text(link, link.maximum_units)}


def _choices(link: PaymentLink, *, typed: str) -> list[dict[str, Any]]:
    """Round amounts, each a link that fills the field in."""
    if link.minimum_units is None or link.maximum_units is None:
        return []
    found = quick_choices(minimum=link.minimum_units, maximum=link.maximum_units)
    plain = [format_amount(Amount(units, FIAT[link.currency])) for units in found]
    return [
        {"plain": one, "text": money_text(one, link.currency), "is_chosen": one == typed}
        for one in plain
    ]


def _browser_word(request: HttpRequest) -> str:
    """By which we know a browser again that drew an invoice; empty if it has none of ours."""
    word = request.get_signed_cookie(BROWSER_COOKIE, "", salt=BROWSER_SALT, max_age=BROWSER_SECONDS)
    return word or ""


def _remember(request: HttpRequest, response: HttpResponse, word: str) -> HttpResponse:
    if word != _browser_word(request):
        response.set_signed_cookie(
            BROWSER_COOKIE,
            word,
            salt=BROWSER_SALT,
            max_age=BROWSER_SECONDS,
            path="/l/",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    response["X-Robots-Tag"] = "noindex"
    return response
