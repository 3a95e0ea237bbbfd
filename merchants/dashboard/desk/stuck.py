"""Saying what became of something that an exchange was asked for and does not tell of: a withdrawal
that is under way, an order of a hedge. What the exchange last said stands beside it, with its age.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gateway.checkout.wording import asset_symbol
from gateway.events.errors import TillwayError
from gateway.ledger.statements import entries_by_key
from gateway.market.exchanges.configured import exchange_settings
from gateway.market.exchanges.numbers import e18_of, text_of
from gateway.market.hedges import stuck_moves, stuck_orders
from gateway.market.hedges.exchange_models import ExchangeFill, ExchangeOrder
from gateway.market.hedges.models import InventoryMove
from gateway.market.hedges.stuck_errors import NotOfIt
from gateway.money.amounts import parse_positive_amount
from gateway.money.assets import Asset
from gateway.money.errors import MoneyError
from merchants.accounts.guards import MemberRequest, may, require_action
from merchants.dashboard.desk import figures
from merchants.dashboard.desk.frame import draw
from merchants.dashboard.desk.wording import (
    exchange_order_sign,
    refusal_words,
    side_word,
    told_word,
)
from merchants.dashboard.selectors import time_text

MOVES: Final = "/desk/moves"
ORDERS: Final = "/desk/exchanges/orders"


# --- withdrawals ---------------------------------------------------------------------------------


def move_word(found: InventoryMove, *, now: datetime) -> dict[str, Any]:
    """What the exchange last said of a withdrawal, and whether a person may say otherwise."""
    why_not = ""
    try:
        stuck_moves.check_evidence(found, now=now)
    except TillwayError as error:
        why_not = refusal_words(error)
    return {
        "told": told_word(found.told),
        "told_ago": _ago(found.told_at, now=now),
        "can_say": not why_not,
        "why_not": why_not,
        "named_tx": found.named_tx,
        "named_units": figures.amount(found.named_units, code=found.asset, decimals=found.decimals),
        "named_by": found.named_by,
        "named_because": found.named_because,
    }


@require_POST
@require_action("desk.trade", shop=None)
def move_unmade(request: MemberRequest, move_id: UUID) -> HttpResponse:
    """The exchange never made it."""

    def say(because: str) -> None:
        stuck_moves.move_said_unmade(
            move_id=move_id, by=request.user.email, because=because, now=timezone.now()
        )

    _found_move(move_id)
    return _act(
        request,
        say,
        said=_("Nothing has moved. It is asked about for a day more."),
        back=f"{MOVES}/{move_id}",
    )


@require_POST
@require_action("desk.trade", shop=None)
def move_made(request: MemberRequest, move_id: UUID) -> HttpResponse:
    """The exchange made it, by this transaction."""
    found = _found_move(move_id)

    def say(because: str) -> None:
        typed = request.POST.get("amount", "").strip()
        units = parse_positive_amount(typed, Asset(found.asset, found.decimals)).units
        stuck_moves.move_said_made(
            move_id=move_id,
            tx_hash=request.POST.get("transaction", ""),
            units=units,
            by=request.user.email,
            because=because,
            now=timezone.now(),
        )

    said = _("It is looked for on the chain, and counts as the chain shows it.")
    return _act(request, say, said=said, back=f"{MOVES}/{move_id}")


# --- orders --------------------------------------------------------------------------------------


@require_GET
@require_action("desk.view", shop=None)
def order(request: MemberRequest, order_id: UUID) -> HttpResponse:
    """One order on an exchange: what was asked for, what it came to, what the exchange says."""
    found = _found_order(order_id)
    now, why_not = timezone.now(), ""
    try:
        stuck_orders.check_evidence(found, now=now)
    except TillwayError as error:
        why_not = refusal_words(error)
    sign = exchange_order_sign(found.status)
    fills = list(ExchangeFill.objects.filter(order=found).order_by("traded_at", "id"))
    keys = {
        fill.id: f"exchange:{found.exchange}:{found.base}-{found.quote}:{fill.trade_id}"
        for fill in fills
    }
    entries = {entry.key: entry.entry_id for entry in entries_by_key(keys=list(keys.values()))}
    context = {
        "order": found,
        "side": side_word("sell" if found.sells else "buy"),
        "base": asset_symbol(found.base),
        "quote": asset_symbol(found.quote),
        "size": text_of(found.size),
        "price": text_of(found.price),
        "filled": text_of(found.filled),
        "tone": sign.tone,
        "icon": sign.icon,
        "word": sign.word,
        "asked": time_text(found.asked_at),
        "ended": time_text(found.ended_at),
        "told": told_word(found.told),
        "told_ago": _ago(found.told_at, now=now),
        "told_filled": text_of(found.told_filled) if found.told_filled else "",
        "fills": [
            {
                "id": fill.trade_id,
                "size": text_of(fill.size),
                "cost": text_of(fill.cost),
                "fee": f"{text_of(fill.fee)} {fill.fee_currency}" if fill.fee else figures.NOTHING,
                "at": time_text(fill.traded_at),
                "entry_id": entries.get(keys[fill.id]),
            }
            for fill in fills
        ],
        "currencies": _currencies(found.exchange),
        "may_act": found.status == "asked" and may(request, "desk.trade"),
        "can_say": not why_not,
        "can_say_unmade": not why_not and not found.filled and found.told != "over",
        "why_not": why_not,
    }
    return draw(request, "dashboard/desk/exchange_order.html", context)


@require_POST
@require_action("desk.trade", shop=None)
def order_unmade(request: MemberRequest, order_id: UUID) -> HttpResponse:
    """Nothing of it was traded."""

    def say(because: str) -> None:
        stuck_orders.order_said_unmade(
            order_id=order_id, by=request.user.email, because=because, now=timezone.now()
        )

    _found_order(order_id)
    said = _("It is over without a fill; its hedge goes on. It is looked at for a day more.")
    return _act(request, say, said=said, back=f"{ORDERS}/{order_id}")


@require_POST
@require_action("desk.trade", shop=None)
def order_made(request: MemberRequest, order_id: UUID) -> HttpResponse:
    """It was traded: a fill that a person saw, or those in the books are all."""

    def say(because: str) -> None:
        stuck_orders.order_said_made(
            order_id=order_id,
            fill=_seen_fill(request),
            is_all=request.POST.get("all") == "yes",
            by=request.user.email,
            because=because,
            now=timezone.now(),
        )

    _found_order(order_id)
    return _act(request, say, said=_("It is in the books."), back=f"{ORDERS}/{order_id}")


def _seen_fill(request: MemberRequest) -> stuck_orders.SeenFill | None:
    """What was typed of a fill; None if nothing was. Raises NotOfIt."""
    told = {name: request.POST.get(name, "").strip() for name in ("trade", "size", "cost", "fee")}
    if not any(told.values()):
        return None
    try:
        return stuck_orders.SeenFill(
            trade_id=told["trade"],
            size=e18_of(told["size"]),
            cost=e18_of(told["cost"]),
            fee=e18_of(told["fee"] or "0"),
            fee_currency=request.POST.get("currency", ""),
            at=timezone.now(),
        )
    except ValueError as error:
        raise NotOfIt(_("Type how much was traded, for how much, and the fee, as numbers.")) from (
            error
        )


def _currencies(name: str) -> list[str]:
    held = [entry.assets for entry in exchange_settings() if entry.name == name]
    return sorted({each.currency for assets in held for each in assets.values()})


# --- both ----------------------------------------------------------------------------------------


def _act(
    request: MemberRequest, say: Callable[[str], None], *, said: str, back: str
) -> HttpResponse:
    try:
        say(request.POST.get("reason", "").strip())
        messages.success(request, said)
    except (TillwayError, MoneyError) as error:
        messages.error(request, refusal_words(error))
    return HttpResponseRedirect(back)


def _ago(at: datetime | None, *, now: datetime) -> str:
    return "" if at is None else figures.ago(int((now - at).total_seconds() * 1000))


def _found_move(move_id: UUID) -> InventoryMove:
    found = InventoryMove.objects.filter(id=move_id).first()
    if found is None:
        raise Http404
    return found


def _found_order(order_id: UUID) -> ExchangeOrder:
    found = ExchangeOrder.objects.select_related("hedge").filter(id=order_id).first()
    if found is None:
        raise Http404
    return found
