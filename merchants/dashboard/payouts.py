"""What can be paid out, what was, and asking for more: typed, confirmed, then done."""

from functools import partial
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gateway.chains.addresses import checksum
from gateway.chains.selectors import tokens_for_mode
from gateway.checkout.wording import money_text, trimmed
from gateway.events.errors import BadCursor, TillwayError
from gateway.events.ids import uuid7
from gateway.money.amounts import Amount, format_amount, parse_positive_amount
from gateway.money.assets import FIAT, Asset
from gateway.money.errors import MoneyError
from gateway.ramps.selectors import bank_currencies
from gateway.settlement.approving import waiting_for
from gateway.settlement.destinations import destination_waiting
from gateway.settlement.errors import PayoutQuoteUnknown, PayoutUnknown
from gateway.settlement.life import STATUSES, UNSENT
from gateway.settlement.models import Payout
from gateway.settlement.presenters import payout_as_dict, quote_as_dict
from gateway.settlement.quoting import payout_quote
from gateway.settlement.requesting import payout_cancel, payout_request
from gateway.settlement.selectors import ORDERS, payable_balances, payout_get, payouts_page
from gateway.shops.selectors import ShopView
from merchants.accounts.guards import MemberRequest, may, require_action, step_first
from merchants.dashboard import settlement_words as words
from merchants.dashboard.auditing import write_down
from merchants.dashboard.files import listed_file
from merchants.dashboard.frame import draw
from merchants.dashboard.lists import Listed, choice_in, listed
from merchants.dashboard.payout_invoices import part as payments_part
from merchants.dashboard.selectors import assets_by_code, time_text
from merchants.dashboard.wording import payout_sign, payout_why

COLUMNS: Final = (
    *("requested_at", "payout_id", "status", "amount", "asset", "taken", "taken_asset"),
    *("destination", "tx_hash", "ended_at"),
)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_action("payout.view")
def page(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """The list; a first POST asks to confirm, a second one does it, once per draft.

    What is to be paid in another token is quoted by the first POST, and the second one takes
    that very quote.
    """
    shop = request.shop
    asset = assets_by_code([shop.settlement_asset]).get(shop.settlement_asset)
    if request.method != "POST":
        return _page(request, shop, asset)
    if not may(request, "payout.request"):
        raise PermissionDenied("payout.request")
    if asked := step_first(request, "payout.request", back=request.path):
        return asked
    typed = request.POST.get("amount", "").strip()
    into = request.POST.get("into", "") or shop.settlement_asset
    again: dict[str, Any] = {"typed": typed, "into": into}
    try:
        if asset is None or (shop.payout_address is None and into not in FIAT):
            return _page(request, shop, asset, status=422)
        amount = parse_positive_amount(typed, asset)
        payable = payable_balances(shop=shop)[asset.code].units
        if amount.units > payable:
            problem = _("That is more than can be paid out now.")
            return _page(request, shop, asset, problem=problem, status=422, **again)
        if request.POST.get("confirmed") != "yes":
            confirm = _confirm(shop, amount, into=into)
            return _page(request, shop, asset, confirm=confirm, **again)
        with transaction.atomic():
            payout = _request(request, shop, amount, into=into)
            detail = {"amount": f"{typed} {amount.asset.code}", "into": into}
            write_down(request, "payout.asked", subject=f"payout:{payout.id}", detail=detail)
    except (TillwayError, MoneyError) as error:
        problem = words.refusal_words(error)
        return _page(request, shop, asset, problem=problem, status=error.status, **again)
    messages.success(
        request,
        _("It is above the limit: another person must approve it.")
        if payout.status == "requested"
        else _("The payout is on its way."),
    )
    return HttpResponseRedirect(f"/dashboard/{shop_id}/payouts/{payout.id}")


@require_GET
@require_action("payout.view")
def file(request: MemberRequest, shop_id: UUID) -> Any:
    """All that the same address lists, as CSV, streamed."""
    asked = _asked(request)
    return listed_file(
        request,
        asked,
        kind="payouts",
        page=partial(payouts_page, shop_id=shop_id, statuses=_statuses(asked)),
        columns=COLUMNS,
        lines=lambda payouts: map(_line, payouts),
    )


def _asked(request: MemberRequest) -> Listed:
    return listed(
        request.GET,
        f"/dashboard/{request.shop.id}/payouts",
        orders=ORDERS,
        query={"status": choice_in(request.GET, "status", STATUSES)},
    )


def _statuses(asked: Listed) -> tuple[str, ...]:
    """None for all."""
    return tuple(asked.query.values())


def _line(payout: Payout) -> tuple[str, ...]:
    shown = payout_as_dict(payout)
    return (
        shown["requested_at"] or "",
        shown["id"],
        shown["status"],
        shown["amount"],
        shown["asset"],
        shown["taken_amount"],
        shown["taken_asset"],
        shown["destination"] or shown["ramp"] or "",
        shown["tx_hash"] or "",
        shown["ended_at"] or "",
    )


def _status_word(status: str) -> str:
    return _("Approved") if status == "approved" else payout_sign(status).word


@never_cache
@require_GET
@require_action("payout.view")
def detail(request: MemberRequest, shop_id: UUID, payout_id: UUID) -> HttpResponse:
    """One payout: what it took and gives, at what, on which network, and how far it is."""
    try:
        payout = payout_get(shop_id=shop_id, payout_id=payout_id)
    except PayoutUnknown as error:
        raise Http404 from error
    shown = payout_as_dict(payout)
    symbol = shown["symbol"]
    context = {
        **payout_row(shown),
        "payout": shown,
        "taken_text": money_text(trimmed(shown["taken_amount"]), shown["taken_asset"]),
        "lines": words.conversion_lines(
            shown["conversion"], symbol=symbol, taken=shown["taken_asset"].partition("@")[0]
        ),
        "chain_why": words.chain_words(shown["chain_choice"]),
        "looked_at": words.looked_at(shown["chain_choice"]),
        "trigger_word": words.trigger_word(shown["trigger"]),
        "steps": _steps(payout),
        "can_cancel": payout.status in UNSENT and may(request, "payout.cancel"),
        **payments_part(payout),
    }
    return draw(request, "dashboard/payout.html", context)


@never_cache
@require_POST
@require_action("payout.cancel")
def cancel(request: MemberRequest, shop_id: UUID, payout_id: UUID) -> HttpResponse:
    """Take back what was not sent yet."""
    try:
        with transaction.atomic():
            payout_cancel(shop_id=shop_id, payout_id=payout_id, now=timezone.now())
            write_down(request, "payout.cancelled", subject=f"payout:{payout_id}")
    except PayoutUnknown as error:
        raise Http404 from error
    except TillwayError:
        messages.error(request, _("It is under way and can't be cancelled any more."))
    else:
        messages.success(request, _("Cancelled. The amount is in your balance again."))
    return HttpResponseRedirect(f"/dashboard/{shop_id}/payouts/{payout_id}")


def _confirm(shop: ShopView, amount: Amount, *, into: str) -> dict[str, Any]:
    """What is to be agreed to: as it is, or at a quote that is promised for a time."""
    confirm: dict[str, Any] = {
        "amount": trimmed(format_amount(amount)),
        "symbol": amount.asset.symbol,
    }
    if into == amount.asset.code:
        return confirm
    quote = payout_quote(shop=shop, taken=amount, into=into, now=timezone.now())
    shown = quote_as_dict(quote)
    return confirm | {
        "to_bank": into in FIAT,
        "quote_id": shown["id"],
        "gives": money_text(trimmed(shown["amount"]), shown["asset"]),
        "until_text": time_text(shown["expires_at"]),
        "lines": words.conversion_lines(
            shown["conversion"], symbol=shown["symbol"], taken=amount.asset.symbol
        ),
    }


def _request(request: MemberRequest, shop: ShopView, amount: Amount, *, into: str) -> Payout:
    draft = request.POST.get("draft", "")[:64] or str(uuid7())
    key, now = f"dashboard:{draft}", timezone.now()
    if into == amount.asset.code:
        return payout_request(
            shop_id=shop.id,
            units=amount.units,
            idempotency_key=key,
            by=request.user.pk,
            now=now,
        )
    return payout_request(
        shop_id=shop.id,
        units=None,
        quote_id=_uuid(request.POST.get("quote", "")),
        idempotency_key=key,
        by=request.user.pk,
        now=now,
    )


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise PayoutQuoteUnknown from None


def _page(
    request: MemberRequest, shop: ShopView, asset: Asset | None, *, status: int = 200, **more: Any
) -> HttpResponse:
    asked = _asked(request)
    try:
        found = payouts_page(
            shop_id=shop.id, statuses=_statuses(asked), order=asked.order, cursor=asked.cursor
        )
    except BadCursor as error:
        raise Http404 from error
    balance = payable_balances(shop=shop)[shop.settlement_asset]
    payable = balance.units
    currencies = bank_currencies(shop_id=shop.id)
    context: dict[str, Any] = {
        "payouts": [payout_row(payout_as_dict(payout)) for payout in found.items],
        "waits": bool(waiting_for(found.items)),
        "destination_waiting": destination_waiting(shop_id=shop.id),
        "filters": asked.filters("status", STATUSES, word=_status_word),
        "file_href": asked.address(f"{asked.here}.csv"),
        **asked.pages(found),
        "payable": trimmed(format_amount(Amount(payable, asset))) if asset else "0",
        "withheld": _kept(balance.withheld, asset),
        "reserve": _kept(balance.reserve, asset),
        "has_payable": payable > 0 or bool(more.get("problem")),
        "symbol": asset.symbol if asset else "",
        "into": shop.settlement_asset,
        "into_choices": [
            *(
                token.code
                for token in tokens_for_mode(shop.mode)
                if token.peg and token.code != shop.settlement_asset
            ),
            *currencies,
        ],
        "has_bank": bool(currencies),
        "draft": str(uuid7()),
        "payout_address": checksum(shop.payout_address) if shop.payout_address else "",
        **more,
    }
    return draw(request, "dashboard/payouts.html", context, status=status)


def _kept(units: int, asset: Asset | None) -> str:
    return trimmed(format_amount(Amount(units, asset))) if asset and units else ""


def payout_row(payout: dict[str, Any]) -> dict[str, Any]:
    """A payout as a page lists it. No query."""
    sign = payout_sign(payout["status"], payout["waiting_reason"])
    return {
        "id": payout["id"],
        "amount_text": money_text(trimmed(payout["amount"]), payout["asset"]),
        "tone": sign.tone,
        "icon": sign.icon,
        "word": sign.word,
        "why": payout_why(payout["status"], payout["waiting_reason"]),
        "address": payout["destination"] or "",
        "at_text": time_text(payout["requested_at"]),
        "tx_hash": payout["tx_hash"] or "",
    }


def _steps(payout: Payout) -> list[dict[str, Any]]:
    """Its life, newest first: what happened, and when."""
    ending = payout_sign(payout.status, payout.waiting_reason)
    waits = payout.status == "awaiting_funds"
    steps = [
        (_("Asked for"), payout.requested_at, "quiet"),
        (_("Approved"), payout.approved_at, "quiet"),
        (ending.word, payout.approved_at if waits else None, ending.tone),
        (_handed(payout), payout.sending_at, "seen"),
        (_left(payout), payout.sent_at, "seen"),
        (ending.word, payout.ended_at, ending.tone),
    ]
    return [
        {"word": word, "at": at.isoformat(), "at_text": time_text(at), "tone": tone}
        for word, at, tone in reversed(steps)
        if at is not None
    ]


def _handed(payout: Payout) -> str:
    return _("Handed to the payment provider") if payout.ramp else _("Handed to the network")


def _left(payout: Payout) -> str:
    return _("On its way to your bank") if payout.ramp else _("In a block")
