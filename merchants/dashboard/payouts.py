"""What can be paid out, what was, and asking for more: typed, confirmed, then done."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gateway.chains.addresses import checksum
from gateway.checkout.wording import money_text, trimmed
from gateway.events.errors import BadCursor, TillwayError
from gateway.events.ids import uuid7
from gateway.money.amounts import Amount, format_amount, parse_positive_amount
from gateway.money.assets import Asset
from gateway.money.errors import MoneyError
from gateway.settlement.presenters import payout_as_dict
from gateway.settlement.requesting import payout_request
from gateway.settlement.selectors import payable_balances, payouts_page
from gateway.shops.selectors import ShopView
from merchants.accounts.guards import MemberRequest, may, require_action
from merchants.dashboard.frame import draw
from merchants.dashboard.selectors import assets_by_code, time_text
from merchants.dashboard.wording import payout_sign, payout_why
from merchants.pos.views import problem_words


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_action("payout.view")
def page(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """The list; a first POST asks to confirm, a second one does it, once per draft."""
    shop = request.shop
    asset = assets_by_code([shop.settlement_asset]).get(shop.settlement_asset)
    if request.method != "POST":
        return _page(request, shop, asset)
    if not may(request, "payout.request"):
        raise PermissionDenied("payout.request")
    typed = request.POST.get("amount", "").strip()
    try:
        if asset is None or shop.payout_address is None:
            return _page(request, shop, asset, status=422)
        amount = parse_positive_amount(typed, asset)
        payable = payable_balances(shop=shop)[asset.code].units
        if amount.units > payable:
            problem = _("That is more than can be paid out now.")
            return _page(request, shop, asset, problem=problem, typed=typed, status=422)
        if request.POST.get("confirmed") != "yes":
            confirm = {"amount": trimmed(format_amount(amount)), "symbol": asset.symbol}
            return _page(request, shop, asset, confirm=confirm)
        draft = request.POST.get("draft", "")[:64] or str(uuid7())
        payout_request(
            shop_id=shop_id,
            units=amount.units,
            idempotency_key=f"dashboard:{draft}",
            now=timezone.now(),
        )
    except (TillwayError, MoneyError) as error:
        words = problem_words(error)
        return _page(request, shop, asset, problem=words, typed=typed, status=error.status)
    messages.success(request, _("The payout is on its way."))
    return HttpResponseRedirect(f"/dashboard/{shop_id}/payouts")


def _page(
    request: MemberRequest, shop: ShopView, asset: Asset | None, *, status: int = 200, **more: Any
) -> HttpResponse:
    try:
        found = payouts_page(shop_id=shop.id, cursor=request.GET.get("cursor"))
    except BadCursor as error:
        raise Http404 from error
    here = f"/dashboard/{shop.id}/payouts"
    balance = payable_balances(shop=shop)[shop.settlement_asset]
    payable = balance.units
    context: dict[str, Any] = {
        "payouts": [_row(payout_as_dict(payout)) for payout in found.items],
        "next_href": f"{here}?cursor={found.next_cursor}" if found.next_cursor else "",
        "payable": trimmed(format_amount(Amount(payable, asset))) if asset else "0",
        "withheld": trimmed(format_amount(Amount(balance.withheld, asset)))
        if asset and balance.withheld
        else "",
        "has_payable": payable > 0 or bool(more.get("problem")),
        "symbol": asset.symbol if asset else "",
        "draft": str(uuid7()),
        "payout_address": checksum(shop.payout_address) if shop.payout_address else "",
        **more,
    }
    return draw(request, "dashboard/payouts.html", context, status=status)


def _row(payout: dict[str, Any]) -> dict[str, Any]:
    sign = payout_sign(payout["status"], payout["waiting_reason"])
    return {
        "amount_text": money_text(trimmed(payout["amount"]), payout["asset"]),
        "tone": sign.tone,
        "icon": sign.icon,
        "word": sign.word,
        "why": payout_why(payout["status"], payout["waiting_reason"]),
        "address": payout["destination"] or "",
        "at_text": time_text(payout["requested_at"]),
        "tx_hash": payout["tx_hash"] or "",
    }
