"""A shop's fee: another one is proposed here, and two people of the house decide about it."""

import re
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gateway.custody.approvals.selectors import open_act
from gateway.events.errors import TillwayError
from gateway.settlement.fee_schedule import KIND, fee_propose
from gateway.shops.errors import ShopUnknown, TermsRefused
from gateway.shops.fees import fee_versions_of
from gateway.shops.selectors import ShopView, shop_view
from gateway.shops.terms import MAX_FEE_BPS
from merchants.accounts.guards import MemberRequest, may, require_action
from merchants.accounts.selectors import people_named
from merchants.dashboard.approvals.acting import act_problem
from merchants.dashboard.fee_words import percent_text, version_rows
from merchants.dashboard.house.frame import draw

_PERCENT: Final = re.compile(r"([0-9]{1,2})(?:[.,]([0-9]{1,2}))?")


@require_http_methods(["GET", "HEAD", "POST"])
@require_action("approval.propose", shop=None)
def fee(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """A shop's fee schedule, and proposing its next version."""
    try:
        shop = shop_view(shop_id=shop_id)
    except ShopUnknown as error:
        raise Http404 from error
    if request.method != "POST":
        return _page(request, shop)
    if not may(request, "approval.propose"):
        raise PermissionDenied("approval.propose")
    bps = _bps(request.POST.get("percent", "").strip())
    if bps is None:
        return _page(request, shop, problem=_percent_problem(), status=422)
    try:
        act = fee_propose(
            shop_id=shop_id,
            fee_bps=bps,
            reason=request.POST.get("reason", ""),
            by=request.user.pk,
        )
    except TermsRefused:
        problem = _("That is the fee already.") if bps == shop.terms.fee_bps else _percent_problem()
        return _page(request, shop, problem=problem, status=422)
    except TillwayError as error:
        return _page(request, shop, problem=act_problem(error), status=422)
    messages.success(request, _("Proposed. Another person must approve it."))
    return HttpResponseRedirect(f"/house/approvals/{act.id}")


def _bps(typed: str) -> int | None:
    """Percent as typed, in basis points; None if that is no percentage."""
    found = _PERCENT.fullmatch(typed)
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else None


def _percent_problem() -> str:
    return _("A fee is a percentage between 0 and %(most)s.") % {"most": percent_text(MAX_FEE_BPS)}


def _page(
    request: MemberRequest, shop: ShopView, *, problem: str = "", status: int = 200
) -> HttpResponse:
    versions = fee_versions_of(shop_id=shop.id)
    people = {person for version in versions if (person := version.by_person)}
    context = {
        "shop": shop,
        "versions": version_rows(versions, names=people_named(people, shop_id=None)),
        "problem": problem,
        "percent": request.POST.get("percent", ""),
        "reason": request.POST.get("reason", ""),
        "waiting": open_act(kind=KIND, subject=f"shop:{shop.id}"),
    }
    return draw(request, "dashboard/house/fee.html", context, status=status)
