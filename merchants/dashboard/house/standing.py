"""A shop as the house sees it: its standing, money and reserve, and what may be done to them."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from gateway.chains.addresses import parse_address
from gateway.custody.approvals.models import Act
from gateway.events.errors import TillwayError
from gateway.money.amounts import parse_amount
from gateway.money.errors import MoneyError
from gateway.settlement.releasing import payout_release_propose
from gateway.settlement.reserve_terms import shop_reserve_change
from gateway.settlement.standing import shop_status_propose, shop_suspend
from gateway.shops.errors import PolicyRefused, ShopUnknown
from gateway.shops.selectors import ShopView, shop_view, shops_by_name
from merchants.accounts.guards import MemberRequest, may, require_action
from merchants.dashboard.approvals.acting import act_problem
from merchants.dashboard.approvals.own_shop import check_not_own
from merchants.dashboard.house.frame import draw
from merchants.dashboard.house.standing_rows import shop_facts
from merchants.dashboard.selectors import assets_by_code
from merchants.dashboard.standing_words import status_sign
from merchants.pos.views import problem_words

ROOT: Final = "/house/shops"
SHOWN: Final = 50
NEEDS: Final = {
    "suspend": "shop.suspend",
    "status": "shop.suspend",
    "reserve": "approval.propose",
    "release": "approval.propose",
}
"""What a person must be allowed for each form of the page."""


@require_GET
@require_action("approval.propose", shop=None)
def shops(request: MemberRequest) -> HttpResponse:
    """Find a shop by its name. Two queries."""
    typed = request.GET.get("q", "").strip()[:80]
    found = shops_by_name(part=typed, limit=SHOWN)
    rows = [{"shop": shop, "sign": status_sign(shop.status)} for shop in found]
    return draw(request, "dashboard/house/shops.html", {"typed": typed, "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@require_action("approval.propose", shop=None)
def shop(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """One shop; posted to, what one person may do at once or propose to another."""
    try:
        found = shop_view(shop_id=shop_id)
    except ShopUnknown as error:
        raise Http404 from error
    if request.method != "POST":
        return _page(request, found)
    wanted = request.POST.get("do", "")
    if wanted not in NEEDS:
        raise Http404
    if not may(request, NEEDS[wanted]):
        raise PermissionDenied(wanted)
    try:
        if wanted != "suspend":  # which lets nobody have anything
            check_not_own(request.user, found.id)
        act = DO[wanted](request, found)
    except (TillwayError, MoneyError) as refused:
        return _page(request, found, refused=wanted, problem=_problem(refused), status=422)
    if act is not None:
        messages.success(request, _("Proposed. Another person must approve it."))
        return HttpResponseRedirect(f"/house/approvals/{act.id}")
    messages.success(
        request,
        _("Suspended. None of its money leaves.")
        if wanted == "suspend"
        else _("More is kept back from now on."),
    )
    return HttpResponseRedirect(f"{ROOT}/{shop_id}")


def _suspend(request: MemberRequest, found: ShopView) -> None:
    shop_suspend(
        shop_id=found.id,
        reason=request.POST.get("reason", ""),
        by=request.user.pk,
        now=timezone.now(),
    )


def _status(request: MemberRequest, found: ShopView) -> Act:
    return shop_status_propose(
        shop_id=found.id,
        status=request.POST.get("status", ""),
        reason=request.POST.get("reason", ""),
        by=request.user.pk,
    )


def _reserve(request: MemberRequest, found: ShopView) -> Act | None:
    return shop_reserve_change(
        shop_id=found.id,
        bps=_number(request.POST.get("bps", "")),
        days=_number(request.POST.get("days", "")),
        reason=request.POST.get("reason", ""),
        by=request.user.pk,
        now=timezone.now(),
    )


def _release(request: MemberRequest, found: ShopView) -> Act:
    code, typed = request.POST.get("asset", ""), request.POST.get("amount", "").strip()
    asset = assets_by_code([code]).get(code)
    units = parse_amount(typed, asset).units if typed and asset else None
    return payout_release_propose(
        shop_id=found.id,
        asset=code,
        units=units,
        destination=parse_address(request.POST.get("destination", "").strip()),
        reason=request.POST.get("reason", ""),
        by=request.user.pk,
        now=timezone.now(),
    )


DO: Final[dict[str, Callable[[MemberRequest, ShopView], Act | None]]] = {
    "suspend": _suspend,
    "status": _status,
    "reserve": _reserve,
    "release": _release,
}


def _number(typed: str) -> int:
    """A whole number as typed; -1, which nothing allows, for anything else."""
    text = typed.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1


def _page(
    request: MemberRequest,
    found: ShopView,
    *,
    refused: str = "",
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = shop_facts(found, person=request.user.pk, roles=request.roles)
    typed = request.POST if refused else {}
    context |= {
        "refused": refused,
        "problem": problem,
        "typed": {
            name: typed.get(name, "")
            for name in ("reason", "status", "asset", "amount", "destination")
        },
    }
    if refused == "reserve":
        context |= {"bps": typed.get("bps", ""), "days": typed.get("days", "")}
    return draw(request, "dashboard/house/shop.html", context, status=status)


def _problem(refused: TillwayError | MoneyError) -> str:
    words = {
        "policy_refused": _("A reserve is 1 to 5000 basis points for 1 to 180 days, or 0 and 0."),
        "terms_refused": _("Somebody was quicker: this shop's state is another one by now."),
        "release_refused": _("A list names this address, or the shop is paid as it asks."),
        "lists_missing": _("A screening list is missing, so no address can be found clear."),
        "nothing_to_pay_out": _("Nothing can be paid out now."),
        "payout_too_large": _("So much can't leave now."),
        "address_refused": _("This isn't an address that money can be sent to."),
        "address_invalid": _("This isn't an address that money can be sent to."),
    }
    if isinstance(refused, PolicyRefused) and refused.field == "reserve_bps":
        return _("That is the reserve already.")
    if refused.code in words:
        return words[refused.code]
    return act_problem(refused) if isinstance(refused, TillwayError) else problem_words(refused)
