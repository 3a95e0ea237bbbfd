"""Reports: what each day brought and took, and files for the shop's own books."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gateway.checkout.wording import grouped
from gateway.events.errors import TillwayError
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT, Asset
from gateway.settlement.reports import formats, reporting
from gateway.settlement.reports.days import GROUPS, Day, Group, total_of
from gateway.settlement.reports.sales import CurrencyDay
from merchants.accounts.guards import MemberRequest, require_action
from merchants.dashboard.auditing import file_taken
from merchants.dashboard.fee_words import payment_cost_rows, payout_cost_rows
from merchants.dashboard.frame import draw
from merchants.dashboard.selectors import amount_text
from merchants.reports.asking import DATEV_FIELDS, day_in, period_in
from merchants.reports.files import book_file, cost_file, fee_file, sales_file, statement_file

SHOWN: Final[tuple[Group, ...]] = ("sales", "fees", "taken_back", "refunds", "paid_out")
"""Groups with a column of their own; the others are one."""
ASKED: Final = (*formats.ACCOUNT_ROLES, *DATEV_FIELDS)


@never_cache
@require_GET
@require_action("report.export")
def page(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """The days of a period, newest first; of this month if none is asked for."""
    zone, problem = ZoneInfo(request.shop.time_zone), ""
    query = request.GET.dict()
    try:
        period = period_in(query) if "first" in query or "last" in query else _this_month()
    except TillwayError as error:
        period, problem = _this_month(), _problem_words(error)
    report = reporting.daily_report(shop_id=shop_id, period=period, zone=zone)
    worth = _worth(report.currencies)
    context = {
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        "problem": problem,
        "tables": [
            _table(code, report, total, worth) for code, total in total_of(report.days).items()
        ],
        "worth": _worth_rows(report.currencies),
        "payout_costs": payout_cost_rows(report.payout_costs),
        "payment_costs": payment_cost_rows(report.payment_costs),
        "programs": [
            {"name": name, "word": _program_word(name), "chosen": name == "plain"}
            for name in formats.PROGRAMS
        ],
        "accounts": [{"name": role, "word": _account_word(role)} for role in formats.ACCOUNT_ROLES],
    }
    return draw(request, "dashboard/reports.html", context, status=422 if problem else 200)


@require_GET
@require_action("report.export")
def sales(request: MemberRequest, shop_id: UUID) -> Any:
    """Every sale of the period as CSV."""
    return _of_period(sales_file, request, shop_id)


@require_GET
@require_action("report.export")
def fees(request: MemberRequest, shop_id: UUID) -> Any:
    """What every payment of the period cost, as CSV."""
    return _of_period(fee_file, request, shop_id)


@require_GET
@require_action("report.export")
def costs(request: MemberRequest, shop_id: UUID) -> Any:
    """What every day's payments cost, as CSV."""
    return _of_period(cost_file, request, shop_id)


def _of_period(file: Callable[..., Any], request: MemberRequest, shop_id: UUID) -> Any:
    """A file of the days asked for, by the shop's clock, or back to the page that says what is
    wrong with them."""
    zone = ZoneInfo(request.shop.time_zone)
    try:
        period = period_in(request.GET.dict())
    except TillwayError as error:
        return _back(request, shop_id, error)
    made = file(shop_id=shop_id, period=period, zone=zone)
    file_taken(request, request.path.rpartition("/")[2], period=_days(request))
    return made


@require_GET
@require_action("report.export")
def books(request: MemberRequest, shop_id: UUID) -> Any:
    """The period's book lines in a program's file."""
    query = request.GET.dict()
    program = query.get("program", "")
    if program not in formats.PROGRAMS:
        raise Http404
    try:
        made = book_file(
            shop_id=shop_id,
            period=period_in(query),
            zone=ZoneInfo(request.shop.time_zone),
            program=program,
            query={
                name: query.get(name, "").strip()
                for name in (*formats.ACCOUNT_ROLES, *DATEV_FIELDS)
            },
        )
    except TillwayError as error:
        return _back(request, shop_id, error)
    file_taken(request, f"books:{program}", period=_days(request))
    return made


@require_GET
@require_action("report.export")
def statement(request: MemberRequest, shop_id: UUID) -> Any:
    """The period's days and balances on paper."""
    try:
        made = statement_file(shop=request.shop, period=period_in(request.GET.dict()))
    except TillwayError as error:
        return _back(request, shop_id, error)
    file_taken(request, "statement.pdf", period=_days(request))
    return made


def _days(request: MemberRequest) -> str:
    """The days that a file is about, as they were asked for."""
    return "/".join(request.GET.get(name, "")[:20] for name in ("first", "last"))


def _this_month() -> reporting.Period:
    today = timezone.localdate()
    return reporting.Period(today.replace(day=1), today)


def _back(request: MemberRequest, shop_id: UUID, error: TillwayError) -> HttpResponse:
    """To the page, which says what was wrong and keeps the days that were readable."""
    messages.error(request, _problem_words(error))
    days = {}
    for name in ("first", "last"):
        try:
            days[name] = day_in(request.GET.dict(), name)
        except TillwayError:
            days[name] = None
    query = ""
    if days["first"] and days["last"] and days["first"] <= days["last"]:
        query = f"?first={days['first']}&last={days['last']}"
    return HttpResponseRedirect(f"/dashboard/{shop_id}/reports{query}")


def _table(
    code: str,
    report: reporting.DailyReport,
    total: Day,
    worth: dict[date, list[str]],
) -> dict[str, Any]:
    asset = report.assets[code]
    days = [day for day in report.days if day.asset == code]
    return {
        "code": code,
        "symbol": asset.symbol,
        "days": [
            {
                **_figures(day, asset),
                "word": date_format(day.day, "D j M"),
                "worth": worth.get(day.day, []),
            }
            for day in reversed(days)
        ],
        "total": _figures(total, asset),
        "opening": grouped(amount_text(total.opening, asset)),
    }


def _figures(day: Day, asset: Asset) -> dict[str, Any]:
    other = sum(units for group, units in day.changes.items() if group not in SHOWN)
    cells = [(group, day.changes.get(group, 0)) for group in GROUPS if group in SHOWN]
    return {
        "payments": day.payments,
        "cells": [
            {"word": _group_word(group), "text": _told(units, asset)}
            for group, units in sorted(cells, key=lambda cell: SHOWN.index(cell[0]))
        ]
        + [{"word": _("Other"), "text": _told(other, asset)}],
        "exact": grouped(amount_text(day.closing, asset)),
    }


def _told(units: int, asset: Asset) -> str:
    """To the cent where that is exact, else with all of its decimals; empty for nothing."""
    return grouped(amount_text(units, asset)) if units else ""


def _worth(days: tuple[CurrencyDay, ...]) -> dict[date, list[str]]:
    told: dict[date, list[str]] = {}
    for day in days:
        amount = format_amount(Amount(day.value_units, FIAT[day.currency]))
        told.setdefault(day.day, []).append(f"{grouped(amount)} {day.currency}")
    return told


def _worth_rows(days: tuple[CurrencyDay, ...]) -> list[dict[str, Any]]:
    """The period's sums by currency, tax and tip apart."""
    sums: dict[str, list[int]] = {}
    for day in days:
        line = sums.setdefault(day.currency, [0, 0, 0, 0])
        for index, figure in enumerate(
            (day.payments, day.value_units, day.tax_units, day.tip_units)
        ):
            line[index] += figure
    return [
        {
            "currency": code,
            "payments": payments,
            **{
                name: grouped(format_amount(Amount(units, FIAT[code])))
                for name, units in (("value", value), ("tax", tax), ("tip", tip))
            },
        }
        for code, (payments, value, tax, tip) in sums.items()
    ]


def _group_word(group: Group) -> str:
    return {
        "sales": _("Sales"),
        "fees": _("Fees"),
        "taken_back": _("Taken back"),
        "refunds": _("Refunds"),
        "paid_out": _("Paid out"),
        "converted": _("Converted"),
        "other": _("Other"),
    }[group]


def _program_word(name: formats.Program) -> str:
    return {
        "plain": _("Any program (CSV)"),
        "xero": "Xero",
        "quickbooks": "QuickBooks",
        "datev": "DATEV",
    }[name]


def _account_word(role: formats.AccountRole) -> str:
    return {
        "clearing": _("Clearing"),
        "sales": _("Sales"),
        "fees": _("Fees"),
        "refunds": _("Refunds"),
        "payouts": _("Payouts"),
        "other": _("Other"),
    }[role]


def _problem_words(error: TillwayError) -> str:
    words = {
        "field_required": _("Choose the first and the last day."),
        "day_invalid": _("That is no day."),
        "number_invalid": _("DATEV's numbers have digits only: up to 7 and up to 5."),
        "period_upside_down": _("The last day lies before the first."),
        "period_too_long": _("A report covers 400 days at most."),
        "account_unreadable": _("An account can't be written that way in this file."),
        "datev_head_missing": _(
            "DATEV needs the accountant's number, the client's, and the first day of the"
            " financial year that holds the period."
        ),
    }
    return words.get(error.code, error.message)
