"""Cases: the officers' queue, one case with its evidence, and what they do with it."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from gateway.compliance.cases.errors import CaseUnknown
from gateway.compliance.cases.exporting import record_lines
from gateway.compliance.cases.models import Case
from gateway.compliance.cases.selectors import case_counts, case_get, cases_page
from gateway.compliance.cases.services import (
    case_assign,
    case_close_propose,
    case_escalate,
    case_investigate,
    case_note,
    case_reopen,
)
from gateway.events.errors import BadCursor, TillwayError
from merchants.accounts.guards import MemberRequest, require_action
from merchants.accounts.selectors import house_people
from merchants.dashboard.approvals.acting import VERBS, act_on, act_problem
from merchants.dashboard.approvals.own_shop import check_not_own
from merchants.dashboard.house.case_facts import act_of, case_facts, record_checked
from merchants.dashboard.house.case_rows import (
    ROOT,
    case_rows,
    filter_of,
    filters,
    href_of,
    state_bars,
)
from merchants.dashboard.house.case_words import ENDINGS, problem_words
from merchants.dashboard.house.frame import draw


@require_GET
@require_action("case.work", shop=None)
def cases(request: MemberRequest) -> HttpResponse:
    """What waits, by what is due first; or what was closed. Eight queries."""
    wanted = filter_of(request.GET, person=request.user.pk)
    if wanted is None:
        raise Http404
    now = timezone.now()
    try:
        page = cases_page(wanted, now=now, cursor=request.GET.get("cursor"))
    except BadCursor as error:
        raise Http404 from error
    counts = case_counts(person=request.user.pk, now=now)
    here = href_of(request.GET)
    more = f"{here}{'&' if '?' in here else '?'}cursor={page.next_cursor}"
    context = {
        "rows": case_rows(page.items, now=now),
        "bars": state_bars(counts, request.GET),
        "overdue": counts.overdue,
        "filters": filters(counts, request.GET),
        "is_filtered": here != ROOT,
        "is_later": "cursor" in request.GET,
        "first_href": here,
        "next_href": more if page.next_cursor else "",
    }
    return draw(request, "dashboard/house/cases.html", context)


@require_GET
@require_action("case.work", shop=None)
def case(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """One case; with ``?check=1`` its part of the record is checked too."""
    found = _found(case_id)
    if request.GET.get("check") == "1":
        return _page(request, found, checked=record_checked(found))
    return _page(request, found)


@require_GET
@require_action("case.work", shop=None)
def record(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """The case's part of the record, for ``python -m gateway.compliance.cases.verify``."""
    found = _found(case_id)
    lines = "".join(f"{line}\n" for line in record_lines(case_id=found.id))
    response = HttpResponse(lines, content_type="application/jsonl; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="case-{found.reference}.jsonl"'
    response["Cache-Control"] = "no-store"
    return response


@sensitive_post_parameters("password")
@require_POST
@require_action("case.work", shop=None)
def say(request: MemberRequest, case_id: UUID, verb: str) -> HttpResponse:
    """Do something with it; back on its page, or there with what is wrong."""
    found = _found(case_id)
    if verb in VERBS:
        return _decide(request, found, verb)
    if verb not in DOES:
        raise Http404
    does, words = DOES[verb]
    try:
        check_not_own(request.user, found.shop_id)
        does(request, found)
    except TillwayError as refused:
        problem = problem_words(refused.code) or act_problem(refused)
        # Somebody may have been quicker: the page shows how it is now.
        return _page(request, _found(case_id), problem=problem, verb=verb, status=422)
    messages.success(request, words())
    return HttpResponseRedirect(f"{ROOT}/{case_id}")


def _decide(request: MemberRequest, found: Case, verb: str) -> HttpResponse:
    """Approve, reject or cancel what is proposed about it."""
    act = act_of(found)
    if act is None:
        problem = _("Somebody was quicker: this is over.")
    else:
        problem = act_on(request, act, verb)
    if problem:
        return _page(request, _found(found.id), problem=problem, verb=verb, status=422)
    return HttpResponseRedirect(f"{ROOT}/{found.id}")


def _page(request: MemberRequest, found: Case, *, status: int = 200, **more: Any) -> HttpResponse:
    facts = case_facts(found, person=request.user.pk, roles=request.roles, now=timezone.now())
    context = facts | {
        "endings": ENDINGS,
        "typed": {name: request.POST.get(name, "") for name in ("disposition", "reason", "text")},
        **more,
    }
    return draw(request, "dashboard/house/case.html", context, status=status)


def _found(case_id: UUID) -> Case:
    try:
        return case_get(case_id)
    except CaseUnknown as error:
        raise Http404 from error


def _person(text: str) -> UUID | None:
    """Somebody's id in a form; None for nobody."""
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise Http404 from error


def _assign(request: MemberRequest, found: Case, *, to: UUID | None) -> None:
    if to is not None and to not in house_people(action="case.work"):
        raise Http404
    case_assign(
        case_id=found.id,
        by=request.user.pk,
        expected=_person(request.POST.get("expected", "")),
        to=to,
        now=timezone.now(),
    )


def _take(request: MemberRequest, found: Case) -> None:
    _assign(request, found, to=request.user.pk)


def _hand_over(request: MemberRequest, found: Case) -> None:
    to = _person(request.POST.get("to", ""))
    if to is None:
        raise Http404
    _assign(request, found, to=to)


def _lay_down(request: MemberRequest, found: Case) -> None:
    _assign(request, found, to=None)


def _investigate(request: MemberRequest, found: Case) -> None:
    case_investigate(case_id=found.id, by=request.user.pk, now=timezone.now())


def _note(request: MemberRequest, found: Case) -> None:
    text = request.POST.get("text", "")
    case_note(case_id=found.id, by=request.user.pk, text=text, now=timezone.now())


def _with_reason(verb: Callable[..., Any], request: MemberRequest, found: Case) -> None:
    reason = request.POST.get("reason", "")
    verb(case_id=found.id, by=request.user.pk, reason=reason, now=timezone.now())


def _propose(request: MemberRequest, found: Case) -> None:
    case_close_propose(
        case_id=found.id,
        by=request.user.pk,
        disposition=request.POST.get("disposition", ""),
        reason=request.POST.get("reason", ""),
        now=timezone.now(),
    )


Does = Callable[[MemberRequest, Case], None]
DOES: Final[dict[str, tuple[Does, Callable[[], str]]]] = {
    "take": (_take, lambda: _("The case is yours.")),
    "hand-over": (_hand_over, lambda: _("Handed over.")),
    "lay-down": (_lay_down, lambda: _("Laid down: somebody else can take it.")),
    "investigate": (_investigate, lambda: _("Under investigation.")),
    "escalate": (
        partial(_with_reason, case_escalate),
        lambda: _("Escalated: it stands first in the queue."),
    ),
    "note": (_note, lambda: _("Written down.")),
    "propose": (_propose, lambda: _("Proposed. Another officer must approve it.")),
    "reopen": (partial(_with_reason, case_reopen), lambda: _("Reopened, and yours.")),
}
