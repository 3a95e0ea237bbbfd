"""The editor of a scenario's table: a form, worked on by the server, kept as a new draft."""

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gateway.compliance.scenarios import selectors
from gateway.compliance.scenarios.catalogue import FEATURES
from gateway.compliance.scenarios.errors import ScenarioUnknown, TableRefused
from gateway.compliance.scenarios.models import ScenarioVersion
from gateway.compliance.scenarios.tables import MAX_COLUMNS, MAX_ROWS
from gateway.compliance.scenarios.versions import version_write
from gateway.events.errors import TillwayError
from merchants.accounts.guards import MemberRequest, require_action
from merchants.dashboard.house.frame import draw
from merchants.dashboard.house.scenario_form import TableForm
from merchants.dashboard.house.scenario_words import (
    feature_word,
    hint_of,
    kind_words,
    problem_words,
    refused_words,
    scenario_word,
    severity_choices,
    table_problem,
)

ROOT: Final = "/house/scenarios"
MOVES: Final = frozenset(
    {"row-add", "row-remove", "row-up", "row-down", "column-add", "column-remove"}
)


@require_http_methods(["GET", "HEAD", "POST"])
@require_action("scenario.edit", shop=None)
def edit(request: MemberRequest, scenario: str) -> HttpResponse:
    """Begin from a version (``?from=2``, else the newest that stands); add, move, check, keep."""
    begun = _begun_from(scenario, request.GET.get("from", ""))
    if request.method != "POST":
        return _page(request, begun, TableForm.of(begun.table))
    form = TableForm.typed(request.POST, like=begun.table)
    verb, _colon, at = request.POST.get("do", "keep").partition(":")
    if verb in MOVES:
        return _page(
            request, begun, form.moved(verb, int(at) if at.isascii() and at.isdigit() else 0)
        )
    try:
        table = form.table()
        if verb == "check":
            return _page(request, begun, form, fine=True)
        version = version_write(
            table=table,
            author=request.user.pk,
            note=request.POST.get("note", ""),
            now=timezone.now(),
        )
    except TableRefused as refused:
        return _page(request, begun, form.checked(), problem=refused_words(refused), status=422)
    except TillwayError as refused:
        problem = problem_words(refused.code) or refused.message
        return _page(request, begun, form, problem=problem, status=422)
    messages.success(request, _("Kept as draft %(number)s.") % {"number": version.number})
    return HttpResponseRedirect(f"{ROOT}/{scenario}")


def _begun_from(scenario: str, number: str) -> ScenarioVersion:
    try:
        versions = selectors.versions_of(scenario)
    except ScenarioUnknown as error:
        raise Http404 from error
    if number:
        found = [one for one in versions if str(one.number) == number]
        if not found:
            raise Http404
        return found[0]
    return next((one for one in versions if one.state != "retired"), versions[0])


def _page(
    request: MemberRequest,
    begun: ScenarioVersion,
    form: TableForm,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {
        "scenario": begun.scenario,
        "title": scenario_word(begun.scenario),
        "begun": begun.number,
        "columns": _columns(form),
        "rows": _rows(form),
        "rows_count": len(form.rows),
        "columns_count": len(form.columns),
        "may_add_row": len(form.rows) < MAX_ROWS,
        "may_add_column": len(form.columns) < MAX_COLUMNS,
        "severities": severity_choices(),
        "features": [(name, feature_word(name)) for name in FEATURES],
        "triggers": [
            {"name": name, "word": word, "chosen": name in form.triggers}
            for name, word in kind_words().items()
        ],
        "rest_days": form.rest_days,
        "sources": form.sources,
        "note": request.POST.get("note", ""),
        **more,
    }
    return draw(request, "dashboard/house/scenario_edit.html", context, status=status)


def _columns(form: TableForm) -> list[dict[str, Any]]:
    return [
        {"at": at, "number": at + 1, "name": name, "is_only": len(form.columns) == 1}
        for at, name in enumerate(form.columns)
    ]


def _rows(form: TableForm) -> list[dict[str, Any]]:
    rows = []
    for at, row in enumerate(form.rows):
        cells = []
        for place, (text, name) in enumerate(zip(row.cells, form.columns, strict=True)):
            feature = FEATURES.get(name)
            code = form.problems.get((at + 1, place + 1), "")
            cells.append(
                {
                    "name": f"r{at}c{place}",
                    "word": feature_word(name),
                    "text": text,
                    "hint": hint_of(feature.sort, feature.unit) if feature is not None else "",
                    "problem": table_problem(code) if code else "",
                }
            )
        rows.append(
            {
                "at": at,
                "number": at + 1,
                "cells": cells,
                "severity": row.severity,
                "reason": row.reason,
                "is_first": at == 0,
                "is_last": at == len(form.rows) - 1,
                "is_only": len(form.rows) == 1,
            }
        )
    return rows
