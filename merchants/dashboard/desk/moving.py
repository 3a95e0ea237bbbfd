"""Inventory between chains and exchanges: what is on its way, planning, calling off, giving up."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gateway.events.errors import BadCursor, TillwayError
from gateway.events.ids import uuid7
from gateway.events.ordering import sorted_page
from gateway.ledger.statements import entries_by_key
from gateway.market.errors import MarketUnavailable
from gateway.market.exchanges.configured import configured_exchange
from gateway.market.hedges.configuration import hedging_settings
from gateway.market.hedges.models import InventoryMove
from gateway.market.hedges.moves_by_hand import move_by_hand, move_call_off, move_give_up
from gateway.market.hedging.moving import MoveState
from gateway.money.amounts import parse_positive_amount
from gateway.money.assets import Asset
from gateway.money.errors import MoneyError
from merchants.accounts.guards import MemberRequest, may, require_action
from merchants.dashboard.desk import figures
from merchants.dashboard.desk.frame import draw, held_snapshot, mode_of, wants_part
from merchants.dashboard.desk.hedge_rows import move_row
from merchants.dashboard.desk.market import assets_of
from merchants.dashboard.desk.stuck import move_word
from merchants.dashboard.desk.wording import refusal_words
from merchants.dashboard.lists import listed

HERE: Final = "/desk/moves"
STEPS: Final = ("left", "arrived", "returned", "lost")
"""States whose reaching posts an entry."""


@require_GET
@require_action("desk.view", shop=None)
def moves(request: MemberRequest) -> HttpResponse:
    """Every move, newest first, and a form for a new one."""
    return _page(request)


def _page(
    request: MemberRequest,
    *,
    typed: dict[str, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    snapshot = held_snapshot()
    mode = mode_of(request, snapshot)
    rows = InventoryMove.objects.filter(mode=mode)
    asked = listed(request.GET, HERE, query={"mode": mode})
    try:
        page = sorted_page(rows, order=asked.order, cursor=asked.cursor)
    except BadCursor as error:
        raise Http404 from error
    context: dict[str, Any] = {
        "moves": [move_row(move) for move in page.items],
        **asked.pages(page),
    }
    if wants_part(request):
        return render(request, "dashboard/desk/moves_part.html", context)
    context |= {
        "exchanges": sorted(str(entry["name"]) for entry in settings.EXCHANGES),
        "assets": [state.code for state in assets_of(snapshot, mode=mode)] if snapshot else [],
        "draft": str(uuid7()),
        "limit": figures.dollars(hedging_settings().most_by_hand_usd_cents),
        "typed": typed or {},
        "problem": problem,
    }
    return draw(request, "dashboard/desk/moves.html", context, status=status, live=True)


@require_GET
@require_action("desk.view", shop=None)
def move(request: MemberRequest, move_id: UUID) -> HttpResponse:
    """One move: its ends, how far it is, its entries."""
    found = _found(move_id)
    keys = [f"move:{move_id}:{step}" for step in STEPS]
    state = MoveState(found.state)
    waits = not found.is_deposit and state in (MoveState.ASKED, MoveState.UNMADE)
    context = {
        "move": move_row(found),
        "entries": [
            {"id": entry.entry_id, "step": entry.refs.get("step", "")}
            for entry in entries_by_key(keys=keys)
        ],
        "may_act": (not state.over or waits) and may(request, "desk.trade"),
        "can_call_off": state is MoveState.PLANNED,
        "can_give_up": state in (MoveState.LEFT, MoveState.SEEN),
        "word": move_word(found, now=timezone.now()) if waits else None,
    }
    if wants_part(request):
        return render(request, "dashboard/desk/move_part.html", context)
    return draw(request, "dashboard/desk/move.html", context, live=True)


@require_POST
@require_action("desk.trade", shop=None)
def plan(request: MemberRequest) -> HttpResponse:
    """Plan a move: first what it is, then, confirmed, the row. A form sent twice is one move."""
    typed = {
        name: request.POST.get(name, "").strip()
        for name in ("asset", "amount", "exchange", "way", "reason", "draft")
    }
    try:
        snapshot = held_snapshot()
        if snapshot is None:
            raise MarketUnavailable
        state = snapshot.assets.get(typed["asset"])
        if state is None or typed["way"] not in {"to", "from"} or not typed["draft"]:
            raise Http404
        units = parse_positive_amount(typed["amount"], Asset(state.code, state.decimals)).units
        exchange = configured_exchange(typed["exchange"])
        if request.POST.get("confirmed") != "yes":
            context = {
                **typed,
                "units": figures.amount(units, code=state.code, decimals=state.decimals),
                "chain_id": state.chain_id,
            }
            return draw(request, "dashboard/desk/move_confirm.html", context)
        made = move_by_hand(
            snapshot=snapshot,
            key=f"page:{typed['draft'][:64]}",
            exchange=exchange,
            is_deposit=typed["way"] == "to",
            asset=state.code,
            units=units,
            because=typed["reason"],
            by=request.user.email,
            now=timezone.now(),
        )
    except (TillwayError, MoneyError) as error:
        return _page(request, typed=typed, problem=refusal_words(error), status=error.status)
    messages.success(request, _("The move is planned."))
    return HttpResponseRedirect(f"{HERE}/{made.id}")


@require_POST
@require_action("desk.trade", shop=None)
def call_off(request: MemberRequest, move_id: UUID) -> HttpResponse:
    """End a move that nobody was asked for yet."""
    return _act(request, move_id, move_call_off, said=_("The move was called off."))


@require_POST
@require_action("desk.trade", shop=None)
def give_up(request: MemberRequest, move_id: UUID) -> HttpResponse:
    """Book what is on its way as lost."""
    return _act(request, move_id, move_give_up, said=_("It is booked as lost."))


def _act(
    request: MemberRequest, move_id: UUID, verb: Callable[..., object], *, said: str
) -> HttpResponse:
    _found(move_id)
    try:
        verb(
            move_id=move_id,
            by=request.user.email,
            because=request.POST.get("reason", "").strip(),
            now=timezone.now(),
        )
        messages.success(request, said)
    except TillwayError as error:
        messages.error(request, refusal_words(error))
    return HttpResponseRedirect(f"{HERE}/{move_id}")


def _found(move_id: UUID) -> InventoryMove:
    found = InventoryMove.objects.filter(id=move_id).first()
    if found is None:
        raise Http404
    return found
