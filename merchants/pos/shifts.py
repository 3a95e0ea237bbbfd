"""The till's shift: opened with a float, its cash, an X report, closed with a count."""

from typing import Any, Final, cast
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from gateway.events.errors import TillwayError
from gateway.events.ids import uuid7
from gateway.money.amounts import Amount, parse_amount
from gateway.money.assets import FIAT
from gateway.money.errors import MoneyError
from merchants.accounts.selectors import people_named
from merchants.pos.away.selectors import away_waiting
from merchants.pos.shift_words import report_shown
from merchants.shifts.errors import ShiftUnknown
from merchants.shifts.figures import CASH_KINDS, CashKind
from merchants.shifts.presenters import report_body
from merchants.shifts.selectors import figures_now, last_closed, moves_of, open_shift, shift_get
from merchants.shifts.services import cash_move, shift_close, shift_open
from merchants.tills.guards import TillRequest, require_till
from merchants.tills.selectors import till_get

COUNTED: Final = ("open", "close")
"""What a form may do beside moving cash: both with what was counted."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_till("invoice.create")
def page(request: TillRequest, shop_id: UUID) -> HttpResponse:
    """The shift that is open at this till; a POST opens it, moves its cash or closes it."""
    if request.till is None:
        return render(request, "pos/no_shift.html", {"shop": request.shop})
    if request.method != "POST":
        return _page(request)
    verb = request.POST.get("do", "")
    if verb not in COUNTED and verb not in CASH_KINDS:
        raise Http404
    try:
        closed_id = _do(request, verb)
    except (TillwayError, MoneyError) as refused:
        typed = {"do": verb, "amount": request.POST.get("amount", "")[:40]}
        return _page(request, problem=shift_problem(refused), typed=typed, status=refused.status)
    if closed_id is not None:
        return HttpResponseRedirect(f"/pos/{shop_id}/shifts/{closed_id}")
    return HttpResponseRedirect(f"/pos/{shop_id}/shift")


@never_cache
@require_GET
@require_till("invoice.create")
def report(request: TillRequest, shop_id: UUID, shift_id: UUID) -> HttpResponse:
    """A Z report of this tablet's till, to be printed."""
    try:
        shift = shift_get(shop_id=shop_id, shift_id=shift_id)
    except ShiftUnknown as error:
        raise Http404 from error
    if request.till is None or shift.till_id != request.till.till_id or shift.closed_at is None:
        raise Http404
    names = people_named({shift.opened_by, cast(UUID, shift.closed_by)}, shop_id=shop_id)
    context = {"shop": request.shop, "report": report_shown(shift.z_report.body, names=names)}
    return render(request, "pos/z_report.html", context)


def _do(request: TillRequest, verb: str) -> UUID | None:
    """What a form asks; the shift that it closed, if it closed one."""
    assert request.till is not None
    shop = request.shop
    at: dict[str, Any] = {
        "shop_id": shop.id,
        "till_id": request.till.till_id,
        "by": request.user.id,
        "now": timezone.now(),
    }
    shift = open_shift(shop_id=shop.id, till_id=request.till.till_id)
    currency = shift.currency if shift is not None else shop.pricing_currency
    typed: Amount = parse_amount(request.POST.get("amount", "").strip(), FIAT[currency])
    if verb == "open":
        shift_open(**at, mode=shop.mode, currency=currency, float_units=typed.units)
    elif verb == "close":
        return shift_close(**at, mode=shop.mode, counted_units=typed.units).shift_id
    else:
        cash_move(
            **at,
            kind=cast(CashKind, verb),
            units=typed.units,
            reason=request.POST.get("reason", ""),
            draft=request.POST.get("draft", "")[:64] or str(uuid7()),
        )
    return None


def _page(
    request: TillRequest,
    *,
    problem: str = "",
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    assert request.till is not None
    shop_id, till_id = request.shop.id, request.till.till_id
    shift = open_shift(shop_id=shop_id, till_id=till_id)
    context: dict[str, Any] = {
        "shop": request.shop,
        "paired": request.till,
        "problem": problem,
        "typed": typed or {},
        "draft": str(uuid7()),
        "currency": shift.currency if shift else request.shop.pricing_currency,
    }
    if shift is None:
        context["last"] = last_closed(shop_id=shop_id, till_id=till_id)
    else:
        till = till_get(shop_id=shop_id, till_id=till_id)
        assert till is not None
        moves = moves_of(shift)
        names = people_named({shift.opened_by, *(move.made_by for move in moves)}, shop_id=shop_id)
        body = report_body(shift, till=till, figures=figures_now(shift))
        context["report"] = report_shown(body, names=names, moves=moves)
    context["away_waiting"] = away_waiting(shop_id=shop_id, till_id=till_id)
    return render(request, "pos/shift.html", context, status=status)


def shift_problem(error: TillwayError | MoneyError) -> str:
    """A refusal in the reader's language where we have it, else in its own words."""
    known = {
        "amount_not_a_number": _("That is not an amount."),
        "amount_too_precise": _("That has too many decimal places."),
        "amount_too_large": _("That amount is too large."),
        "cash_invalid": _("Type how much cash it is."),
        "reason_missing": _("Say why: it is written down with your name."),
        "no_shift": _("No shift is open at this till. Open one first."),
        "shift_open": _("A shift is open at this till already."),
    }
    return known.get(error.code) or " ".join(filter(None, (error.message, error.hint)))
