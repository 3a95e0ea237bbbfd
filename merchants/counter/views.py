"""The page behind a till's sticker: which words does the till show? Then on to the checkout. It
needs no script."""

import secrets
from http import HTTPStatus
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from gateway.checkout.pages import digest
from gateway.checkout.screens import PAYABLE
from gateway.invoices.code_words import code_word
from gateway.invoices.models import Invoice
from merchants.counter import cookies
from merchants.counter.braking import asking_check, tap_was_right, tapping_check
from merchants.counter.errors import StickerBusy, StickerUnknown
from merchants.counter.scanning import scan_seen, scan_take
from merchants.counter.scans import browser_hash, state_of, words_offered
from merchants.counter.screens import sticker_screen
from merchants.counter.selectors import StickerView, sale_shown_at, scans_of, sticker_open
from merchants.tills.hashing import hash_of

REFRESH_SECONDS: Final = 6
"""How often a page without scripts looks again."""
CHOOSING: Final = frozenset({"choose", "taken"})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """GET: what the till waits for. POST: the words that were tapped, and on to the checkout."""
    address = request.META["REMOTE_ADDR"]
    try:
        asking_check(address, slug=slug[:40])
        sticker = sticker_open(slug, now=timezone.now())
        if slug != sticker.slug:
            return HttpResponseRedirect(f"/t/{sticker.slug}")
        if request.method == "POST" and not sticker.is_old:
            tapping_check(address, sticker_id=sticker.id)
            return _tapped(request, sticker)
    except StickerUnknown as unknown:
        raise Http404 from unknown
    except StickerBusy as busy:
        return _busy(request, slug, busy)
    return _looked(request, sticker)


@never_cache
@require_GET
def status(request: HttpRequest, slug: str) -> HttpResponse:
    """What the page's script asks every few seconds: nothing of any sale, but whether the page
    would have to be drawn again."""
    try:
        asking_check(request.META["REMOTE_ADDR"], slug=slug[:40])
        sticker = sticker_open(slug, now=timezone.now())
    except StickerUnknown as unknown:
        raise Http404 from unknown
    except StickerBusy as busy:
        refused = JsonResponse({"code": busy.code}, status=busy.status)
        refused["Retry-After"] = str(busy.retry_after_seconds)
        return refused
    state, sale = _state(request, sticker)
    return JsonResponse({"version": _version(state, sale)})


def _looked(request: HttpRequest, sticker: StickerView) -> HttpResponse:
    state, sale = _state(request, sticker)
    if state == "yours" and sale is not None:
        scan_seen(invoice_id=sale.id, now=timezone.now())
        return _remembered(request, HttpResponseRedirect(f"/i/{sale.id}"))
    return _page(request, sticker, state, sale)


def _tapped(request: HttpRequest, sticker: StickerView) -> HttpResponse:
    """Words for the sale that the form was drawn for. If the till has gone on they count for
    nothing, least of all as wrong ones for the next customer's."""
    here, address = HttpResponseRedirect(f"/t/{sticker.slug}"), request.META["REMOTE_ADDR"]
    sale = sale_shown_at(shop_id=sticker.shop.id, shown=sticker.shown)
    if sale is None or request.POST.get("sale", "") != _which(sale):
        tap_was_right(address)
        return here
    word = cookies.phone_word(request) or secrets.token_urlsafe(16)
    outcome = scan_take(
        shop_id=sticker.shop.id,
        till_id=sticker.till_id,
        invoice_id=sale.id,
        browser=browser_hash(till=sticker.till_id.bytes, word=word),
        words=request.POST.get("words", "")[:60],
        now=timezone.now(),
    )
    if outcome != "wrong":
        tap_was_right(address)
    match outcome:
        case "taken":
            return _remembered(request, HttpResponseRedirect(f"/i/{sale.id}"), word=word)
        case "gone":
            return here
    return _page(request, sticker, outcome, sale, word=word, status=HTTPStatus.CONFLICT)


def _state(request: HttpRequest, sticker: StickerView) -> tuple[str, Invoice | None]:
    """How the page is for this phone, and the sale that the till shows. One query while it shows
    one, two while that waits for money."""
    if sticker.is_old:
        return "old", None
    word = cookies.phone_word(request)
    sale = sale_shown_at(shop_id=sticker.shop.id, shown=sticker.shown)
    state = state_of(
        scans_of(sale),
        waits=sale is not None and sale.status in PAYABLE,
        browser=browser_hash(till=sticker.till_id.bytes, word=word) if word else b"",
        now=timezone.now(),
    )
    return state, sale


def _version(state: str, sale: Invoice | None) -> str:
    """Changes whenever the page would be drawn differently, and tells nothing of the sale."""
    return digest([state, _which(sale) if sale and state != "waiting" else ""])


def _which(sale: Invoice) -> str:
    """A name of a sale that tells nothing of it."""
    return hash_of(str(sale.id), purpose="sticker sale").hex()[:16]


def _page(
    request: HttpRequest,
    sticker: StickerView,
    state: str,
    sale: Invoice | None,
    *,
    word: str = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    screen = sticker_screen(state)
    offered: tuple[str, ...] = ()
    if state in CHOOSING and sale is not None:
        secret = hash_of(str(sale.id), purpose="sticker words")
        offered = words_offered(code_word(bytes(sale.address)), secret=secret)
    context = {
        "shop": sticker.shop,
        "till_name": sticker.till_name,
        "screen": screen,
        "words": offered,
        "which": _which(sale) if sale and offered else "",
        "page_path": f"/t/{sticker.slug}",
        # A refusal is looked at until the till goes on, though the next look would say less.
        "version": _version("shut" if state == "wrong" else state, sale),
        "refresh_seconds": REFRESH_SECONDS if screen.follows else 0,
        "languages": settings.LANGUAGES,
    }
    response = render(request, "counter/sticker.html", context, status=status)
    return _remembered(request, response, word=word)


def _busy(request: HttpRequest, slug: str, busy: StickerBusy) -> HttpResponse:
    """Before we even look for the sticker, or for the words."""
    context = {
        "screen": sticker_screen("busy"),
        "page_path": f"/t/{slug[:40]}",
        "refresh_seconds": max(REFRESH_SECONDS, busy.retry_after_seconds),
        "languages": settings.LANGUAGES,
    }
    response = render(request, "counter/sticker.html", context, status=busy.status)
    response["Retry-After"] = str(busy.retry_after_seconds)
    response["X-Robots-Tag"] = "noindex"
    return response


def _remembered(request: HttpRequest, response: HttpResponse, *, word: str = "") -> HttpResponse:
    """Have the phone keep its word, a new one if it has none."""
    kept = cookies.phone_word(request)
    if not kept or (word and word != kept):
        cookies.keep_phone(response, word or secrets.token_urlsafe(16))
    response["X-Robots-Tag"] = "noindex"
    return response
