"""Pools of liquidity: what their providers own, what of it is in use, who waits; a pool's own page,
and naming the transaction that brings a provider's money."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gateway.chains.models import Chain
from gateway.checkout.wording import asset_symbol
from gateway.events.errors import BadCursor, TillwayError
from gateway.ledger.statements import entries_by_key
from gateway.market.snapshots import MarketSnapshot
from gateway.treasury.providers.depositing import provider_deposit
from gateway.treasury.providers.errors import DepositNotPossible, PoolUnknown
from gateway.treasury.providers.history import pool_history
from gateway.treasury.providers.models import FeesShare, LossShare, Provider, ProviderDeposit
from gateway.treasury.providers.queueing import places
from gateway.treasury.providers.selectors import (
    PoolView,
    PositionView,
    pool_view,
    pools,
    positions,
)
from merchants.accounts.guards import MemberRequest, may, require_action
from merchants.dashboard.desk import pool_rows as rows
from merchants.dashboard.desk.frame import draw, held_snapshot, mode_of, wants_part
from merchants.dashboard.desk.pictures import share_picture
from merchants.dashboard.desk.wording import refusal_words

HERE: Final = "/desk/liquidity"
SHOWN: Final = 12
HASH_DIGITS: Final = 64


@require_GET
@require_action("desk.view", shop=None)
def liquidity(request: MemberRequest) -> HttpResponse:
    """Every pool, and every provider's part with what it made."""
    snapshot = held_snapshot()
    mode, now = mode_of(request, snapshot), timezone.now()
    found = pools(now=now, mode=mode)
    marks = _marks(snapshot, [view.pool.asset for view in found])
    try:
        page = positions(now=now, mode=mode, cursor=request.GET.get("cursor"))
    except BadCursor as error:
        raise Http404 from error
    context = {
        "pools": [rows.pool_row(view, marks[view.pool.asset]["mark"]) for view in found],
        "positions": [_position(view, marks) for view in page.items],
        "marks": list(marks.values()),
        "next_href": f"{HERE}?mode={mode}&cursor={page.next_cursor}" if page.next_cursor else "",
    }
    if wants_part(request):
        return render(request, "dashboard/desk/liquidity_part.html", context)
    return draw(request, "dashboard/desk/liquidity.html", context, live=True)


@require_GET
@require_action("desk.view", shop=None)
def pool(request: MemberRequest, pool_id: UUID) -> HttpResponse:
    """One pool: terms, utilisation, the price of a share, the queue, fees, losses, deposits."""
    return _pool_page(request, _found(pool_id))


@require_POST
@require_action("provider.manage", shop=None)
def deposit(request: MemberRequest, pool_id: UUID) -> HttpResponse:
    """Name a transaction: first what that means, then, confirmed, the row. Twice is once."""
    view = _found(pool_id)
    typed = {name: request.POST.get(name, "").strip() for name in ("provider", "transaction")}
    provider = _provider(view, typed["provider"])
    try:
        if provider is None:
            raise DepositNotPossible(_("Choose who brings it."))
        tx_hash = _hash(typed["transaction"])
        if request.POST.get("confirmed") != "yes":
            chain = Chain.objects.get(id=view.pool.chain_id)
            context = {
                "pool": rows.pool_row(view, None),
                "provider": provider,
                "wallet": rows.wallet_text(provider.wallet),
                "treasury": rows.wallet_text(chain.treasury),
                "chain_id": chain.id,
                "transaction": "0x" + tx_hash.hex(),
                "blocks": chain.finality_blocks,
            }
            return draw(request, "dashboard/desk/deposit_confirm.html", context)
        provider_deposit(
            pool_id=pool_id,
            provider_id=provider.id,
            tx_hash=tx_hash,
            by=request.user.email,
            now=timezone.now(),
        )
    except TillwayError as error:
        problem = refusal_words(error)
        return _pool_page(request, view, typed=typed, problem=problem, status=error.status)
    messages.success(request, _("It is looked for on the chain, and counted once it is final."))
    return HttpResponseRedirect(f"{HERE}/pools/{pool_id}")


def _pool_page(
    request: MemberRequest,
    view: PoolView,
    *,
    typed: dict[str, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    snapshot, now, of = held_snapshot(), timezone.now(), view.pool
    mark = rows.mark_row(snapshot, of.asset, now_ms=int(now.timestamp() * 1000))
    latest = list(FeesShare.objects.filter(pool=of).order_by("-starts_at")[:SHOWN])
    losses = LossShare.objects.filter(pool=of).order_by("-id")[:SHOWN]
    came = ProviderDeposit.objects.filter(pool=of).select_related("provider").order_by("-id")
    points = pool_history(of, now=now)
    page = positions(now=now, pool_id=of.id)
    context: dict[str, Any] = {
        "pool": rows.pool_row(view, mark["mark"]),
        "mark": mark,
        "places": [rows.place_row(place) for place in places(of, now=now)],
        "positions": [rows.position_row(each, mark["mark"]) for each in page.items],
        "fees": [rows.fees_row(share, of) for share in latest],
        "losses": [rows.loss_row(loss, of) for loss in losses],
        "deposits": [rows.deposit_row(each, decimals=of.decimals) for each in came[:SHOWN]],
        "arbitrage": rows.against_arbitrage(of, latest[0] if latest else None, snapshot),
        "picture": share_picture(points, decimals=of.decimals) if len(points) > 1 else None,
        "points": rows.share_rows(points, of, shown=SHOWN),
    }
    link_entries([*context["fees"], *context["losses"], *context["deposits"]])
    if wants_part(request):
        return render(request, "dashboard/desk/pool_part.html", context)
    context |= {
        "providers": list(Provider.objects.filter(mode=of.mode).order_by("name")),
        "typed": typed or {},
        "problem": problem,
        "may_act": may(request, "provider.manage"),
    }
    return draw(request, "dashboard/desk/pool.html", context, status=status, live=True)


def link_entries(lines: list[dict[str, Any]]) -> None:
    """Give each row with a key its entry's id. One query."""
    keys = [row["entry_key"] for row in lines if row["entry_key"]]
    known = {entry.key: entry.entry_id for entry in entries_by_key(keys=keys)} if keys else {}
    for row in lines:
        row["entry_id"] = known.get(row["entry_key"])


def _marks(snapshot: MarketSnapshot | None, codes: list[str]) -> dict[str, dict[str, Any]]:
    now_ms = int(timezone.now().timestamp() * 1000)
    return {
        code: {"symbol": asset_symbol(code), **rows.mark_row(snapshot, code, now_ms=now_ms)}
        for code in sorted(set(codes))
    }


def _position(view: PositionView, marks: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return rows.position_row(view, marks[view.asset]["mark"] if view.asset in marks else None)


def _found(pool_id: UUID) -> PoolView:
    try:
        return pool_view(pool_id=pool_id, now=timezone.now())
    except PoolUnknown as error:
        raise Http404 from error


def _provider(view: PoolView, told: str) -> Provider | None:
    try:
        wanted = UUID(told)
    except ValueError:
        return None
    return Provider.objects.filter(id=wanted, mode=view.pool.mode).first()


def _hash(typed: str) -> bytes:
    digits = typed.lower().removeprefix("0x")
    try:
        told = bytes.fromhex(digits)
    except ValueError:
        told = b""
    if len(digits) != HASH_DIGITS or not told:
        raise DepositNotPossible(_("A transaction is named by 0x and 64 digits."))
    return told
