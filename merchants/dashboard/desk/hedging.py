"""Hedges: what was and is done about positions, and a person's own word on them."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gateway.checkout.wording import asset_symbol
from gateway.events.errors import BadCursor, TillwayError
from gateway.events.ordering import sorted_page
from gateway.ledger.statements import entries_by_key
from gateway.market.errors import MarketUnavailable
from gateway.market.hedges.by_hand import (
    close_all,
    hedge_by_hand,
    hedge_call_off,
    is_under_way,
)
from gateway.market.hedges.configuration import hedging_settings
from gateway.market.hedges.hand_view import Position, positions, preview
from gateway.market.hedges.models import ACTIVE, Hedge
from gateway.market.snapshots import MarketSnapshot
from gateway.money.amounts import parse_positive_amount
from gateway.money.assets import Asset
from gateway.money.errors import MoneyError
from merchants.accounts.guards import MemberRequest, may, require_action
from merchants.dashboard.desk import figures
from merchants.dashboard.desk.frame import draw, held_snapshot, mode_of, wants_part
from merchants.dashboard.desk.hedge_rows import decimals_of, hedge_detail, hedge_row
from merchants.dashboard.desk.wording import hedge_reason, refusal_words, side_word
from merchants.dashboard.lists import listed

FILTERS: Final = {
    "": (),
    "active": ACTIVE,
    "done": ("done",),
    "failed": ("failed",),
    "abandoned": ("abandoned",),
}
HERE: Final = "/desk/hedges"


@require_GET
@require_action("desk.view", shop=None)
def hedges(request: MemberRequest) -> HttpResponse:
    """Every hedge, newest first; what may be converted by hand now."""
    wanted = request.GET.get("status", "")
    if wanted not in FILTERS:
        raise Http404
    snapshot = held_snapshot()
    mode = mode_of(request, snapshot)
    rows = Hedge.objects.filter(mode=mode)
    if FILTERS[wanted]:
        rows = rows.filter(status__in=FILTERS[wanted])
    asked = listed(request.GET, HERE, query={"mode": mode, "status": wanted})
    try:
        page = sorted_page(rows, order=asked.order, cursor=asked.cursor)
    except BadCursor as error:
        raise Http404 from error
    known = decimals_of(page.items) if page.items else {}
    context: dict[str, Any] = {
        "hedges": [hedge_row(hedge, known) for hedge in page.items],
        "filters": [
            {
                "href": f"{HERE}?mode={mode}&status={name}",
                "word": _filter_word(name),
                "current": name == wanted,
            }
            for name in FILTERS
        ],
        **asked.pages(page),
    }
    if wants_part(request):
        return render(request, "dashboard/desk/hedges_part.html", context)
    context["positions"] = _position_rows(snapshot, mode)
    context["limit"] = figures.dollars(hedging_settings().most_by_hand_usd_cents)
    return draw(request, "dashboard/desk/hedges.html", context, live=True)


@require_GET
@require_action("desk.view", shop=None)
def hedge(request: MemberRequest, hedge_id: UUID) -> HttpResponse:
    """One hedge: why, how far, each of its transactions with its entry."""
    found = _found(hedge_id)
    detail = hedge_detail(found)
    keys = [step["entry_key"] for step in detail["steps"] if step["entry_key"]]
    entries = {entry.key: entry.entry_id for entry in entries_by_key(keys=keys)} if keys else {}
    for step in detail["steps"]:
        step["entry_id"] = entries.get(step["entry_key"])
    context = {
        "hedge": detail,
        "may_call_off": found.status in ACTIVE and may(request, "desk.trade"),
        "can_call_off": found.status in ACTIVE and not is_under_way(found),
    }
    template = "dashboard/desk/hedge_part.html" if wants_part(request) else ""
    if template:
        return render(request, template, context)
    return draw(request, "dashboard/desk/hedge.html", context, live=True)


@require_POST
@require_action("desk.trade", shop=None)
def convert(request: MemberRequest) -> HttpResponse:
    """Convert a part of a position: first what it would do, then, confirmed, the order."""
    code = request.POST.get("asset", "")
    typed = request.POST.get("amount", "").strip()
    because = request.POST.get("reason", "").strip()
    try:
        snapshot = _snapshot()
        state = snapshot.assets.get(code)
        if state is None:
            raise Http404
        units = parse_positive_amount(typed, Asset(code, state.decimals)).units
        if request.POST.get("confirmed") == "yes":
            made = hedge_by_hand(
                snapshot=snapshot,
                asset=code,
                units=units,
                by=request.user.email,
                because=because,
                now=timezone.now(),
            )
            messages.success(request, _("It is written down and goes out within moments."))
            return HttpResponseRedirect(f"{HERE}/{made.id}")
        seen = preview(snapshot=snapshot, asset=code, units=units, now=timezone.now())
    except (TillwayError, MoneyError) as error:
        return _refused(request, error, code=code, typed=typed, because=because)
    context = {
        "code": code,
        "symbol": asset_symbol(code),
        "typed": figures.exact(units, decimals=seen.decimals),
        "reason": because,
        "side": side_word(seen.side.value),
        "units": figures.amount(units, code=code, decimals=seen.decimals),
        "worth": figures.dollars(seen.cents),
        "gives": figures.amount(seen.gives_units, code=seen.gives, decimals=seen.gives_decimals),
        "takes": figures.amount(seen.takes_units, code=seen.takes, decimals=seen.takes_decimals),
        "least": figures.amount(seen.least_units, code=seen.takes, decimals=seen.takes_decimals),
        "cost": figures.basis_points(seen.cost_ppm),
        "pools": seen.pools,
    }
    return draw(request, "dashboard/desk/convert.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require_action("desk.trade", shop=None)
def close(request: MemberRequest) -> HttpResponse:
    """Close every position: first what that is, then, confirmed, a hedge for each."""
    snapshot = held_snapshot()
    problem = ""
    if request.method == "POST":
        try:
            closings = close_all(
                snapshot=_snapshot(),
                by=request.user.email,
                because=request.POST.get("reason", "").strip(),
                now=timezone.now(),
            )
        except TillwayError as error:
            problem = refusal_words(error)
        else:
            for each in closings:
                symbol = asset_symbol(each.asset)
                if each.refusal is None:
                    messages.success(request, _("%(asset)s is being closed.") % {"asset": symbol})
                else:
                    why = {"asset": symbol, "why": refusal_words(each.refusal)}
                    messages.error(request, _("%(asset)s is not: %(why)s") % why)
            if not closings:
                messages.success(request, _("There is no position to close."))
            return HttpResponseRedirect(f"{HERE}?status=active")
    context = {
        "positions": _position_rows(snapshot, mode_of(request, snapshot), all_modes=True),
        "limit": figures.dollars(hedging_settings().most_by_hand_usd_cents),
        "problem": problem,
        "reason": request.POST.get("reason", ""),
    }
    return draw(request, "dashboard/desk/close.html", context, status=422 if problem else 200)


@require_POST
@require_action("desk.trade", shop=None)
def call_off(request: MemberRequest, hedge_id: UUID) -> HttpResponse:
    """End a hedge of which nothing is under way."""
    _found(hedge_id)
    try:
        hedge_call_off(
            hedge_id=hedge_id,
            by=request.user.email,
            because=request.POST.get("reason", "").strip(),
            now=timezone.now(),
        )
        messages.success(request, _("The hedge was called off."))
    except TillwayError as error:
        messages.error(request, refusal_words(error))
    return HttpResponseRedirect(f"{HERE}/{hedge_id}")


def _refused(
    request: MemberRequest,
    error: TillwayError | MoneyError,
    *,
    code: str,
    typed: str,
    because: str,
) -> HttpResponse:
    snapshot = held_snapshot()
    rows = _position_rows(snapshot, mode_of(request, snapshot), all_modes=True)
    context = {
        "code": code,
        "symbol": asset_symbol(code),
        "typed": typed,
        "reason": because,
        "problem": refusal_words(error),
        "position": next((row for row in rows if row["code"] == code), None),
    }
    return draw(request, "dashboard/desk/convert.html", context, status=error.status)


def _position_rows(
    snapshot: MarketSnapshot | None, mode: str, *, all_modes: bool = False
) -> list[dict[str, Any]]:
    """What may be converted by hand, the largest position first."""
    if snapshot is None:
        return []
    return [
        _position_row(each)
        for each in positions(snapshot=snapshot, now=timezone.now())
        if all_modes or _mode_of_asset(snapshot, each.code) == mode
    ]


def _position_row(position: Position) -> dict[str, Any]:
    def units(value: int, *, signed: bool = False) -> str:
        return figures.amount(value, code=position.code, decimals=position.decimals, signed=signed)

    return {
        "code": position.code,
        "symbol": asset_symbol(position.code),
        "exposure": units(position.exposure, signed=True),
        "flat": position.exposure == 0,
        "worth": figures.dollars(position.cents),
        "most": figures.exact(position.convertible, decimals=position.decimals),
        "most_text": units(position.convertible),
        "side": side_word(position.side.value),
        "blocked": hedge_reason(position.blocked) if position.blocked else "",
    }


def _mode_of_asset(snapshot: MarketSnapshot, code: str) -> str:
    simulated = snapshot.chains[snapshot.assets[code].chain_id].simulated
    return "test" if simulated else "live"


def _snapshot() -> MarketSnapshot:
    snapshot = held_snapshot()
    if snapshot is None:
        raise MarketUnavailable
    return snapshot


def _found(hedge_id: UUID) -> Hedge:
    found = Hedge.objects.filter(id=hedge_id).first()
    if found is None:
        raise Http404
    return found


def _filter_word(name: str) -> str:
    return {
        "": _("All"),
        "active": _("Under way"),
        "done": _("Done"),
        "failed": _("Failed"),
        "abandoned": _("Called off"),
    }[name]
