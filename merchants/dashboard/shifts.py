"""Shifts: every one of the shop's tills, newest first, and each one's report."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final, cast
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gateway.checkout.wording import money_text
from gateway.events.errors import BadCursor
from gateway.events.moments import rfc3339
from gateway.settlement.reports.formats import csv_text
from merchants.accounts.guards import MemberRequest, require_action
from merchants.accounts.selectors import people_named
from merchants.dashboard.auditing import file_taken
from merchants.dashboard.files import listed_file
from merchants.dashboard.frame import draw
from merchants.dashboard.lists import Listed, choice_in, listed
from merchants.dashboard.selectors import time_text
from merchants.pos.away.selectors import away_waiting
from merchants.pos.shift_words import report_shown
from merchants.reports.files import csv_file
from merchants.shifts.errors import ShiftUnknown
from merchants.shifts.models import Shift
from merchants.shifts.presenters import report_body
from merchants.shifts.rows import report_rows
from merchants.shifts.selectors import STATES, figures_now, moves_of, shift_get, shifts_page
from merchants.tills.selectors import till_names

COLUMNS: Final = (
    *("shift_id", "z_report", "till", "opened_at", "opened_by", "closed_at", "closed_by"),
    *("currency", "float", "expected", "counted", "difference"),
)


@never_cache
@require_GET
@require_action("shift.view")
def page(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """Shifts, the open ones too. Four queries beside the frame's."""
    tills = till_names(shop_id=shop_id)
    asked = _asked(request, tills)
    try:
        found = shifts_page(
            shop_id=shop_id, order=asked.order, cursor=asked.cursor, **_wanted(asked)
        )
    except BadCursor as error:
        raise Http404 from error
    names = people_named({shift.opened_by for shift in found.items}, shop_id=shop_id)
    context: dict[str, Any] = {
        "shifts": [_row(shift, names=names) for shift in found.items],
        "away_waiting": away_waiting(shop_id=shop_id),
        "filters": asked.filters("state", STATES, word=_state_word),
        "asked": asked.query,
        "tills": tills,
        "file_href": asked.address(f"{asked.here}.csv"),
        **asked.pages(found),
    }
    return draw(request, "dashboard/shifts.html", context)


@require_GET
@require_action("shift.view")
def list_file(request: MemberRequest, shop_id: UUID) -> Any:
    """All that the same address lists, as CSV, streamed: a line a shift."""
    asked = _asked(request, till_names(shop_id=shop_id))
    return listed_file(
        request,
        asked,
        kind="shifts",
        page=partial(shifts_page, shop_id=shop_id, **_wanted(asked)),
        columns=COLUMNS,
        lines=partial(_lines, shop_id=shop_id),
    )


@never_cache
@require_GET
@require_action("shift.view")
def one(request: MemberRequest, shop_id: UUID, shift_id: UUID) -> HttpResponse:
    """A closed shift's Z report; of an open one, what it has come to by now."""
    shift = _found(shop_id, shift_id)
    moves = moves_of(shift)
    people = {shift.opened_by, *(move.made_by for move in moves)}
    if shift.closed_by is not None:
        people.add(shift.closed_by)
    names = people_named(people, shop_id=shop_id)
    context = {
        "shift_id": shift.id,
        "report": report_shown(_body(shift), names=names, moves=moves),
    }
    return draw(request, "dashboard/shift.html", context)


@never_cache
@require_GET
@require_action("shift.view")
def file(request: MemberRequest, shop_id: UUID, shift_id: UUID) -> HttpResponse:
    """A shift's report as a file: a line a figure."""
    shift = _found(shop_id, shift_id)
    body = _body(shift)
    kind = f"z-{body['number']}" if body["number"] else "x"
    rows: Iterator[list[str]] = report_rows(body)
    file_taken(request, f"shift:{shift.id}")
    return cast(HttpResponse, csv_file(csv_text(rows), name=f"shift-{kind}-{shift.id}.csv"))


def _found(shop_id: UUID, shift_id: UUID) -> Shift:
    try:
        return shift_get(shop_id=shop_id, shift_id=shift_id)
    except ShiftUnknown as error:
        raise Http404 from error


def _asked(request: MemberRequest, tills: Mapping[UUID, str]) -> Listed:
    query = {
        "till": choice_in(request.GET, "till", [str(till_id) for till_id in tills]),
        "state": choice_in(request.GET, "state", STATES),
    }
    return listed(request.GET, f"/dashboard/{request.shop.id}/shifts", query=query)


def _wanted(asked: Listed) -> dict[str, Any]:
    till = asked.query.get("till")
    return {"till_id": UUID(till) if till else None, "state": asked.query.get("state", "")}


def _state_word(state: str) -> str:
    return {"open": _("Open"), "closed": _("Closed")}[state]


def _lines(shifts: Sequence[Shift], *, shop_id: UUID) -> Iterator[tuple[str, ...]]:
    people = {who for shift in shifts for who in (shift.opened_by, shift.closed_by) if who}
    names = people_named(people, shop_id=shop_id)
    for shift in shifts:
        body = shift.z_report.body if shift.closed_at is not None else None
        drawer = body["drawer"] if body else {}
        yield (
            str(shift.id),
            str(body["number"]) if body else "",
            shift.till.name,
            rfc3339(shift.opened_at),
            names.get(shift.opened_by, ""),
            rfc3339(shift.closed_at) if shift.closed_at else "",
            names.get(shift.closed_by, "") if shift.closed_by else "",
            shift.currency,
            *(drawer[name]["amount"] if body else "" for name in ("float", "expected")),
            *(drawer[name]["amount"] if body else "" for name in ("counted", "difference")),
        )


def _body(shift: Shift) -> dict[str, Any]:
    """What was written when it was closed; of an open one, its figures as of now."""
    if shift.closed_at is not None:
        return dict(shift.z_report.body)
    return report_body(shift, till=shift.till, figures=figures_now(shift))


def _row(shift: Shift, *, names: dict[UUID, str]) -> dict[str, Any]:
    body = shift.z_report.body if shift.closed_at is not None else None
    return {
        "id": shift.id,
        "till": shift.till.name,
        "opened_text": time_text(shift.opened_at),
        "opened_by": names.get(shift.opened_by, "–"),
        "closed_text": time_text(shift.closed_at) if shift.closed_at else "",
        "name": _("Z report %(number)s") % {"number": body["number"]} if body else _("Open"),
        "is_open": body is None,
        "left_open": body is None and shift.told_at is not None,
        "nets": [money_text(one["net"]["amount"], one["currency"]) for one in body["tenders"]]
        if body
        else [],
        "difference": _difference(body) if body else None,
    }


def _difference(body: dict[str, Any]) -> dict[str, str]:
    told = body["drawer"]["difference"]
    units = int(told["units"])
    return {
        "text": money_text(told["amount"], body["currency"]),
        "tone": "paid" if not units else "wait" if units > 0 else "problem",
        "icon": "check" if not units else "alert",
    }
