"""Held money: the officers' list, one hold with what is known of it, and what becomes of it."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from gateway.compliance.deciding import (
    hold_block_propose,
    hold_release_propose,
    hold_return_propose,
)
from gateway.compliance.errors import NoHold
from gateway.compliance.models import Hold
from gateway.compliance.selectors import HOLD_STATES, hold_get, holds_page
from gateway.custody.approvals.models import Act
from gateway.events.errors import BadCursor, TillwayError
from gateway.events.ordering import BY_TIME
from merchants.accounts.guards import MemberRequest, require_action
from merchants.dashboard.approvals.acting import act_problem
from merchants.dashboard.approvals.own_shop import check_not_own
from merchants.dashboard.house.frame import draw
from merchants.dashboard.house.hold_rows import hold_facts, hold_rows
from merchants.dashboard.house.hold_words import CHOICES, filter_word
from merchants.dashboard.lists import listed

ROOT: Final = "/house/holds"
PROPOSE: Final[dict[str, Callable[..., Act]]] = {
    "release": hold_release_propose,
    "return": hold_return_propose,
    "block": hold_block_propose,
}


@require_GET
@require_action("hold.decide", shop=None)
def holds(request: MemberRequest) -> HttpResponse:
    """What waits for a decision, or what was decided one way. Six queries."""
    state = request.GET.get("state", "open")
    if state not in HOLD_STATES:
        raise Http404
    # What waits longest is what to decide first.
    orders = BY_TIME[::-1] if state == "open" else BY_TIME
    asked = listed(request.GET, ROOT, orders=orders, query={"state": state})
    try:
        page = holds_page(state=state, order=asked.order, cursor=asked.cursor)
    except BadCursor as error:
        raise Http404 from error
    context = {
        "state": state,
        "filters": [
            {"word": filter_word(one), "href": f"{ROOT}?state={one}", "current": one == state}
            for one in HOLD_STATES
        ],
        "rows": hold_rows(page.items),
        **asked.pages(page),
    }
    return draw(request, "dashboard/house/holds.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require_action("hold.decide", shop=None)
def hold(request: MemberRequest, hold_id: UUID) -> HttpResponse:
    """One hold; posted to, a decision that another officer has to agree to."""
    try:
        found = hold_get(hold_id)
    except NoHold as error:
        raise Http404 from error
    if request.method != "POST":
        return _page(request, found)
    propose = PROPOSE.get(request.POST.get("decision", ""))
    if propose is None:
        return _page(request, found, problem=_("Choose what shall become of it."), status=422)
    try:
        check_not_own(request.user, found.shop_id)
        act = propose(
            deposit_id=found.deposit_id,
            by=request.user.pk,
            reason=request.POST.get("reason", ""),
        )
    except TillwayError as refused:
        return _page(request, found, problem=_refusal(refused), status=422)
    messages.success(request, _("Proposed. Another officer must approve it."))
    return HttpResponseRedirect(f"/house/approvals/{act.id}")


def _page(
    request: MemberRequest, found: Hold, *, problem: str = "", status: int = 200
) -> HttpResponse:
    facts = hold_facts(found, person=request.user.pk, roles=request.roles)
    # What was credited before its payer was listed is its shop's: a refund gives it back.
    offered = [one for one in CHOICES if one.name != "return" or facts["standing"] != "decided"]
    context: dict[str, Any] = facts | {
        "choices": offered,
        "can_decide": found.approved_at is None and facts["waiting"] is None,
        "chosen": request.POST.get("decision", ""),
        "reason": request.POST.get("reason", ""),
        "problem": problem,
    }
    return draw(request, "dashboard/house/hold.html", context, status=status)


def _refusal(refused: TillwayError) -> str:
    words = {
        "hold_not_found": _("Somebody was quicker: this is decided."),
        "hold_of_booked_money": _(
            "This money was credited to its shop already: it can be released or kept."
        ),
    }
    return words.get(refused.code) or act_problem(refused)
