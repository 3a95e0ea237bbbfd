"""The customer's side: a second window of the tablet, or a screen that was paired with its till. It
shows what the till shows the customer, and asks at most for a tip."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gateway.checkout.pages import digest, page_context
from gateway.events.errors import TillwayError
from gateway.events.ids import uuid7
from gateway.invoices.presenters import invoice_as_dict
from gateway.money.assets import FIAT
from gateway.money.errors import MoneyError
from merchants.counter import cookies
from merchants.counter.displays import display_pair
from merchants.counter.errors import DisplayUnpaired, TipNotAsked
from merchants.counter.selectors import (
    CustomerScreen,
    display_entered,
    sale_shown_at,
    shown_at,
)
from merchants.counter.showing import ticket_shown
from merchants.pos.amounts import units_text
from merchants.pos.pin_words import pin_problem
from merchants.pos.ticket_words import ticket_problem
from merchants.pos.tickets import line_shown
from merchants.pos.tips import tip_chosen, tip_presets
from merchants.tickets import services
from merchants.tickets.errors import TicketNotFound
from merchants.tickets.models import Ticket
from merchants.tickets.selectors import parts_of, ticket_as_dict, ticket_get
from merchants.tickets.services import Tap
from merchants.tills import cookies as till_cookies
from merchants.tills.errors import PairingThrottled, TillRevoked
from merchants.tills.guards import is_part
from merchants.tills.selectors import till_entered
from merchants.tills.throttling import code_try_begin, code_try_succeeded

PAIR: Final = "/pos/display/pair"
MAX_KEY: Final = 64
SHOWN_TICKETS: Final = frozenset({"open", "paying", "paid"})
IDLE: Final[dict[str, Any]] = {"kind": "idle"}
DisplayView = Callable[[HttpRequest, CustomerScreen], HttpResponse]


def require_display(view: DisplayView) -> Callable[[HttpRequest], HttpResponse]:
    """Let a paired display through, and a second window of a till's own tablet, locked or not. One
    query for a display, two for a tablet. Any other screen is asked to pair."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        try:
            screen = _entered(request)
        except (DisplayUnpaired, TillRevoked) as refused:
            if not is_part(request):
                return HttpResponseRedirect(PAIR)
            answer = HttpResponse(refused.message, status=403, content_type="text/plain")
            answer["X-Problem"] = refused.code
            return answer
        with timezone.override(ZoneInfo(screen.shop.time_zone)):
            return view(request, screen)

    return guarded


@never_cache
@require_GET
@require_display
def page(request: HttpRequest, screen: CustomerScreen) -> HttpResponse:
    """The whole page; without scripts it looks again every few seconds."""
    return render(request, "pos/display.html", _context(screen))


@never_cache
@require_GET
@require_display
def part(request: HttpRequest, screen: CustomerScreen) -> HttpResponse:
    """What it shows now; nothing (204) while that is the version it has."""
    context = _context(screen)
    if request.GET.get("version") == context["version"]:
        return HttpResponse(status=204)
    return render(request, "pos/display_part.html", context)


@never_cache
@require_POST
@require_display
def tip(request: HttpRequest, screen: CustomerScreen) -> HttpResponse:
    """The tip that the customer chose, for the part that the till asks about. It asks once."""
    problem = ""
    try:
        _leave_tip(request, screen)
        screen = _again(screen)
    except (TillwayError, MoneyError) as error:
        problem = ticket_problem(error)
    if is_part(request):
        context = {**_context(screen), "problem": problem}
        return render(request, "pos/display_part.html", context)
    if problem:
        return render(request, "pos/display.html", {**_context(screen), "problem": problem})
    return HttpResponseRedirect("/pos/display")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pair(request: HttpRequest) -> HttpResponse:
    """Type the code that the till shows, or have it filled in by its QR code."""
    if request.method != "POST":
        return render(request, "pos/display_pair.html")
    address = request.META["REMOTE_ADDR"]
    try:
        code_try_begin(address)
        _display, token = display_pair(typed=request.POST.get("code", ""), now=timezone.now())
    except TillwayError as refused:
        context = {"problem": _problem(refused), "typed": request.POST.get("code", "")[:20]}
        response = render(request, "pos/display_pair.html", context, status=refused.status)
        if isinstance(refused, PairingThrottled):
            response["Retry-After"] = str(refused.retry_after_seconds)
        return response
    code_try_succeeded(address)
    response = HttpResponseRedirect("/pos/display")
    cookies.keep_display(response, token)
    return response


# --- parts ---------------------------------------------------------------------------------------


def _entered(request: HttpRequest) -> CustomerScreen:
    """Whose screen asks: a display's own cookie goes before a tablet's.

    Raises:
        DisplayUnpaired, TillRevoked
    """
    now = timezone.now()
    token = cookies.display_token(request)
    if token:
        return display_entered(token, now=now)
    till = till_entered(till_cookies.token_in(request), now=now)
    if till is None:
        raise DisplayUnpaired
    return CustomerScreen(
        till_id=till.till_id,
        till_name=till.name,
        shop=till.shop,
        shown=shown_at(shop_id=till.shop.id, till_id=till.till_id, now=now),
    )


def _again(screen: CustomerScreen) -> CustomerScreen:
    """The same screen as its till is now."""
    shown = shown_at(shop_id=screen.shop.id, till_id=screen.till_id, now=timezone.now())
    return CustomerScreen(screen.till_id, screen.till_name, screen.shop, shown)


def _context(screen: CustomerScreen) -> dict[str, Any]:
    shows = _sale(screen) or _ticket(screen) or IDLE
    context = {
        **shows,
        "shop": screen.shop,
        "till_name": screen.till_name,
        "live_base": settings.LIVE_URL,
    }
    facts = {name: shows[name] for name in ("kind", "facts") if name in shows}
    context["version"] = digest([screen.shop.name, facts])
    return context


def _sale(screen: CustomerScreen) -> dict[str, Any] | None:
    """The sale that the till has open: amount and code words, and the code while it asks."""
    found = sale_shown_at(shop_id=screen.shop.id, shown=screen.shown)
    if found is None:
        return None
    sale = invoice_as_dict(found)
    context = page_context(sale, now=timezone.now(), shop_qr_kind=screen.shop.terms.qr_kind)
    state = context["screen"]
    if not state.leads_to_its_page:
        context["qr_text"] = ""
    facts = [sale["id"], context["version"], state.key, context.get("qr_text", "")]
    return {**context, "kind": "sale", "sale": sale, "facts": facts}


def _ticket(screen: CustomerScreen) -> dict[str, Any] | None:
    """The ticket that the till has open: its lines and its total, or the question of a tip."""
    if screen.shown.ticket_id is None:
        return None
    try:
        found = ticket_get(shop_id=screen.shop.id, ticket_id=screen.shown.ticket_id)
    except TicketNotFound:
        return None
    if found.state not in SHOWN_TICKETS:
        return None
    asked = _tip(screen, found)
    if asked is not None:
        return asked
    shown = ticket_as_dict(found)
    context = {
        "lines": [line_shown(line) for line in shown["lines"]],
        "total": shown["due"],
        "tip": shown["tip"] if found.tip_units else "",
        "off": shown["ticket_discount"] if shown["ticket_discount"].strip("0.") else "",
        "currency": found.currency,
        "is_paid": found.state == "paid",
        "paid": shown["paid"] if found.paid_units else "",
    }
    return {**context, "kind": "ticket", "facts": [str(found.id), context]}


def _tip(screen: CustomerScreen, ticket: Ticket) -> dict[str, Any] | None:
    number = screen.shown.tip_part
    if number is None or ticket.state != "paying":
        return None
    part = next((one for one in parts_of(ticket) if one.number == number), None)
    if part is None:
        return None
    return {
        "kind": "tip",
        "part": number,
        "key": str(uuid7()),
        "due_text": units_text(part.goods_units, FIAT[ticket.currency]),
        "presets": tip_presets(part.goods_units, ticket.currency),
        "currency": ticket.currency,
        "facts": [str(ticket.id), number, part.goods_units],
    }


def _leave_tip(request: HttpRequest, screen: CustomerScreen) -> None:
    shown, now = screen.shown, timezone.now()
    if shown.ticket_id is None or str(shown.tip_part) != request.POST.get("part", ""):
        raise TipNotAsked
    assert shown.tip_part is not None
    ticket = ticket_get(shop_id=screen.shop.id, ticket_id=shown.ticket_id)
    units = tip_chosen(request.POST, ticket=ticket, part=shown.tip_part)
    key = request.POST.get("key", "").strip()[:MAX_KEY] or str(uuid7())
    services.ticket_tip(
        shop_id=screen.shop.id,
        ticket_id=ticket.id,
        part=shown.tip_part,
        tip_units=units,
        tap=Tap(by=f"till:{screen.till_id}:display", key=f"display:{key}", now=now),
    )
    ticket_shown(shop_id=screen.shop.id, till_id=screen.till_id, ticket_id=ticket.id, now=now)


def _problem(refused: TillwayError) -> str:
    if refused.code == "display_code_wrong":
        return _(
            "This code pairs no display. It is good once, for ten minutes: have the till show a new"
            " one."
        )
    return pin_problem(refused)
