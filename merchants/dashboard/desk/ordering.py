"""Our own book: the desk's orders and schedules, and placing, changing and cancelling them."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gateway.events.errors import BadCursor, TillwayError
from gateway.events.ids import uuid7
from gateway.market.book.events import Side, TimeInForce
from gateway.market.errors import MarketUnavailable
from gateway.market.hedges.configuration import hedging_settings
from gateway.market.orders import selectors
from gateway.market.orders.by_hand import order_amend_by_hand, order_by_hand, twap_by_hand
from gateway.market.orders.errors import OrderUnknown
from gateway.market.orders.markets import market_of
from gateway.market.orders.models import BookMarket, Order
from gateway.market.orders.services import order_cancel, orders_cancel_all, position_close
from gateway.market.orders.terms import DESK
from gateway.market.orders.twaps import twap_cancel
from gateway.market.snapshots import MarketSnapshot
from gateway.money.amounts import parse_positive_amount
from gateway.money.errors import MoneyError
from merchants.accounts.guards import MemberRequest, may, require_action
from merchants.dashboard.desk import figures
from merchants.dashboard.desk.frame import draw, held_snapshot, wants_part
from merchants.dashboard.desk.order_rows import (
    book_position_row,
    market_row,
    order_row,
    trade_row,
    twap_row,
)
from merchants.dashboard.desk.wording import refusal_words, side_word, time_in_force_word
from merchants.dashboard.lists import listed

HERE: Final = "/desk/orders"
LEVELS: Final = 5
TIMES: Final = {each.value: each for each in TimeInForce}
KINDS: Final = ("order", "twap")
FIELDS: Final = (
    *("market", "side", "kind", "amount", "price", "time", "shown"),
    *("minutes", "parts", "draft"),
)
MOST_MINUTES: Final = 24 * 60


@require_GET
@require_action("desk.view", shop=None)
def orders(request: MemberRequest) -> HttpResponse:
    """The markets, what rests in them, and the desk's orders."""
    return _page(request)


def _page(
    request: MemberRequest,
    *,
    typed: dict[str, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    over = request.GET.get("status") == "all"
    asked = listed(request.GET, HERE, query={"status": "all" if over else ""})
    try:
        page = selectors.orders(
            owner=DESK,
            status=None if over else "open",
            sorting=asked.order,
            cursor=asked.cursor,
        )
    except BadCursor as error:
        raise Http404 from error
    markets = selectors.markets()
    context: dict[str, Any] = {
        "markets": [
            market_row(market, depth=selectors.depth(market_id=market.id, levels=LEVELS))
            for market in markets
            if market.status != "closed"
        ],
        "orders": [order_row(order) for order in page.items],
        "over": over,
        "twaps": [twap_row(twap) for twap in selectors.twaps(owner=DESK)],
        "positions": [book_position_row(each) for each in selectors.positions(owner=DESK)],
        **asked.pages(page),
    }
    if wants_part(request):
        return render(request, "dashboard/desk/orders_part.html", context)
    context |= {
        "draft": str(uuid7()),
        "typed": typed or {},
        "problem": problem,
        "times": [{"name": name, "word": time_in_force_word(name)} for name in TIMES],
        "limit": figures.dollars(hedging_settings().most_by_hand_usd_cents),
    }
    return draw(request, "dashboard/desk/orders.html", context, status=status, live=True)


@require_POST
@require_action("desk.trade", shop=None)
def place(request: MemberRequest) -> HttpResponse:
    """Place an order or start a schedule: first what it is, then, confirmed, the command."""
    typed = {name: request.POST.get(name, "").strip() for name in FIELDS}
    if typed["kind"] not in KINDS or typed["side"] not in ("buy", "sell") or not typed["draft"]:
        raise Http404
    try:
        market = market_of(typed["market"])
        asked = _asked(market, typed)
        if request.POST.get("confirmed") != "yes":
            return draw(
                request, "dashboard/desk/order_confirm.html", _summary(market, typed, asked)
            )
        _carry_out(market, typed, asked, by=request.user.email)
    except (TillwayError, MoneyError) as error:
        return _page(request, typed=typed, problem=refusal_words(error), status=error.status)
    messages.success(request, _("It is in the book."))
    return HttpResponseRedirect(f"{HERE}?status=all")


@require_http_methods(["GET", "HEAD", "POST"])
@require_action("desk.view", shop=None)
def order(request: MemberRequest, order_id: UUID) -> HttpResponse:
    """One order with its fills; with a POST it is changed."""
    found = _found(order_id)
    problem = ""
    if request.method == "POST":
        if not may(request, "desk.trade"):
            raise Http404
        try:
            _amend(found, request)
            messages.success(request, _("The order was changed."))
            return HttpResponseRedirect(f"{HERE}/{order_id}")
        except (TillwayError, MoneyError) as error:
            problem = refusal_words(error)
    fills = selectors.trades_of_order(order_id=order_id).items
    context = {
        "order": order_row(found),
        "fills": [trade_row(trade, found) for trade in fills],
        "draft": str(uuid7()),
        "problem": problem,
        "may_trade": may(request, "desk.trade") and found.status == "open",
        "can_trade": found.status == "open",
    }
    if wants_part(request):
        return render(request, "dashboard/desk/order_part.html", context)
    status = 422 if problem else 200
    return draw(request, "dashboard/desk/order.html", context, status=status, live=True)


@require_POST
@require_action("desk.trade", shop=None)
def cancel(request: MemberRequest, order_id: UUID) -> HttpResponse:
    """Take an order out of the book."""
    _found(order_id)
    try:
        order_cancel(
            owner=DESK,
            order_id=order_id,
            client_id=f"page:{request.POST.get('draft', '') or uuid7()}"[:100],
            by=request.user.email,
            now=timezone.now(),
        )
        messages.success(request, _("The order was cancelled."))
    except TillwayError as error:
        messages.error(request, refusal_words(error))
    return HttpResponseRedirect(f"{HERE}/{order_id}")


@require_POST
@require_action("desk.trade", shop=None)
def cancel_twap(request: MemberRequest, twap_id: UUID) -> HttpResponse:
    """Send nothing more of a schedule."""
    try:
        twap_cancel(owner=DESK, twap_id=twap_id, now=timezone.now())
        messages.success(request, _("Nothing more of it is sent."))
    except OrderUnknown as error:
        raise Http404 from error
    return HttpResponseRedirect(HERE)


@require_http_methods(["GET", "HEAD", "POST"])
@require_action("desk.trade", shop=None)
def cancel_all(request: MemberRequest) -> HttpResponse:
    """Cancel every order and schedule of the desk: asked first."""
    if request.method == "POST":
        count = orders_cancel_all(
            owner=DESK, client_id=_client_id(request), by=request.user.email, now=timezone.now()
        )
        messages.success(request, _("%(n)s orders were cancelled.") % {"n": count})
        return HttpResponseRedirect(HERE)
    rows = [order_row(each) for each in selectors.orders(owner=DESK, status="open").items]
    context = {"orders": rows, "draft": str(uuid7())}
    return draw(request, "dashboard/desk/cancel_all.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require_action("desk.trade", shop=None)
def close(request: MemberRequest, market: str) -> HttpResponse:
    """Trade the desk's position away in a market, its orders cancelled first: asked first."""
    try:
        row = market_of(market)
    except TillwayError as error:
        raise Http404 from error
    problem = ""
    if request.method == "POST":
        try:
            side = Side(request.POST.get("side", ""))
        except ValueError as error:
            raise Http404 from error
        try:
            done = position_close(
                owner=DESK,
                market=market,
                side=side,
                client_id=_client_id(request),
                by=request.user.email,
                snapshot=_snapshot(),
                now=timezone.now(),
            )
        except TillwayError as error:
            problem = refusal_words(error)
        else:
            said = {
                "closed": _base(done.closed_units, row),
                "left": _base(done.left_units, row),
            }
            messages.success(request, _("%(closed)s closed, %(left)s left.") % said)
            return HttpResponseRedirect(HERE)
    context = {"market": market, "problem": problem, "draft": str(uuid7())}
    status = 422 if problem else 200
    return draw(request, "dashboard/desk/close_book.html", context, status=status)


# --- what was typed ------------------------------------------------------------------------------


def _asked(market: BookMarket, typed: dict[str, str]) -> dict[str, Any]:
    """The form's numbers as the verbs take them.

    Raises:
        TillwayError, MoneyError: one of them is none.
    """
    terms = market.terms
    asked: dict[str, Any] = {
        "side": Side(typed["side"]),
        "units": parse_positive_amount(typed["amount"], terms.base).units,
        "price": terms.ticks_of(typed["price"]),
    }
    terms.lots_of(asked["units"])
    if typed["kind"] == "twap":
        asked["minutes"] = _whole(typed["minutes"], most=MOST_MINUTES)
        asked["parts"] = _whole(typed["parts"], most=1_000)
        return asked
    if typed["time"] not in TIMES:
        raise Http404
    asked["time_in_force"] = TIMES[typed["time"]]
    shown = typed["shown"]
    asked["shown_units"] = parse_positive_amount(shown, terms.base).units if shown else None
    return asked


def _whole(text: str, *, most: int) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    if not 0 < number <= most:
        raise TillwayError(
            _("Type whole numbers: up to %(most)s.") % {"most": most}, code="not_a_whole_number"
        )
    return number


def _carry_out(
    market: BookMarket, typed: dict[str, str], asked: dict[str, Any], *, by: str
) -> None:
    now, snapshot = timezone.now(), _snapshot()
    client_id = f"page:{typed['draft']}"[:100]
    if typed["kind"] == "twap":
        twap_by_hand(
            market=market.name,
            side=asked["side"],
            units=asked["units"],
            worst_price=asked["price"],
            end=now + timedelta(minutes=asked["minutes"]),
            parts=asked["parts"],
            client_id=client_id,
            by=by,
            snapshot=snapshot,
            now=now,
        )
        return
    order_by_hand(
        market=market.name,
        side=asked["side"],
        units=asked["units"],
        price=asked["price"],
        time_in_force=asked["time_in_force"],
        shown_units=asked["shown_units"],
        client_id=client_id,
        by=by,
        snapshot=snapshot,
        now=now,
    )


def _summary(market: BookMarket, typed: dict[str, str], asked: dict[str, Any]) -> dict[str, Any]:
    terms = market.terms
    units, price = asked["units"], asked["price"]
    quote = terms.quote_units(terms.lots_of(units) * price)
    return {
        "fields": [{"name": name, "value": value} for name, value in typed.items()],
        "market": market.name,
        "side": side_word(typed["side"]),
        "units": _base(units, market),
        "price": f"{figures.grouped(terms.price_text(price))}{figures.NBSP}{terms.quote.symbol}",
        "worth": figures.amount(quote, code=market.quote, decimals=market.quote_decimals),
        "is_twap": typed["kind"] == "twap",
        "minutes": asked.get("minutes"),
        "parts": asked.get("parts"),
        "time": time_in_force_word(typed["time"]) if typed["kind"] == "order" else "",
        "shown": _base(asked["shown_units"], market) if asked.get("shown_units") else "",
    }


def _amend(found: Order, request: MemberRequest) -> None:
    terms = found.market.terms
    amount, price = (request.POST.get(name, "").strip() for name in ("amount", "price"))
    units = parse_positive_amount(amount, terms.base).units if amount else None
    ticks = terms.ticks_of(price) if price else None
    order_amend_by_hand(
        order=found,
        units=None if units == terms.base_units(found.lots) else units,
        price=None if ticks == found.price else ticks,
        client_id=_client_id(request),
        by=request.user.email,
        snapshot=_snapshot(),
        now=timezone.now(),
    )


def _client_id(request: MemberRequest) -> str:
    return f"page:{request.POST.get('draft', '')}"[:100]


def _snapshot() -> MarketSnapshot:
    snapshot = held_snapshot()
    if snapshot is None:
        raise MarketUnavailable
    return snapshot


def _base(units: int, market: BookMarket) -> str:
    return figures.amount(units, code=market.base, decimals=market.base_decimals)


def _found(order_id: UUID) -> Order:
    try:
        return selectors.order(owner=DESK, order_id=order_id)
    except OrderUnknown as error:
        raise Http404 from error
