"""Exchanges: what lies there, whether they are traded on, stopping one and letting it go on."""

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from gateway.checkout.wording import asset_symbol
from gateway.events.errors import TillwayError
from gateway.events.selectors import events_after
from gateway.ledger.accounts import exchange as exchange_account
from gateway.ledger.selectors import balances_of
from gateway.market.exchanges.configured import ExchangeSettings, exchange_settings
from gateway.market.exchanges.numbers import text_of
from gateway.market.hedges.exchange_models import ORDER_OPEN, ExchangeOrder, ExchangeStanding
from gateway.market.hedges.models import InventoryMove
from gateway.market.hedges.standing import BY_HAND, exchange_resume, exchange_stop_by_hand
from gateway.market.hedging.moving import MoveState
from merchants.accounts.guards import MemberRequest, may, require_action
from merchants.dashboard.desk import figures
from merchants.dashboard.desk.frame import draw, wants_part
from merchants.dashboard.desk.wording import (
    exchange_order_sign,
    refusal_words,
    side_word,
    stop_word,
    told_word,
)
from merchants.dashboard.selectors import assets_by_code, time_text
from merchants.dashboard.wording import Sign

HERE: Final = "/desk/exchanges"
SHOWN: Final = 10
OPEN_MOVES: Final = [state.value for state in MoveState if not state.over]


@require_GET
@require_action("desk.view", shop=None)
def exchanges(request: MemberRequest) -> HttpResponse:
    """Every exchange of the settings: its state, what lies there, what is under way."""
    standings = ExchangeStanding.objects.in_bulk()
    context = {
        "exchanges": [
            _row(entry, standings.get(entry.name), now_ms=_now_ms())
            for entry in exchange_settings()
        ]
    }
    if wants_part(request):
        return render(request, "dashboard/desk/exchanges_part.html", context)
    return draw(request, "dashboard/desk/exchanges.html", context, live=True)


@require_http_methods(["GET", "HEAD", "POST"])
@require_action("desk.view", shop=None)
def exchange(request: MemberRequest, name: str) -> HttpResponse:
    """One exchange; whoever may pull the switch stops it or lets it go on, with a reason."""
    entry = next((each for each in exchange_settings() if each.name == name), None)
    if entry is None:
        raise Http404
    problem, reason = "", request.POST.get("reason", "").strip()
    if request.method == "POST":
        if not may(request, "desk.control"):
            raise Http404
        try:
            said = _act(request, name, reason)
        except TillwayError as error:
            problem = refusal_words(error)
        else:
            messages.success(request, said)
            return HttpResponseRedirect(f"{HERE}/{name}")
    row = _row(entry, ExchangeStanding.objects.filter(exchange=name).first(), now_ms=_now_ms())
    context = {
        "exchange": row,
        "assets": _lies_there(name),
        "limits": {
            "order": figures.dollars(entry.max_order_usd_cents),
            "day": figures.dollars(entry.max_daily_usd_cents),
            "share": figures.percent(entry.max_capital_share_ppm),
        },
        "history": _history(name),
        "orders": _open_orders(name),
        "problem": problem,
        "reason": reason,
        "may_act": may(request, "desk.control"),
    }
    return draw(request, "dashboard/desk/exchange.html", context, status=422 if problem else 200)


def _act(request: MemberRequest, name: str, reason: str) -> str:
    by, now = request.user.email, timezone.now()
    if request.POST.get("act") == "resume":
        if exchange_resume(exchange=name, by=by, because=reason, now=now):
            return _("It may be traded on again.")
        return _("It was not stopped.")
    if exchange_stop_by_hand(exchange=name, by=by, because=reason, now=now):
        return _("Nothing more is traded there.")
    return _("It was stopped already.")


def _row(
    entry: ExchangeSettings, standing: ExchangeStanding | None, *, now_ms: int
) -> dict[str, Any]:
    stopped = standing is not None and standing.stopped_at is not None
    sign = _sign(stopped=stopped, trades=entry.trade)
    orders = ExchangeOrder.objects.filter(exchange=entry.name, status__in=ORDER_OPEN)
    moves = InventoryMove.objects.filter(exchange=entry.name, state__in=OPEN_MOVES)
    row: dict[str, Any] = {
        "name": entry.name,
        "kind": entry.exchange or entry.kind,
        "simulated": entry.simulated,
        "tone": sign.tone,
        "icon": sign.icon,
        "word": sign.word,
        "stopped": stopped,
        "orders": orders.count(),
        "moves": moves.count(),
        "holds": ", ".join(held["units"] for held in _lies_there(entry.name)),
        "checked": "",
    }
    if standing is not None:
        row["why"] = stop_word(standing.reason) if stopped else ""
        row["detail"] = standing.detail if stopped else ""
        row["since"] = time_text(standing.stopped_at)
        if standing.checked_at is not None:
            age_ms = now_ms - int(standing.checked_at.timestamp() * 1000)
            row["checked"] = figures.ago(age_ms)
    return row


def _lies_there(name: str) -> list[dict[str, str]]:
    """By the books, each with its account."""
    account = exchange_account(name)
    held = {code: units for code, units in balances_of(account=account).items() if units}
    tokens = assets_by_code(sorted(held))
    return [
        {
            "code": code,
            "symbol": asset_symbol(code),
            "account": str(account),
            "units": figures.amount(units, code=code, decimals=tokens[code].decimals),
        }
        for code, units in sorted(held.items())
        if code in tokens
    ]


def _open_orders(name: str) -> list[dict[str, Any]]:
    """The oldest orders that are not over. One query."""
    rows = ExchangeOrder.objects.filter(exchange=name, status__in=ORDER_OPEN).order_by("id")
    sign = exchange_order_sign("asked")
    return [
        {
            "id": row.id,
            "tone": sign.tone,
            "icon": sign.icon,
            "word": sign.word,
            "side": side_word("sell" if row.sells else "buy"),
            "size": text_of(row.size),
            "base": asset_symbol(row.base),
            "told": told_word(row.told),
            "at": time_text(row.created_at),
        }
        for row in rows[:SHOWN]
    ]


def _history(name: str) -> list[dict[str, Any]]:
    return [
        {
            "stopped": event.type == "exchange.stopped",
            "why": stop_word(event.body.get("reason", ""))
            if event.type == "exchange.stopped"
            else event.body.get("because", ""),
            "detail": event.body.get("detail", "") if event.type == "exchange.stopped" else "",
            "by": event.body.get("by", ""),
            "at": time_text(event.occurred_at),
            "by_hand": event.body.get("reason") == BY_HAND,
        }
        for event in reversed(events_after(subject=f"exchange:{name}"))
        if event.type in {"exchange.stopped", "exchange.resumed"}
    ][:SHOWN]


def _sign(*, stopped: bool, trades: bool) -> Sign:
    if stopped:
        return Sign("problem", "hand", _("Stopped"))
    if trades:
        return Sign("paid", "check-circle", _("Traded on"))
    return Sign("quiet", "payout", _("Moves only"))


def _now_ms() -> int:
    return int(timezone.now().timestamp() * 1000)
