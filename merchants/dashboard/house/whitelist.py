"""Who is not the listed person they are called like: said by two, and for as long as the list says
the same."""

from contextlib import suppress
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gateway.compliance.alerts.abouts import AboutUnreadable, about_of
from gateway.compliance.naming.models import GoodGuy
from gateway.compliance.naming.selectors import good_guys_page
from gateway.compliance.naming.services import good_guy_end
from gateway.compliance.naming.whitelisting import KIND, good_guy_propose
from gateway.custody.approvals.configuration import house_mode
from gateway.custody.approvals.selectors import acts_open
from gateway.events.errors import BadCursor, TillwayError
from merchants.accounts.guards import MemberRequest, require_action
from merchants.accounts.selectors import people_named
from merchants.dashboard.approvals.acting import act_problem
from merchants.dashboard.approvals.own_shop import check_not_own, shop_about
from merchants.dashboard.approvals.rows import rows_of
from merchants.dashboard.house.frame import draw
from merchants.dashboard.lists import listed
from merchants.dashboard.selectors import time_text

ROOT: Final = "/house/whitelist"
FIELDS: Final = ("about", "source", "entity_id", "reason")


@require_http_methods(["GET", "HEAD", "POST"])
@require_action("hold.decide", shop=None)
def whitelist(request: MemberRequest) -> HttpResponse:
    """What holds, what is proposed and what has ended; posted to, a proposal."""
    if request.method != "POST":
        return _page(request)
    told = {name: request.POST.get(name, "").strip() for name in FIELDS}
    try:
        check_not_own(request.user, shop_about(str(about_of(told["about"]))))
        act = good_guy_propose(mode=house_mode(), by=request.user.pk, **told)
    except TillwayError as refused:
        return _page(request, problem=_refusal(refused), status=422)
    except AboutUnreadable:
        problem = _("Name the person or company as its case does: subject:, then the id.")
        return _page(request, problem=problem, status=422)
    messages.success(request, _("Proposed. Another officer must approve it."))
    return HttpResponseRedirect(f"/house/approvals/{act.id}")


@require_POST
@require_action("hold.decide", shop=None)
def withdraw(request: MemberRequest, good_guy_id: UUID) -> HttpResponse:
    """Take an entry back: one officer is enough, since people then look again."""
    try:
        good_guy_end(good_guy_id=good_guy_id, by=f"user:{request.user.pk}", now=timezone.now())
    except TillwayError as refused:
        return _page(request, problem=_refusal(refused), status=422)
    messages.success(request, _("Taken back. Its matches are looked at again."))
    return HttpResponseRedirect(ROOT)


def _page(request: MemberRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    ended = request.GET.get("state") == "ended"
    asked = listed(request.GET, ROOT, query={"state": "ended" if ended else "open"})
    try:
        page = good_guys_page(ended=ended, order=asked.order, cursor=asked.cursor)
    except BadCursor as error:
        raise Http404 from error
    names = people_named({one for row in page.items for one in _people(row)})
    by_text = {f"user:{one}": str(name) for one, name in names.items()}
    context: dict[str, Any] = {
        "is_ended": ended,
        "rows": [_row(row, by_text) for row in page.items],
        "waiting": rows_of(acts_open(kinds=[KIND]), person=request.user.pk, roles=request.roles),
        **asked.pages(page),
        "problem": problem,
        "told": {name: request.POST.get(name, request.GET.get(name, ""))[:500] for name in FIELDS},
    }
    return draw(request, "dashboard/house/whitelist.html", context, status=status)


def _people(row: GoodGuy) -> list[UUID]:
    """Those who said it from a page; whoever used the command line stands there by name."""
    found = []
    for told in (row.said_by, row.agreed_by, row.ended_because):
        with suppress(ValueError):
            found.append(UUID(told.removeprefix("user:")))
    return found


def _row(row: GoodGuy, names: dict[str, str]) -> dict[str, Any]:
    def name(told: str) -> str:
        return names.get(told, told)

    return {
        "id": row.id,
        "about": row.about,
        "listed": f"{row.source}:{row.entity_id}",
        "why": row.why,
        "said_by": name(row.said_by),
        "agreed_by": name(row.agreed_by),
        "said": time_text(row.said_at),
        "ended": time_text(row.ended_at) if row.ended_at else "",
        "ended_because": name(row.ended_because),
    }


def _refusal(refused: TillwayError) -> str:
    words = {
        "listed_entity_not_found": _("No list in force names this entity."),
        "whitelist_entry_not_found": _("Somebody was quicker: this entry has ended."),
    }
    return words.get(refused.code) or act_problem(refused)
