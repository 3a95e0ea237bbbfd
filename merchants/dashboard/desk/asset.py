"""One asset: its price and where it comes from, depth, spread, inventory, hedges, fills, result."""

from datetime import timedelta
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from gateway.checkout.wording import asset_symbol
from gateway.ledger.accounts import desk
from gateway.ledger.statements import account_changes
from gateway.market.hedges.models import Hedge
from gateway.market.measures import selectors as measures
from gateway.market.measures.values import FillGroup, Mode
from gateway.market.models import DeskHalt
from gateway.market.selectors import desk_states
from gateway.market.snapshots import AssetState, MarketSnapshot
from merchants.accounts.guards import MemberRequest, require_action
from merchants.dashboard.desk import figures, market, pictures
from merchants.dashboard.desk.fill_rows import fill_row, group_row
from merchants.dashboard.desk.frame import draw, held_snapshot, wants_part
from merchants.dashboard.desk.hedge_rows import decimals_of, hedge_row
from merchants.dashboard.desk.limits import position_row
from merchants.dashboard.desk.pricing import parts_now, signals
from merchants.dashboard.selectors import assets_by_code

HISTORY: Final = timedelta(days=7)
MOST_CHANGES: Final = 2_000
SHOWN: Final = 12
TABLED: Final = 12
"""Points of the inventory's history that the table under its chart has."""


@require_GET
@require_action("desk.view", shop=None)
def asset(request: MemberRequest, code: str) -> HttpResponse:
    """Everything about one asset."""
    snapshot = held_snapshot()
    state = snapshot.assets.get(code) if snapshot else None
    if snapshot is None or state is None:
        if code not in assets_by_code([code]):
            raise Http404
        context = {"code": code, "symbol": asset_symbol(code), "unpublished": True}
        return draw(request, "dashboard/desk/asset.html", context)
    clock = market.Clock(timezone.now())
    mode: Mode = "test" if snapshot.chains[state.chain_id].simulated else "live"
    context = {
        "code": code,
        "symbol": asset_symbol(code),
        **_market_part(snapshot, state, clock),
        **_desk_part(snapshot, state, mode, clock),
    }
    template = "asset_part.html" if wants_part(request) else "asset.html"
    if wants_part(request):
        return render(request, f"dashboard/desk/{template}", context)
    return draw(request, f"dashboard/desk/{template}", context, live=True)


def _market_part(
    snapshot: MarketSnapshot, state: AssetState, clock: market.Clock
) -> dict[str, Any]:
    halts = {halt.scope: halt for halt in DeskHalt.objects.all()}
    fair = market.fair_value_row(snapshot, state, clock=clock)
    return {
        "snapshot": market.snapshot_line(snapshot, clock=clock),
        "state": market.state_row(snapshot, state, kept=desk_states(), halts=halts, clock=clock),
        "fair": fair,
        "sources": market.source_rows(
            state.sources, clock=clock, fair=fair["price_e18"] if fair else 0
        ),
        "parts": parts_now(snapshot, state, clock=clock),
        "signals": signals(state),
    }


def _desk_part(
    snapshot: MarketSnapshot, state: AssetState, mode: Mode, clock: market.Clock
) -> dict[str, Any]:
    code, today = state.code, clock.now.date()
    lines = measures.positions(mode=mode, snapshot=snapshot, now=clock.now)
    line = next((each for each in lines if each.asset == code), None)
    changes = account_changes(
        account=desk(), asset=code, since=clock.now - HISTORY, most=MOST_CHANGES
    )
    points = pictures.inventory_points(changes, now_units=state.inventory_units, now=clock.now)
    hedges = list(Hedge.objects.filter(asset=code).order_by("-id")[:SHOWN])
    known = decimals_of(hedges) if hedges else {}
    fills = measures.fills(mode=mode, first=today - HISTORY, last=today, asset=code, limit=SHOWN)
    groups = measures.fill_groups(
        mode=mode, first=today - HISTORY, last=today, by="asset", asset=code, kind=None
    )
    tokens = assets_by_code(
        sorted({fill.took_asset for fill in fills.items} | {f.gave_asset for f in fills.items})
    )
    return {
        "position": position_row(line) if line else None,
        "history": _history(points, state),
        "history_picture": pictures.inventory_picture(
            points, decimals=state.decimals, bound=line.bound_units if line else None
        )
        if changes
        else None,
        **_depth(snapshot, state, mode, clock),
        "hedges": [hedge_row(hedge, known) for hedge in hedges],
        "fills": [fill_row(fill, tokens) for fill in fills.items],
        "groups": [group_row(group) for group in groups],
        "markouts": [_markouts(group) for group in groups],
        "tradable": _tradable(snapshot, state),
    }


def _depth(
    snapshot: MarketSnapshot, state: AssetState, mode: Mode, clock: market.Clock
) -> dict[str, Any]:
    found = measures.depths(mode=mode, snapshot=snapshot, now=clock.now, asset=state.code)
    if not found:
        return {"depth": None, "depth_picture": None}
    depth = found[0]

    def units(value: int) -> str:
        return figures.amount(value, code=depth.asset, decimals=depth.decimals)

    return {
        "depth_picture": pictures.depth_picture(depth),
        "depth": {
            "anchor": asset_symbol(depth.anchor),
            "locks": units(depth.open_lock_units),
            "levels": [
                {
                    "distance": figures.whole_bps(level.bps),
                    "sell": figures.plain(level.sell_units, decimals=depth.decimals),
                    "brings": _anchor(level.sell_brings, depth.anchor, depth.anchor_decimals),
                    "buy": figures.plain(level.buy_units, decimals=depth.decimals),
                    "costs": _anchor(level.buy_costs, depth.anchor, depth.anchor_decimals),
                }
                for level in depth.levels
            ],
            "pools": [
                {
                    "address": pool.address,
                    "kind": pool.kind,
                    "fee": figures.percent(pool.fee_ppm),
                    "spot": figures.price(pool.spot_usd_e18),
                    "sell": units(pool.levels[-1].sell_units) if pool.levels else "",
                    "buy": units(pool.levels[-1].buy_units) if pool.levels else "",
                }
                for pool in depth.pools
            ],
        },
    }


def _anchor(units: int, code: str, decimals: int) -> str:
    return figures.amount(units // 10 ** max(decimals - 2, 0), code=code, decimals=min(decimals, 2))


def _history(points: list[tuple[Any, int]], state: AssetState) -> list[dict[str, str]]:
    """The last changes for the table, newest first."""
    return [
        {
            "at": timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S"),
            "units": figures.amount(units, code=state.code, decimals=state.decimals, signed=True),
        }
        for at, units in points[::-1][:TABLED]
    ]


def _markouts(group: FillGroup) -> dict[str, Any]:
    row = group_row(group)
    return {
        "kind": group.kind.value,
        "word": row["word"],
        "picture": pictures.markout_picture(group),
        "points": row["points"],
    }


def _tradable(snapshot: MarketSnapshot, state: AssetState) -> str:
    """The code under which the asset's position is converted; "" if it never is."""
    chain = snapshot.chains[state.chain_id]
    if not chain.anchor or state.code == chain.anchor:
        return ""
    return chain.wrapped if state.code == chain.native else state.code
