"""The desk at one look: states of risk, the switch, sources, inventory, limits, what waits."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from gateway.invoices.selectors import shop_lock_utilisations
from gateway.market.execution.selectors import uncollected
from gateway.market.hedges.models import ACTIVE, ExchangeStanding, Hedge, InventoryMove
from gateway.market.hedging.moving import MoveState
from gateway.market.measures import selectors as measures
from gateway.market.measures.values import Mode
from gateway.market.models import DeskHalt
from gateway.market.risk.states import RiskState
from gateway.market.risk.watch import EVERYTHING
from gateway.market.selectors import desk_states
from gateway.market.snapshots import MarketSnapshot
from merchants.accounts.guards import MemberRequest, require_action
from merchants.dashboard.desk import figures, market
from merchants.dashboard.desk.frame import draw, held_snapshot, mode_of, wants_part
from merchants.dashboard.desk.hedge_rows import hedge_row, move_row
from merchants.dashboard.desk.limits import limit_rows, position_row
from merchants.dashboard.desk.wording import hedge_reason, state_sign
from merchants.dashboard.selectors import time_text

OPEN_MOVES = [state.value for state in MoveState if not state.over]
SHOWN = 8


@require_GET
@require_action("desk.view", shop=None)
def overview(request: MemberRequest) -> HttpResponse:
    """What there is to see, and what needs a person."""
    snapshot = held_snapshot()
    clock = market.Clock(timezone.now())
    mode = mode_of(request, snapshot)
    halts = {halt.scope: halt for halt in DeskHalt.objects.order_by("scope")}
    context: dict[str, Any] = {
        "snapshot": market.snapshot_line(snapshot, clock=clock),
        "halts": [_halt(halt) for halt in halts.values()],
        "all_halted": EVERYTHING in halts,
        "waiting": _waiting(mode),
        "stopped": list(ExchangeStanding.objects.exclude(stopped_at=None).order_by("exchange")),
    }
    if snapshot is not None:
        context |= _market_part(snapshot, mode, halts, clock)
    if wants_part(request):
        context["mode"] = mode
        return render(request, "dashboard/desk/overview_part.html", context)
    return draw(request, "dashboard/desk/overview.html", context, live=True)


def _market_part(
    snapshot: MarketSnapshot, mode: Mode, halts: dict[str, DeskHalt], clock: market.Clock
) -> dict[str, Any]:
    kept = desk_states()
    states = [
        market.state_row(snapshot, state, kept=kept, halts=halts, clock=clock)
        for state in market.assets_of(snapshot, mode=mode)
    ]
    worst = max((row["state"] for row in states), default=int(RiskState.NORMAL))
    decimals = {code: state.decimals for code, state in snapshot.assets.items()}
    used = [
        *measures.utilisations(mode=mode, snapshot=snapshot, now=clock.now),
        *shop_lock_utilisations(mode=mode, now=clock.now),
    ]
    fullest, rest = limit_rows(used, decimals=decimals)
    positions = measures.positions(mode=mode, snapshot=snapshot, now=clock.now)
    return {
        "states": states,
        "worst": state_sign(worst),
        "not_normal": sum(1 for row in states if row["state"]),
        "feeds": market.feed_rows(snapshot, mode=mode, clock=clock),
        "chains": market.chain_rows(snapshot, mode=mode, clock=clock),
        "limits": fullest,
        "more_limits": rest,
        "positions": [position_row(line) for line in positions],
    }


def _halt(halt: DeskHalt) -> dict[str, Any]:
    return {
        "scope": halt.scope,
        "reason": halt.reason,
        "by": halt.halted_by,
        "at": time_text(halt.halted_at),
    }


def _waiting(mode: Mode) -> dict[str, Any]:
    """What is not over: hedges, moves, and deposits that lie at their addresses."""
    hedges = Hedge.objects.filter(status__in=ACTIVE, mode=mode).order_by("-id")[:SHOWN]
    moves = InventoryMove.objects.filter(state__in=OPEN_MOVES, mode=mode).order_by("-id")[:SHOWN]
    return {
        "hedges": [hedge_row(hedge) for hedge in hedges],
        "moves": [move_row(move) for move in moves],
        "deposits": [
            {
                "asset": row.asset,
                "deposits": figures.count(row.deposits),
                "status": row.status,
                "reason": hedge_reason(row.reason) if row.reason else "",
                "oldest": time_text(row.oldest),
                "is_bought": row.is_bought,
            }
            for row in uncollected()
        ],
    }
