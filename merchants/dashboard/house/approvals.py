"""The house's queue of what needs two people: every shop's acts and its own."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from gateway.custody.approvals.errors import ActUnknown
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.selectors import act_get, acts_open, acts_over
from gateway.events.errors import BadCursor
from merchants.accounts.guards import MemberRequest, require_action, step_first
from merchants.dashboard.approvals.acting import VERBS, act_on
from merchants.dashboard.approvals.deciding import kinds_for
from merchants.dashboard.approvals.rows import rows_of
from merchants.dashboard.house.frame import draw

ROOT: Final = "/house/approvals"


@require_GET
@require_action("approval.view", shop=None)
def queue(request: MemberRequest) -> HttpResponse:
    """What waits, and what is over, of the kinds that this person decides about."""
    kinds = kinds_for(request.roles)
    try:
        over = acts_over(kinds=kinds, cursor=request.GET.get("cursor"))
    except BadCursor as error:
        raise Http404 from error
    context = {
        "root": ROOT,
        "open_rows": _rows(request, acts_open(kinds=kinds)),
        "over_rows": _rows(request, over.items),
        "next_href": f"{ROOT}?cursor={over.next_cursor}" if over.next_cursor else "",
    }
    return draw(request, "dashboard/house/approvals.html", context)


@require_GET
@require_action("approval.view", shop=None)
def one(request: MemberRequest, act_id: UUID) -> HttpResponse:
    """What one would do, who is for it, and what its reader may say."""
    return _one(request, _found(request, act_id))


@sensitive_post_parameters("password")
@require_POST
@require_action("approval.view", shop=None)
def say(request: MemberRequest, act_id: UUID, verb: str) -> HttpResponse:
    """Approve, reject or cancel it."""
    if verb not in VERBS:
        raise Http404
    act = _found(request, act_id)
    if verb == "agree" and (
        asked := step_first(request, "approval.decide", back=f"{ROOT}/{act_id}")
    ):
        return asked
    problem = act_on(request, act, verb)
    if problem:
        return _one(request, act, problem=problem, verb=verb, status=422)
    return HttpResponseRedirect(f"{ROOT}/{act_id}")


def _one(request: MemberRequest, act: Act, *, status: int = 200, **more: Any) -> HttpResponse:
    (row,) = _rows(request, [act])
    context = {"root": ROOT, "row": row, **more}
    return draw(request, "dashboard/house/approval.html", context, status=status)


def _rows(request: MemberRequest, acts: Sequence[Act]) -> list[dict[str, Any]]:
    return rows_of(acts, person=request.user.pk, roles=request.roles)


def _found(request: MemberRequest, act_id: UUID) -> Act:
    try:
        act = act_get(act_id=act_id)
    except ActUnknown as error:
        raise Http404 from error
    if act.kind not in kinds_for(request.roles):
        raise Http404
    return act
