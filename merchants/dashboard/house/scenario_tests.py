"""Trying a version against history: asking for it, watching it, and what it found."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gateway.compliance.scenarios import selectors
from gateway.compliance.scenarios.backtesting import backtest_ask
from gateway.compliance.scenarios.errors import (
    BacktestUnknown,
    BandRefused,
    PeriodRefused,
    ScenarioError,
    ScenarioUnknown,
)
from gateway.compliance.scenarios.models import Backtest
from gateway.custody.approvals.configuration import house_mode
from merchants.accounts.guards import MemberRequest, require_action
from merchants.dashboard.house.frame import draw
from merchants.dashboard.house.scenario_chart import try_chart
from merchants.dashboard.house.scenario_rows import test_row
from merchants.dashboard.house.scenario_words import problem_words, scenario_word
from merchants.dashboard.house.scenarios import scenario_page

ROOT: Final = "/house/scenarios"
A_DAY: Final = timedelta(days=1)


@require_POST
@require_action("scenario.edit", shop=None)
def ask(request: MemberRequest, scenario: str) -> HttpResponse:
    """Have a version tried against a period; both its days count."""
    try:
        version = selectors.version_numbered(scenario, _number(request.POST.get("version", "")))
    except ScenarioUnknown as error:
        raise Http404 from error
    try:
        test = backtest_ask(
            version_id=version.id,
            mode=house_mode(),
            since=_moment(request.POST.get("since", "")),
            until=_moment(request.POST.get("until", "")) + A_DAY,
            band_percent=_band(request.POST.get("band", "")),
            by=request.user.pk,
            now=timezone.now(),
        )
    except ScenarioError as refused:
        problem = problem_words(refused.code)
        return scenario_page(request, scenario, test_problem=problem, status=422)
    return HttpResponseRedirect(f"{ROOT}/backtests/{test.id}")


@require_GET
@require_action("scenario.edit", shop=None)
def backtest(request: MemberRequest, test_id: UUID) -> HttpResponse:
    """How far it is, and what it found so far; the page looks again by itself until it is over."""
    try:
        test = selectors.backtest_get(test_id)
    except BacktestUnknown as error:
        raise Http404 from error
    days = selectors.days_of(test)
    row = test_row(test, sums=selectors.sums_of([test]).get(test.id))
    chart = try_chart(
        [(day.day, day.above, day.below) for day in days],
        first=test.since.date(),
        last=_last_day(test),
    )
    context = {
        "scenario": test.version.scenario,
        "title": scenario_word(test.version.scenario),
        "test": row,
        "last": _last_day(test),
        "days": days,
        "chart": chart,
        "label": _("Alerts day by day: %(above)s above the line, %(below)s just below it.")
        % row["sums"],
    }
    return draw(request, "dashboard/house/scenario_test.html", context)


def _last_day(test: Backtest) -> date:
    return (test.until - timedelta(microseconds=1)).date()


def _moment(text: str) -> datetime:
    """The beginning of a day. Raises PeriodRefused."""
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError as error:
        raise PeriodRefused from error


def _band(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise BandRefused
    return int(text)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 8):
        raise ScenarioUnknown
    return int(text)
