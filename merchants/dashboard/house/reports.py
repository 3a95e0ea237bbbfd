"""Reports to authorities: what waits, one report with its form and file, and what officers do."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from gateway.compliance.reporting.errors import ReportUnknown
from gateway.compliance.reporting.life import STATES
from gateway.compliance.reporting.selectors import report_counts, report_get, reports_in
from gateway.compliance.reporting.services import (
    report_acknowledge,
    report_amend,
    report_approve,
    report_begin,
    report_file,
    report_file_read,
    report_fill,
    report_propose,
    report_read,
    report_refused,
    report_send_back,
    report_table_read,
    report_write_again,
)
from gateway.events.errors import TillwayError
from merchants.accounts.acting import knows_password
from merchants.accounts.actions import roles_allow
from merchants.accounts.guards import MemberRequest, require_action
from merchants.dashboard.house.frame import draw
from merchants.dashboard.house.report_rows import ROOT, report_facts, report_row
from merchants.dashboard.house.report_words import refusal_words, state_sign


@require_GET
@require_action("report.work", shop=None)
def reports(request: MemberRequest) -> HttpResponse:
    """What is not filed, by what is due first; or those in one state. Two queries."""
    state = request.GET.get("state", "")
    if state not in ("", *STATES):
        raise Http404
    now = timezone.now()
    counts = report_counts(now=now)
    context = {
        "rows": [report_row(one, now=now) for one in reports_in(state)],
        "overdue": counts.overdue,
        "state": state,
        "filters": [
            {
                "word": state_sign(one).word if one else _("Not filed"),
                "href": f"{ROOT}?state={one}" if one else ROOT,
                "count": counts.by_state.get(one, 0) if one else 0,
                "current": one == state,
            }
            for one in ("", *STATES)
        ],
    }
    return draw(request, "dashboard/house/reports.html", context)


@require_GET
@require_action("report.work", shop=None)
def report(request: MemberRequest, report_id: UUID) -> HttpResponse:
    """One report; that it was read is written down first."""
    return _page(request, report_id, is_checked=request.GET.get("check") == "1")


@require_GET
@require_action("report.work", shop=None)
def file(request: MemberRequest, report_id: UUID) -> HttpResponse:
    """The file that is handed in; what goes along with it by ``?part=``."""
    try:
        found, content = report_file_read(
            report_id=report_id,
            by=request.user.pk,
            now=timezone.now(),
            part=request.GET.get("part", "report"),
        )
    except TillwayError as error:
        raise Http404 from error
    return _download(content, name=found.name, media=found.media)


@require_GET
@require_action("report.work", shop=None)
def table(request: MemberRequest, report_id: UUID) -> HttpResponse:
    """Blocked property as a table for the authority's spreadsheet."""
    try:
        found, content = report_table_read(
            report_id=report_id, by=request.user.pk, now=timezone.now()
        )
    except TillwayError as error:
        raise Http404 from error
    return _download(content, name=f"{found.reference}.csv", media="text/csv; charset=utf-8")


@require_POST
@require_action("report.work", shop=None)
def begin(request: MemberRequest) -> HttpResponse:
    """Begin a report about a case by hand."""
    try:
        case_id = UUID(request.POST.get("case_id", ""))
    except ValueError as error:
        raise Http404 from error
    try:
        begun = report_begin(
            case_id=case_id,
            kind=request.POST.get("kind", ""),
            by=f"user:{request.user.pk}",
            now=timezone.now(),
        )
    except TillwayError as refused:
        messages.error(request, refusal_words(refused.code) or refused.message)
        return HttpResponseRedirect(f"/house/cases/{case_id}")
    return HttpResponseRedirect(f"{ROOT}/{begun.id}")


@sensitive_post_parameters("password")
@require_POST
@require_action("report.work", shop=None)
def say(request: MemberRequest, report_id: UUID, verb: str) -> HttpResponse:
    """Do something with it; back on its page, or there with what is wrong."""
    if verb not in DOES:
        raise Http404
    does, words = DOES[verb]
    try:
        problem, there = does(request, report_id)
    except ReportUnknown as error:
        raise Http404 from error
    except TillwayError as refused:
        problem = refusal_words(refused.code)
        if refused.code in ("report_invalid", "report_schema_unusable") or not problem:
            problem = f"{refused.message} {refused.hint}"
        is_checked = refused.code == "report_incomplete"
        return _page(request, report_id, problem=problem, is_checked=is_checked, status=422)
    if problem:
        return _page(request, report_id, problem=problem, status=422)
    messages.success(request, words())
    return HttpResponseRedirect(there)


def _page(
    request: MemberRequest,
    report_id: UUID,
    *,
    problem: str = "",
    is_checked: bool = False,
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    try:
        report_get(report_id)
        found, content = report_read(report_id=report_id, by=request.user.pk, now=now)
    except ReportUnknown as error:
        raise Http404 from error
    typed = _typed(request) if status != 200 and request.method == "POST" else {}
    facts = report_facts(
        found,
        content,
        person=request.user.pk,
        now=now,
        typed=typed,
        is_checked=is_checked,
    )
    facts |= {"problem": problem, "may_approve": roles_allow(request.roles, "report.approve")}
    return draw(request, "dashboard/house/report.html", facts, status=status)


def _typed(request: MemberRequest) -> dict[str, str]:
    """What the form holds; several boxes of one name are one answer."""
    return {
        name: " ".join(request.POST.getlist(name))
        for name in request.POST
        if name not in ("csrfmiddlewaretoken", "version", "password", "reason", "number", "then")
    }


def _version(request: MemberRequest) -> int:
    told = request.POST.get("version", "")
    return int(told) if told.isascii() and told.isdigit() else 0


def _fill(request: MemberRequest, report_id: UUID) -> tuple[str, str]:
    """Keep the form; with ``then=propose`` say as well that it is complete."""
    by, now = request.user.pk, timezone.now()
    kept = report_fill(
        report_id=report_id, by=by, told=_typed(request), version=_version(request), now=now
    )
    if request.POST.get("then") == "propose":
        report_propose(report_id=report_id, by=by, version=kept.version, now=now)
    return "", f"{ROOT}/{report_id}"


def _approve(request: MemberRequest, report_id: UUID) -> tuple[str, str]:
    if not roles_allow(request.roles, "report.approve"):
        raise Http404
    if not knows_password(request):
        return _("That isn't your password."), ""
    report_approve(
        report_id=report_id,
        by=request.user.pk,
        version=_version(request),
        now=timezone.now(),
    )
    return "", f"{ROOT}/{report_id}"


def _send_back(request: MemberRequest, report_id: UUID) -> tuple[str, str]:
    report_send_back(report_id=report_id, **_by(request), reason=_said(request, "reason"))
    return "", f"{ROOT}/{report_id}"


def _write(request: MemberRequest, report_id: UUID) -> tuple[str, str]:
    report_write_again(report_id=report_id, **_by(request))
    return "", f"{ROOT}/{report_id}"


def _file(request: MemberRequest, report_id: UUID) -> tuple[str, str]:
    report_file(report_id=report_id, **_by(request))
    return "", f"{ROOT}/{report_id}"


def _refused(request: MemberRequest, report_id: UUID) -> tuple[str, str]:
    report_refused(report_id=report_id, **_by(request), reason=_said(request, "reason"))
    return "", f"{ROOT}/{report_id}"


def _acknowledge(request: MemberRequest, report_id: UUID) -> tuple[str, str]:
    report_acknowledge(report_id=report_id, **_by(request), number=_said(request, "number"))
    return "", f"{ROOT}/{report_id}"


def _amend(request: MemberRequest, report_id: UUID) -> tuple[str, str]:
    begun = report_amend(report_id=report_id, **_by(request))
    return "", f"{ROOT}/{begun.id}"


def _by(request: MemberRequest) -> dict[str, Any]:
    return {"by": request.user.pk, "now": timezone.now()}


def _said(request: MemberRequest, name: str) -> str:
    return request.POST.get(name, "")


def _download(content: bytes, *, name: str, media: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


Does = Callable[[MemberRequest, UUID], tuple[str, str]]
DOES: Final[dict[str, tuple[Does, Callable[[], str]]]] = {
    "fill": (_fill, lambda: _("Saved.")),
    "approve": (_approve, lambda: _("Approved. Its file is written: download it and file it.")),
    "send-back": (_send_back, lambda: _("Sent back: it is a draft again.")),
    "write": (_write, lambda: _("Written again, with today's date.")),
    "filed": (_file, lambda: _("Filed. Enter the authority's number when it answers.")),
    "refused": (_refused, lambda: _("A draft again. Its deadline runs on.")),
    "acknowledge": (_acknowledge, lambda: _("Acknowledged.")),
    "amend": (_amend, lambda: _("An amendment was begun.")),
}
