"""Books against the world: the latest word on every account, its history, and what differs."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gateway.events.errors import BadCursor, TillwayError
from gateway.settlement.reconciling.differing import (
    difference_assign,
    difference_explain,
    difference_note,
    proposal_withdraw,
)
from gateway.settlement.reconciling.models import Difference, ReconciliationLine
from gateway.settlement.reconciling.running import reconcile
from gateway.settlement.reconciling.selectors import (
    difference_with_notes,
    differences_page,
    history_page,
    latest_lines,
    latest_run,
    open_differences,
)
from merchants.accounts.guards import MemberRequest, require_action
from merchants.dashboard.desk import figures
from merchants.dashboard.house.frame import draw
from merchants.dashboard.house.reconciling_words import (
    cause_word,
    item_word,
    reason_word,
    state_sign,
    status_sign,
)
from merchants.dashboard.selectors import time_text
from merchants.pos.views import problem_words

HERE = "/house/reconciliation"


@require_GET
@require_action("reconciliation.view", shop=None)
def overview(request: MemberRequest) -> HttpResponse:
    """Every account's latest line, asset by asset, and where value lies."""
    lines = latest_lines()
    run = latest_run()
    context = {
        "assets": _by_asset(lines),
        "differences": [_difference(row) for row in open_differences()],
        "ran_at": time_text(run.started_at) if run else "",
        "asked_by": run.asked_by if run else "",
        "agree": sum(line.state in ("agrees", "under_way") for line in lines),
        "count": len(lines),
        "unknown": sum(line.state == "not_compared" for line in lines),
    }
    return draw(request, "dashboard/house/reconciliation.html", context)


@require_POST
@require_action("reconciliation.run", shop=None)
def run_now(request: MemberRequest) -> HttpResponse:
    """Compare everything now."""
    try:
        run = reconcile(asked_by=request.user.email, now=timezone.now())
    except TillwayError as error:
        messages.error(request, problem_words(error))
    else:
        off = run.lines.filter(state="differs").count()
        if off:
            messages.error(request, _("%(n)s accounts differ.") % {"n": off})
        else:
            messages.success(request, _("Everything that could be compared agrees."))
    return HttpResponseRedirect(HERE)


@require_GET
@require_action("reconciliation.view", shop=None)
def history(request: MemberRequest) -> HttpResponse:
    """What earlier runs said of one account and asset, and differences that are over."""
    account, asset = request.GET.get("account", ""), request.GET.get("asset", "")
    cursor = request.GET.get("cursor")
    try:
        if account:
            page = history_page(account=account, asset=asset, cursor=cursor)
            rows = [_line(line, whole=0) for line in page.items]
        else:
            found = differences_page(cursor=cursor)
            page, rows = found, [_difference(row) for row in found.items]  # type: ignore[assignment]
    except BadCursor as error:
        raise Http404 from error
    query = f"account={account}&asset={asset}&" if account else ""
    context = {
        "account": account,
        "asset": asset,
        "rows": rows,
        "next_href": f"{HERE}/history?{query}cursor={page.next_cursor}" if page.next_cursor else "",
    }
    return draw(request, "dashboard/house/reconciliation_history.html", context)


@require_GET
@require_action("reconciliation.view", shop=None)
def difference(request: MemberRequest, difference_id: UUID) -> HttpResponse:
    """One difference: both figures, what causes it, what people wrote."""
    return _page(request, difference_id)


@require_POST
@require_action("reconciliation.run", shop=None)
def act(request: MemberRequest, difference_id: UUID) -> HttpResponse:
    """Assign, note, explain, or take a proposal back."""
    by, now = request.user.email, timezone.now()
    text = request.POST.get("text", "")
    try:
        match request.POST.get("act"):
            case "assign":
                difference_assign(difference_id=difference_id, to=text[:200], by=by, now=now)
            case "note":
                difference_note(difference_id=difference_id, text=text[:4_000], by=by, now=now)
            case "explain":
                difference_explain(
                    difference_id=difference_id, because=text[:4_000], by=by, now=now
                )
            case "withdraw":
                proposal_withdraw(difference_id=difference_id, by=by, now=now)
            case _:
                raise Http404
    except TillwayError as error:
        if error.status == 404:
            raise Http404 from error
        messages.error(request, problem_words(error))
        return _page(request, difference_id, status=error.status)
    return HttpResponseRedirect(f"{HERE}/differences/{difference_id}")


def _page(request: MemberRequest, difference_id: UUID, *, status: int = 200) -> HttpResponse:
    found = difference_with_notes(difference_id)
    if found is None:
        raise Http404
    row, notes = found
    context = {
        "difference": _difference(row),
        "booked": _units(row.last_line.booked_units, row),
        "told": _units(row.last_line.told_units, row),
        "source": row.last_line.source,
        "block_number": row.last_line.block_number,
        "items": [_item(item, row) for item in row.last_line.items],
        "causes": [_cause(cause, row) for cause in row.causes],
        "notes": [{"by": note.by, "text": note.text, "at": time_text(note.at)} for note in notes],
        "is_open": row.status == "open",
        "needs_two": row.needs_two,
        "proposed_by": row.proposed_by,
        "proposed_because": row.proposed_because,
        "is_own_proposal": row.proposed_by == request.user.email,
        "closed_by": row.closed_by,
        "closed_at": time_text(row.closed_at) if row.closed_at else "",
        "stops": row.status == "open" and row.is_missing,
    }
    return draw(request, "dashboard/house/difference.html", context, status=status)


def _by_asset(lines: list[ReconciliationLine]) -> list[dict[str, Any]]:
    """Each asset with its accounts, and the share of it that each of them holds."""
    codes = sorted({line.asset for line in lines})
    found = []
    for code in codes:
        own = [line for line in lines if line.asset == code]
        whole = sum(max(0, int(line.told_units)) for line in own)
        found.append({"code": code, "lines": [_line(line, whole=whole) for line in own]})
    return found


def _line(line: ReconciliationLine, *, whole: int) -> dict[str, Any]:
    sign = state_sign(line.state)
    known = line.state != "not_compared"
    return {
        "account": line.account,
        "asset": line.asset,
        "booked": _units(line.booked_units, line) if known else "–",
        "told": _units(line.told_units, line) if known else "–",
        "off": _signed(line.difference_units, line) if line.state == "differs" else "",
        "tone": sign.tone,
        "icon": sign.icon,
        "word": sign.word,
        "reason": reason_word(line.reason) if line.reason else "",
        "block": line.block_number,
        "coverage": f"{figures.count(min(line.read, line.held))} / {figures.count(line.held)}"
        if line.held > line.read
        else "",
        "items": [_item(item, line) for item in line.items],
        "at": time_text(line.at),
        "bar": figures.share_of(max(0, int(line.told_units)), whole) if whole else 0,
        "href": f"{HERE}/history?account={line.account}&asset={line.asset}",
    }


def _difference(row: Difference) -> dict[str, Any]:
    sign = status_sign(row.status)
    return {
        "href": f"{HERE}/differences/{row.id}",
        "account": row.account,
        "asset": row.asset,
        "off": _signed(row.units, row),
        "tone": sign.tone,
        "icon": sign.icon,
        "word": sign.word,
        "opened_at": time_text(row.opened_at),
        "assignee": row.assignee,
        "causes": [cause_word(cause["kind"]) for cause in row.causes][:3],
    }


def _item(item: dict[str, Any], line: ReconciliationLine | Difference) -> dict[str, Any]:
    return {
        "word": item_word(item["kind"]),
        "reference": item["reference"],
        "units": _signed(int(item["units"]), line),
        "place": item.get("place", ""),
    }


def _cause(cause: dict[str, Any], row: Difference) -> dict[str, Any]:
    return {
        "word": cause_word(cause["kind"]),
        "reference": cause["reference"],
        "units": _signed(int(cause["units"]), row),
        "place": cause.get("place", ""),
    }


def _units(units: int, of: ReconciliationLine | Difference) -> str:
    return figures.grouped(figures.exact(int(units), decimals=of.decimals))


def _signed(units: int, of: ReconciliationLine | Difference) -> str:
    return ("+" if int(units) > 0 else "") + _units(units, of)
