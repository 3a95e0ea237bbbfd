"""A shop's own acts that need two people: the queue, the history, one act."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from gateway.custody.approvals.errors import ActUnknown
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.selectors import act_get, acts_open, acts_over
from gateway.events.errors import BadCursor
from merchants.accounts.guards import MemberRequest, require_action, step_first
from merchants.accounts.selectors import people_allowed
from merchants.dashboard.approvals.acting import VERBS, act_on
from merchants.dashboard.approvals.rows import rows_of
from merchants.dashboard.frame import draw


@never_cache
@require_GET
@require_action("approval.view")
def queue(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """What waits, and what is over."""
    here = f"/dashboard/{shop_id}/approvals"
    try:
        over = acts_over(shop_id=shop_id, cursor=request.GET.get("cursor"))
    except BadCursor as error:
        raise Http404 from error
    context = {
        "root": here,
        "open_rows": _rows(request, acts_open(shop_id=shop_id)),
        "over_rows": _rows(request, over.items),
        "next_href": f"{here}?cursor={over.next_cursor}" if over.next_cursor else "",
        "is_alone": people_allowed(shop_id=shop_id, action="approval.decide") < 2,
    }
    return draw(request, "dashboard/approvals/queue.html", context)


@never_cache
@require_GET
@require_action("approval.view")
def one(request: MemberRequest, shop_id: UUID, act_id: UUID) -> HttpResponse:
    """What one would do, who is for it, and what its reader may say."""
    return _one(request, _found(shop_id, act_id))


@sensitive_post_parameters("password")
@never_cache
@require_POST
@require_action("approval.view")
def say(request: MemberRequest, shop_id: UUID, act_id: UUID, verb: str) -> HttpResponse:
    """Approve, reject or cancel it."""
    if verb not in VERBS:
        raise Http404
    act = _found(shop_id, act_id)
    if verb == "agree" and (
        asked := step_first(
            request, "approval.decide", back=f"/dashboard/{shop_id}/approvals/{act_id}"
        )
    ):
        return asked
    problem = act_on(request, act, verb)
    if problem:
        return _one(request, act, problem=problem, verb=verb, status=422)
    return HttpResponseRedirect(f"/dashboard/{shop_id}/approvals/{act_id}")


def _one(request: MemberRequest, act: Act, *, status: int = 200, **more: Any) -> HttpResponse:
    (row,) = _rows(request, [act])
    root = f"/dashboard/{request.shop.id}/approvals"
    alone = people_allowed(shop_id=request.shop.id, action="approval.decide") < 2
    context = {"root": root, "row": row, "is_alone": alone, **more}
    return draw(request, "dashboard/approvals/one.html", context, status=status)


def _rows(request: MemberRequest, acts: Sequence[Act]) -> list[dict[str, Any]]:
    return rows_of(acts, person=request.user.pk, roles=request.roles, shop=request.shop)


def _found(shop_id: UUID, act_id: UUID) -> Act:
    try:
        return act_get(act_id=act_id, shop_id=shop_id)
    except ActUnknown as error:
        raise Http404 from error
