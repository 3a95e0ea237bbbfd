"""Screening lists: how they stand, their versions, what changed, and who was listed on a day."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gateway.compliance.errors import ListMissing
from gateway.compliance.giving_up import list_give_up_propose
from gateway.compliance.inquiring.errors import InquiriesTooMany
from gateway.compliance.inquiring.services import inquiry_keep
from gateway.compliance.listed.between import differences, named_in
from gateway.compliance.ordering import MOST_BYTES, list_look, list_upload, upload_formats
from gateway.compliance.selectors import version_at, version_numbered
from gateway.events.errors import TillwayError
from gateway.outside.uploads import OneFileInMemory
from merchants.accounts.guards import MemberRequest, require_action
from merchants.dashboard.approvals.acting import act_problem
from merchants.dashboard.house.frame import draw
from merchants.dashboard.house.list_rows import (
    difference_row,
    entity_row,
    list_facts,
    list_rows,
)

ROOT: Final = "/house/lists"
ROOM_BYTES: Final = 8 * 1024
"""For a form's other fields."""


@require_GET
@require_action("list.load", shop=None)
def lists(request: MemberRequest) -> HttpResponse:
    """Every list with its health."""
    context = {"rows": list_rows(now=timezone.now()), "today": timezone.now().date().isoformat()}
    return draw(request, "dashboard/house/lists.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require_action("list.load", shop=None)
def one(request: MemberRequest, name: str) -> HttpResponse:
    """One list; posted to, what is asked of it: a look, or to be given up."""
    if request.method != "POST":
        return _page(request, name)
    does = {"refresh": _refresh, "give_up": _give_up}
    do = does.get(request.POST.get("do", ""))
    if do is None:
        raise Http404
    try:
        there = do(request, name)
    except TillwayError as refused:
        return _page(request, name, problem=problem_words(refused), status=422)
    return HttpResponseRedirect(there)


@csrf_exempt  # the token stands in the body, which is read only where it is known to be short
@require_POST
@require_action("list.load", shop=None)
def upload(request: MemberRequest, name: str) -> HttpResponse:
    """Take a list in as a file; its body is read by a handler that ends where it is too large."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES + ROOM_BYTES:
        return _page(request, name, problem=_("The file is too large."), status=413)
    request.upload_handlers = [OneFileInMemory(request, max_bytes=MOST_BYTES)]
    return _upload(request, name)


@csrf_protect
def _upload(request: HttpRequest, name: str) -> HttpResponse:
    member = cast(MemberRequest, request)
    file = request.FILES.get("file")
    try:
        list_upload(
            source=name,
            format_name=request.POST.get("format", ""),
            body=file.read() if file else b"",
            by=member.user.pk,
            now=timezone.now(),
        )
    except TillwayError as refused:
        return _page(member, name, problem=problem_words(refused), status=422)
    messages.success(request, _("The file is being loaded."))
    return HttpResponseRedirect(f"{ROOT}/{name}")


def _page(
    request: MemberRequest, name: str, *, problem: str = "", status: int = 200
) -> HttpResponse:
    facts = list_facts(name, now=timezone.now())
    if facts is None:
        raise Http404
    context: dict[str, Any] = facts | {
        "problem": problem,
        "reason": request.POST.get("reason", ""),
        "formats": upload_formats(),
        "most_mb": MOST_BYTES // 1024 // 1024,
    }
    return draw(request, "dashboard/house/list.html", context, status=status)


def _refresh(request: MemberRequest, name: str) -> str:
    list_look(source=name, by=request.user.pk, now=timezone.now())
    messages.success(request, _("It is being looked at."))
    return f"{ROOT}/{name}"


def _give_up(request: MemberRequest, name: str) -> str:
    act = list_give_up_propose(
        source=name, by=request.user.pk, reason=request.POST.get("reason", "")
    )
    messages.success(request, _("Proposed. Another officer must approve it."))
    return f"/house/approvals/{act.id}"


@require_GET
@require_action("list.load", shop=None)
def changes(request: MemberRequest, name: str) -> HttpResponse:
    """What one version says otherwise than another, searched and by pages. Four queries."""
    older, newer = _number(request, "from"), _number(request, "to")
    try:
        version = version_numbered(name, newer)
    except ListMissing as error:
        raise Http404 from error
    if not 0 <= older < newer:
        raise Http404
    search, after = _search(request), request.GET.get("after", "")
    found = differences(source=name, older=older, newer=newer, search=search, after=after)
    asked = {"from": older, "to": newer, "q": search}
    context = {
        "name": name,
        "older": older,
        "newer": newer,
        "hash": bytes(version.hash).hex(),
        "search": search,
        "rows": [difference_row(row) for row in found.rows],
        "first_href": f"?{urlencode(asked)}" if after else "",
        "next_href": f"?{urlencode(asked | {'after': found.next_after})}"
        if found.next_after
        else "",
    }
    return draw(request, "dashboard/house/list_changes.html", context)


@require_GET
@require_action("list.load", shop=None)
def as_of(request: MemberRequest, name: str) -> HttpResponse:
    """Whom a list named at the end of a day. The look is written down."""
    day, search = _day(request), _search(request)
    after = request.GET.get("after", "")
    context: dict[str, Any] = {"name": name, "day": day.isoformat(), "search": search}
    end = datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC)
    try:
        version = version_at(name, at=end)
        found = named_in(source=name, number=version.number, search=search, after=after)
        inquiry_keep(
            kind="listed",
            by=request.user.pk,
            asked={"list": name, "day": day.isoformat(), "search": search},
            found={"rows": len(found.rows), "versions": f"{name}#{version.number}"},
            now=timezone.now(),
        )
    except ListMissing:
        context |= {"rows": [], "version": None}
        return draw(request, "dashboard/house/list_as_of.html", context)
    except InquiriesTooMany as refused:
        context |= {"rows": [], "version": None, "problem": problem_words(refused)}
        return draw(request, "dashboard/house/list_as_of.html", context, status=refused.status)
    asked = {"day": day.isoformat(), "q": search}
    context |= {
        "version": version.number,
        "hash": bytes(version.hash).hex(),
        "rows": [entity_row(row) for row in found.rows],
        "first_href": f"?{urlencode(asked)}" if after else "",
        "next_href": f"?{urlencode(asked | {'after': found.next_after})}"
        if found.next_after
        else "",
    }
    return draw(request, "dashboard/house/list_as_of.html", context)


def problem_words(refused: TillwayError) -> str:
    """What was wrong, for an officer."""
    words = {
        "list_order_refused": _("This can't be asked for: %(why)s") % {"why": refused.message},
        "list_missing": _("This list is in force no more."),
        "list_still_named": _("The settings still name this list: take it out of them first."),
        "inquiries_too_many": _("You looked up a great many in a short time. Wait a minute."),
    }
    return words.get(refused.code) or act_problem(refused)


def _number(request: MemberRequest, name: str) -> int:
    told = request.GET.get(name, "")
    if not (told.isascii() and told.isdecimal() and len(told) < 8):
        raise Http404
    return int(told)


def _search(request: MemberRequest) -> str:
    return request.GET.get("q", "").strip()[:100]


def _day(request: MemberRequest) -> date:
    today = timezone.now().date()
    try:
        return min(date.fromisoformat(request.GET.get("day", "")), today)
    except ValueError:
        return today
