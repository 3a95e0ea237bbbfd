"""Months of the books: what each earned and spent, and its close, which two people agree to."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from gateway.events.errors import TillwayError
from gateway.ledger.closing import (
    SETTLING,
    Month,
    closed_months,
    next_to_close,
    result_of,
)
from gateway.ledger.pending import pending_open
from gateway.ledger.postings import Posting
from gateway.treasury.closing_months import period_close_propose
from merchants.accounts.guards import MemberRequest, may, require_action
from merchants.accounts.selectors import people_named
from merchants.dashboard.approvals.acting import act_problem
from merchants.dashboard.approvals.rows import name_in
from merchants.dashboard.desk.entry_words import entry_kind_word
from merchants.dashboard.house.book_rows import known_assets, units_text
from merchants.dashboard.house.frame import draw
from merchants.dashboard.selectors import time_text

USER: Final = "user:"


@require_GET
@require_action("books.view", shop=None)
def periods(request: MemberRequest) -> HttpResponse:
    """The month under way, the one to close, those that are closed, and what waits. Seven
    queries."""
    now = timezone.now()
    this = Month.of(now)
    month = next_to_close() or this.before
    closed = closed_months()
    waiting = pending_open()
    names = people_named({person for each in closed for person in _people(each.closed_by)})
    context = {
        "page": "periods",
        "month": str(month),
        "result": _result(result_of(month)),
        "is_over": now >= month.ends_at + SETTLING,
        "closable_at": time_text(month.ends_at + SETTLING),
        "may_close": may(request, "books.close"),
        "closed": [
            {
                "month": str(each.month),
                "entry_id": each.entry_id,
                "by": _closed_by(each.closed_by, names),
                "at": time_text(each.closed_at),
            }
            for each in closed
        ],
        "waiting": [
            {
                "kind": entry_kind_word(each.kind),
                "key": each.key,
                "reason": each.refs.get("reason", ""),
                "until": time_text(each.expires_at),
            }
            for each in waiting.items
        ],
        "waiting_more": bool(waiting.next_cursor),
    }
    return draw(request, "dashboard/house/periods.html", context)


@require_http_methods(["GET", "POST"])
@require_action("books.close", shop=None)
def close(request: MemberRequest, name: str) -> HttpResponse:
    """Propose to close a month: asked first, with what it would book."""
    try:
        month = Month.parse(name)
    except ValueError as error:
        raise Http404 from error
    problem, status = "", 200
    if request.method == "POST":
        try:
            act = period_close_propose(
                month=month,
                reason=request.POST.get("reason", ""),
                by=request.user.pk,
                now=timezone.now(),
            )
        except TillwayError as refusal:
            problem, status = _refusal(refusal), refusal.status
        else:
            messages.success(request, _("Proposed. Another person must approve it."))
            return HttpResponseRedirect(f"/house/approvals/{act.id}")
    context: dict[str, Any] = {
        "page": "periods",
        "month": str(month),
        "result": _result(result_of(month)),
        "problem": problem,
        "reason": request.POST.get("reason", ""),
    }
    return draw(request, "dashboard/house/close.html", context, status=status)


def _result(lines: list[Posting]) -> list[dict[str, str]]:
    """What a month's close would book, from the house's side: earned is positive. One query."""
    known = known_assets(line.amount.asset.code for line in lines)
    return [
        {
            "account": line.account,
            "asset": line.amount.asset.code,
            "earned": units_text(-line.amount.units, line.amount.asset.code, known)
            if line.amount.units < 0
            else "",
            "spent": units_text(line.amount.units, line.amount.asset.code, known)
            if line.amount.units > 0
            else "",
        }
        for line in lines
    ]


def _people(closed_by: str) -> list[UUID]:
    """The people in whose names a month was closed; months of old name others in words."""
    words = [word for word in closed_by.split() if word.startswith(USER)]
    return [UUID(word.removeprefix(USER)) for word in words]


def _closed_by(closed_by: str, names: dict[UUID, str]) -> str:
    people = _people(closed_by)
    return ", ".join(name_in(names, person) for person in people) if people else closed_by


def _refusal(error: TillwayError) -> str:
    """Why a month can't be closed, in the reader's language where we have it."""
    return {
        "period_closed": _("This month is closed already."),
        "period_not_closable": _(
            "It can't be closed now: it is not over for an hour, the month before it is open, or"
            " something is still being booked."
        ),
    }.get(error.code) or act_problem(error)
