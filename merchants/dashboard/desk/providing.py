"""A provider's position: what it made, its entries, and taking money out of it."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gateway.events.errors import TillwayError
from gateway.events.ids import uuid7
from gateway.market.errors import MarketUnavailable
from gateway.market.hedges.configuration import hedging_settings
from gateway.money.amounts import parse_positive_amount
from gateway.money.assets import Asset
from gateway.money.errors import MoneyError
from gateway.treasury.providers.by_hand import cancel_by_hand, retry_by_hand, withdraw_by_hand
from gateway.treasury.providers.history import pool_history
from gateway.treasury.providers.models import ProviderDeposit, ProviderPosition, Withdrawal
from gateway.treasury.providers.queueing import places
from gateway.treasury.providers.selectors import inventory_of, position_view
from merchants.accounts.guards import MemberRequest, may, require_action
from merchants.dashboard.desk import figures
from merchants.dashboard.desk import pool_rows as rows
from merchants.dashboard.desk.frame import draw, held_snapshot, wants_part
from merchants.dashboard.desk.liquidity import link_entries
from merchants.dashboard.desk.pictures import share_picture
from merchants.dashboard.desk.pool_wording import withdrawal_sign
from merchants.dashboard.desk.wording import refusal_words
from merchants.dashboard.selectors import time_text

HERE: Final = "/desk/liquidity/positions"
SHOWN: Final = 12
WHOLE, FEES, PART = "all", "fees", "part"
ACTS: Final = {"cancel": cancel_by_hand, "retry": retry_by_hand}


@require_GET
@require_action("desk.view", shop=None)
def position(request: MemberRequest, position_id: UUID) -> HttpResponse:
    """One position with its place in the queue, its history and its entries."""
    return _page(request, _found(position_id))


@require_POST
@require_action("provider.manage", shop=None)
def withdraw(request: MemberRequest, position_id: UUID) -> HttpResponse:
    """Ask to be paid out: first what it would be, then, confirmed, a place in the queue.

    A form sent twice is one withdrawal.
    """
    found = _found(position_id)
    typed = {
        name: request.POST.get(name, "").strip()
        for name in ("what", "amount", "shares", "reason", "draft")
    }
    if typed["what"] not in {WHOLE, FEES, PART} or not typed["draft"]:
        raise Http404
    try:
        if request.POST.get("confirmed") == "yes":
            snapshot = held_snapshot()
            if snapshot is None:
                raise MarketUnavailable
            made = withdraw_by_hand(
                snapshot=snapshot,
                pool_id=found.pool_id,
                provider_id=found.provider_id,
                shares=_whole_number(typed["shares"]),
                key=f"page:{typed['draft'][:64]}",
                by=request.user.email,
                because=typed["reason"],
                now=timezone.now(),
            )
            said = _("It has place %(number)s in the queue and is paid as money comes free.")
            messages.success(request, said % {"number": made.number})
            return HttpResponseRedirect(f"{HERE}/{position_id}")
        return _confirm(request, found, typed)
    except (TillwayError, MoneyError) as error:
        problem = refusal_words(error)
        return _page(request, found, typed=typed, problem=problem, status=error.status)


@require_POST
@require_action("provider.manage", shop=None)
def act(request: MemberRequest, withdrawal_id: UUID, act: str) -> HttpResponse:
    """Give up a place in the queue, or put a stuck withdrawal back into it."""
    found = Withdrawal.objects.filter(id=withdrawal_id).first()
    if found is None or act not in ACTS:
        raise Http404
    try:
        ACTS[act](
            withdrawal_id=withdrawal_id,
            by=request.user.email,
            because=request.POST.get("reason", "").strip(),
            now=timezone.now(),
        )
        said = _("Its place is given up.") if act == "cancel" else _("It is tried again.")
        messages.success(request, said)
    except TillwayError as error:
        messages.error(request, refusal_words(error))
    where = ProviderPosition.objects.get(pool_id=found.pool_id, provider_id=found.provider_id)
    return HttpResponseRedirect(f"{HERE}/{where.id}")


def _confirm(
    request: MemberRequest, found: ProviderPosition, typed: dict[str, str]
) -> HttpResponse:
    pool, now = found.pool, timezone.now()
    view = position_view(position_id=found.id, now=now)
    assert view is not None  # its row was found

    def units(value: int) -> str:
        return figures.amount(value, code=pool.asset, decimals=pool.decimals)

    shares = {WHOLE: view.shares, FEES: 0}.get(typed["what"])
    if shares is None:
        asked = parse_positive_amount(typed["amount"], Asset(pool.asset, pool.decimals)).units
        shares = min(view.shares, pool.value.shares_within(asked))
    waiting = [place for place in places(pool, now=now) if place.withdrawal.status == "waiting"]
    worth = pool.value.units_for(shares)
    mark = rows.mark_row(held_snapshot(), pool.asset, now_ms=int(now.timestamp() * 1000))
    context = {
        **typed,
        "position": rows.position_row(view, mark["mark"]),
        "mark": mark,
        "shares": shares,
        "shares_text": figures.count(shares),
        "worth": units(worth),
        "fees": units(view.fees_units),
        "total": units(worth + view.fees_units),
        "total_usd": rows.dollars_of(worth + view.fees_units, pool, mark["mark"]),
        "wallet": rows.wallet_text(found.provider.wallet),
        "chain_id": pool.chain_id,
        "ahead": len(waiting),
        "ahead_units": units(sum(place.worth_units for place in waiting)),
        "idle": units(inventory_of(pool).idle),
        "least": units(pool.least_payment_units),
    }
    return draw(request, "dashboard/desk/withdraw_confirm.html", context)


def _page(
    request: MemberRequest,
    found: ProviderPosition,
    *,
    typed: dict[str, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    pool, now = found.pool, timezone.now()
    view = position_view(position_id=found.id, now=now)
    assert view is not None  # its row was found
    mark = rows.mark_row(held_snapshot(), pool.asset, now_ms=int(now.timestamp() * 1000))
    points = pool_history(pool, now=now)
    place = next(
        (each for each in places(pool, now=now) if each.withdrawal.provider_id == view.provider_id),
        None,
    )
    came = ProviderDeposit.objects.filter(pool=pool, provider_id=view.provider_id)
    context: dict[str, Any] = {
        "position": rows.position_row(view, mark["mark"]),
        "mark": mark,
        "place": rows.place_row(place) if place else None,
        "withdrawals": _withdrawals(found),
        "deposits": [
            rows.deposit_row(each, decimals=pool.decimals)
            for each in came.select_related("provider").order_by("-id")[:SHOWN]
        ],
        "picture": share_picture(points, decimals=pool.decimals) if len(points) > 1 else None,
        "points": rows.share_rows(points, pool, shown=SHOWN),
        "can_withdraw": place is None and (view.shares > 0 or view.fees_units > 0),
        "can_cancel": place is not None,
        "can_retry": place is not None and place.withdrawal.status == "stuck",
    }
    paid = [payment for each in context["withdrawals"] for payment in each["payments"]]
    link_entries([*context["deposits"], *paid])
    if wants_part(request):
        return render(request, "dashboard/desk/position_part.html", context)
    context |= {
        "wallet": rows.wallet_text(found.provider.wallet),
        "typed": typed or {},
        "problem": problem,
        "draft": str(uuid7()),
        "limit": figures.dollars(hedging_settings().most_by_hand_usd_cents),
        "may_act": may(request, "provider.manage"),
    }
    return draw(request, "dashboard/desk/position.html", context, status=status, live=True)


def _withdrawals(found: ProviderPosition) -> list[dict[str, Any]]:
    """The latest of this provider's withdrawals, each with its payments. Two queries."""
    latest = (
        Withdrawal.objects.filter(pool=found.pool, provider_id=found.provider_id)
        .prefetch_related("payments")
        .order_by("-number")[:SHOWN]
    )
    shown = []
    for each in latest:
        sign = withdrawal_sign(each.status)
        shown.append(
            {
                "number": each.number,
                "tone": sign.tone,
                "icon": sign.icon,
                "word": sign.word,
                "at": time_text(each.requested_at),
                "payments": [
                    rows.payment_row(payment, found.pool)
                    for payment in sorted(each.payments.all(), key=lambda one: one.number)
                ],
            }
        )
    return shown


def _found(position_id: UUID) -> ProviderPosition:
    found = ProviderPosition.objects.select_related("pool", "provider").filter(id=position_id)
    row = found.first()
    if row is None:
        raise Http404
    return row


def _whole_number(told: str) -> int:
    if not (told.isascii() and told.isdigit()):
        raise Http404
    return int(told)
