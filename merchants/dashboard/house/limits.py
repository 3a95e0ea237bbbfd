"""A shop's limits: tightened at once, loosened by two people of the house."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gateway.checkout.wording import trimmed
from gateway.custody.approvals.selectors import open_act
from gateway.events.errors import TillwayError
from gateway.money.amounts import Amount, format_amount, parse_amount
from gateway.money.assets import FIAT, Asset
from gateway.money.errors import MoneyError
from gateway.settlement.limits import KIND, LIMITS, limits_of, shop_limits_change
from gateway.shops.errors import ShopUnknown
from gateway.shops.selectors import ShopView, shop_view, shops_by_name
from merchants.accounts.guards import MemberRequest, may, require_action
from merchants.dashboard.approvals.acting import act_problem
from merchants.dashboard.approvals.wording import limit_word
from merchants.dashboard.house.frame import draw
from merchants.dashboard.selectors import assets_by_code
from merchants.pos.views import problem_words

ROOT: Final = "/house/limits"
SHOWN: Final = 50


@require_http_methods(["GET", "HEAD"])
@require_action("approval.propose", shop=None)
def shops(request: MemberRequest) -> HttpResponse:
    """Find a shop by its name."""
    typed = request.GET.get("q", "").strip()[:80]
    context = {"typed": typed, "found": shops_by_name(part=typed, limit=SHOWN)}
    return draw(request, "dashboard/house/limit_shops.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require_action("approval.propose", shop=None)
def limits(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """A shop's limits, and changing them."""
    try:
        shop = shop_view(shop_id=shop_id)
    except ShopUnknown as error:
        raise Http404 from error
    if request.method != "POST":
        return _page(request, shop)
    if not may(request, "approval.propose"):
        raise PermissionDenied("approval.propose")
    try:
        changes = _changes(request, shop)
        if not changes:
            return _page(request, shop, problem=_("Nothing is different."), status=422)
        act = shop_limits_change(
            shop_id=shop_id,
            changes=changes,
            reason=request.POST.get("reason", ""),
            by=request.user.pk,
            now=timezone.now(),
        )
    except (TillwayError, MoneyError) as error:
        words = act_problem(error) if isinstance(error, TillwayError) else problem_words(error)
        return _page(request, shop, problem=words, status=422)
    if act is None:
        messages.success(request, _("Tighter limits are in force now."))
        return HttpResponseRedirect(f"{ROOT}/{shop_id}")
    messages.success(request, _("Proposed. Another person must approve it."))
    return HttpResponseRedirect(f"/house/approvals/{act.id}")


def _changes(request: MemberRequest, shop: ShopView) -> dict[str, int | None]:
    """What was typed and differs. Raises MoneyError."""
    before = limits_of(shop.terms)
    wanted: dict[str, int | None] = {}
    for name, asset in _assets(shop).items():
        typed = request.POST.get(name, "").strip()
        if typed:
            wanted[name] = parse_amount(typed, asset).units
        elif name == "payout_limit_units":
            wanted[name] = None
    return {name: units for name, units in wanted.items() if units != before[name]}


def _assets(shop: ShopView) -> dict[str, Asset]:
    settled = FIAT.get(shop.settlement_asset) or assets_by_code([shop.settlement_asset]).get(
        shop.settlement_asset
    )
    if settled is None:
        raise Http404
    return {
        name: FIAT[shop.pricing_currency] if name == "max_open_lock_units" else settled
        for name in LIMITS
    }


def _page(
    request: MemberRequest, shop: ShopView, *, problem: str = "", status: int = 200
) -> HttpResponse:
    before = limits_of(shop.terms)
    fields: list[dict[str, Any]] = []
    for name, asset in _assets(shop).items():
        units = before[name]
        shown = "" if units is None else trimmed(format_amount(Amount(units, asset)))
        fields.append(
            {
                "name": name,
                "label": limit_word(name),
                "symbol": asset.symbol,
                "value": request.POST.get(name, shown),
                "may_be_empty": name == "payout_limit_units",
            }
        )
    context = {
        "shop": shop,
        "fields": fields,
        "problem": problem,
        "reason": request.POST.get("reason", ""),
        "waiting": open_act(kind=KIND, subject=f"shop:{shop.id}"),
    }
    return draw(request, "dashboard/house/limits.html", context, status=status)
