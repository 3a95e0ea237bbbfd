"""Scenarios: all of them, one with its versions, two compared, and what is done with one."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gateway.compliance.scenarios import selectors
from gateway.compliance.scenarios.errors import ScenarioUnknown
from gateway.compliance.scenarios.going_live import (
    LIVE,
    RETIRE,
    version_live_propose,
    version_retire_propose,
)
from gateway.compliance.scenarios.models import ScenarioVersion
from gateway.compliance.scenarios.versions import version_lay_aside, version_shadow
from gateway.custody.approvals.configuration import house_mode
from gateway.custody.approvals.selectors import open_act
from gateway.events.errors import TillwayError
from merchants.accounts.guards import MemberRequest, require_action
from merchants.accounts.selectors import people_named
from merchants.dashboard.approvals.acting import act_problem
from merchants.dashboard.house.frame import draw
from merchants.dashboard.house.scenario_rows import (
    changes_between,
    standing_row,
    table_rows,
    test_row,
    version_row,
)
from merchants.dashboard.house.scenario_words import problem_words, scenario_word, subject_word

ROOT: Final = "/house/scenarios"


@require_GET
@require_action("scenario.edit", shop=None)
def scenarios(request: MemberRequest) -> HttpResponse:
    """Every scenario, with what it said in thirty days. Five queries."""
    standing = selectors.scenarios_standing(mode=house_mode(), today=timezone.now().date())
    context = {"rows": [standing_row(one) for one in standing]}
    return draw(request, "dashboard/house/scenarios.html", context)


@require_GET
@require_action("scenario.edit", shop=None)
def scenario(request: MemberRequest, scenario: str) -> HttpResponse:
    """One with its versions, and its backtests."""
    return scenario_page(request, scenario)


@require_GET
@require_action("scenario.edit", shop=None)
def compare(request: MemberRequest, scenario: str) -> HttpResponse:
    """Two versions of a scenario: ``?one=1&other=2``."""
    one, other = (_numbered(scenario, request.GET.get(name, "")) for name in ("one", "other"))
    context = {
        "scenario": scenario,
        "title": scenario_word(scenario),
        "one": version_row(one, names=_names([one, other])),
        "other": version_row(other, names=_names([one, other])),
        "tables": [table_rows(version.table) for version in (one, other)],
        "changes": changes_between(one.table, other.table),
    }
    return draw(request, "dashboard/house/scenario_compare.html", context)


@require_POST
@require_action("scenario.edit", shop=None)
def say(request: MemberRequest, version_id: UUID, verb: str) -> HttpResponse:
    """Do something with a version; back on its scenario's page, or there with what is wrong."""
    if verb not in DOES:
        raise Http404
    try:
        version = selectors.version_get(version_id)
    except ScenarioUnknown as error:
        raise Http404 from error
    does, words = DOES[verb]
    try:
        does(request, version)
    except TillwayError as refused:
        problem = problem_words(refused.code) or act_problem(refused)
        return scenario_page(request, version.scenario, problem=problem, status=422)
    messages.success(request, words())
    return HttpResponseRedirect(f"{ROOT}/{version.scenario}")


def scenario_page(
    request: MemberRequest, scenario: str, *, status: int = 200, **more: Any
) -> HttpResponse:
    """The page of one scenario."""
    try:
        versions = selectors.versions_of(scenario)
    except ScenarioUnknown as error:
        raise Http404 from error
    names = _names(versions)
    hits = selectors.hits_of([one.id for one in versions], mode=house_mode())
    tests = selectors.backtests_of(scenario)
    sums = selectors.sums_of(tests)
    rows = [version_row(one, names=names, hits=hits.get(one.id, 0)) for one in versions]
    standing = next((one for one in versions if one.state != "retired"), versions[0])
    waiting = [
        act
        for kind in (LIVE, RETIRE)
        if (act := open_act(kind=kind, subject=f"scenario:{scenario}"))
    ]
    now = timezone.now()
    context = {
        "scenario": scenario,
        "title": scenario_word(scenario),
        "subject": subject_word(versions[0].subject),
        "standing": [row for row in rows if row["state"] != "retired"],
        "retired": [row for row in rows if row["state"] == "retired"],
        "versions": rows,
        "table": table_rows(standing.table),
        "table_number": standing.number,
        "waiting": waiting,
        "tests": [test_row(one, sums=sums.get(one.id)) for one in tests],
        "typed": {
            "since": request.POST.get("since") or now.date().replace(day=1).isoformat(),
            "until": request.POST.get("until") or now.date().isoformat(),
            "band": request.POST.get("band") or "20",
            "reason": request.POST.get("reason", ""),
        },
        **more,
    }
    return draw(request, "dashboard/house/scenario.html", context, status=status)


def _names(versions: list[ScenarioVersion]) -> dict[UUID, str]:
    people = {one for v in versions for one in (v.author, v.maker, v.checker) if one is not None}
    return dict(people_named(people)) if people else {}


def _numbered(scenario: str, text: str) -> ScenarioVersion:
    if not (text.isascii() and text.isdigit() and len(text) < 8):
        raise Http404
    try:
        return selectors.version_numbered(scenario, int(text))
    except ScenarioUnknown as error:
        raise Http404 from error


def _shadow(request: MemberRequest, version: ScenarioVersion) -> None:
    version_shadow(version_id=version.id, now=timezone.now())


def _lay_aside(request: MemberRequest, version: ScenarioVersion) -> None:
    version_lay_aside(version_id=version.id, now=timezone.now())


def _live(request: MemberRequest, version: ScenarioVersion) -> None:
    reason = request.POST.get("reason", "")
    version_live_propose(version_id=version.id, by=request.user.pk, reason=reason)


def _retire(request: MemberRequest, version: ScenarioVersion) -> None:
    reason = request.POST.get("reason", "")
    version_retire_propose(version_id=version.id, by=request.user.pk, reason=reason)


Does = Callable[[MemberRequest, ScenarioVersion], None]
DOES: Final[dict[str, tuple[Does, Callable[[], str]]]] = {
    "shadow": (_shadow, lambda: _("In shadow: what it would say is counted, and nobody is told.")),
    "lay-aside": (_lay_aside, lambda: _("Laid aside.")),
    "live": (_live, lambda: _("Proposed. Another officer must approve it.")),
    "retire": (_retire, lambda: _("Proposed. Another officer must approve it.")),
}
