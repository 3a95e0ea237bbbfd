"""A new scenario: from one that there is or from nothing, named, checked, and begun in shadow."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gateway.compliance.scenarios import selectors
from gateway.compliance.scenarios.errors import ScenarioNameTaken, ScenarioUnknown, TableRefused
from gateway.compliance.scenarios.shipped import shipped_tables
from gateway.compliance.scenarios.tables import SUBJECTS
from gateway.compliance.scenarios.versions import scenario_begin
from gateway.events.errors import TillwayError
from merchants.accounts.guards import MemberRequest, require_action
from merchants.dashboard.house.frame import draw
from merchants.dashboard.house.scenario_editor import ROOT
from merchants.dashboard.house.scenario_form import TableForm
from merchants.dashboard.house.scenario_form_rows import form_moved, form_shown
from merchants.dashboard.house.scenario_words import (
    problem_words,
    refused_words,
    scenario_word,
    subject_word,
)


@require_http_methods(["GET", "HEAD", "POST"])
@require_action("scenario.edit", shop=None)
def begin(request: MemberRequest) -> HttpResponse:
    """The form, with what was typed for as long as it can't be begun."""
    if request.method != "POST":
        return _page(request, TableForm.empty())
    form, do = TableForm.typed(request.POST), request.POST.get("do", "")
    if do == "template":
        return _page(request, form.filled(_template(request.POST.get("template", ""))))
    moved = form_moved(form, do)
    if moved is not None:
        return _page(request, moved)
    try:
        table = form.table()
        if do == "check":
            return _page(request, form, fine=True)
        version = scenario_begin(
            table=table,
            author=request.user.pk,
            note=request.POST.get("note", ""),
            now=timezone.now(),
        )
    except TableRefused as refused:
        words = refused_words(refused)
        wrong: dict[str, Any] = {"name_problem" if refused.reason == "name" else "problem": words}
        return _page(request, form.checked(), status=422, **wrong)
    except ScenarioNameTaken as refused:
        return _page(request, form, status=422, name_problem=problem_words(refused.code))
    except TillwayError as refused:
        problem = problem_words(refused.code) or refused.message
        return _page(request, form, status=422, problem=problem)
    messages.success(
        request, _("Begun in shadow: what it would say is counted, and nobody is told.")
    )
    return HttpResponseRedirect(f"{ROOT}/{version.scenario}")


def _template(name: str) -> TableForm:
    """What a scenario says now, or said as it came with the program; nothing, of what is none."""
    try:
        return TableForm.of(selectors.version_to_begin_from(name).table)
    except ScenarioUnknown:
        found = [table for table in shipped_tables() if table.scenario == name]
        return TableForm.of(found[0]) if found else TableForm.empty()


def _page(
    request: MemberRequest, form: TableForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    names = {table.scenario for table in shipped_tables()} | set(selectors.scenario_names())
    context = {
        "name": form.scenario,
        "subject": form.subject,
        "subjects": [(one, subject_word(one)) for one in SUBJECTS],
        "templates": sorted(
            ((name, scenario_word(name)) for name in names), key=lambda one: one[1]
        ),
        "template": request.POST.get("template", ""),
        "note": request.POST.get("note", ""),
        **form_shown(form),
        **more,
    }
    return draw(request, "dashboard/house/scenario_new.html", context, status=status)
