"""The editor of a scenario's table: a form, worked on by the server, kept as a new draft."""

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gateway.compliance.scenarios import selectors
from gateway.compliance.scenarios.errors import ScenarioUnknown, TableRefused
from gateway.compliance.scenarios.models import ScenarioVersion
from gateway.compliance.scenarios.versions import version_write
from gateway.events.errors import TillwayError
from merchants.accounts.guards import MemberRequest, require_action
from merchants.dashboard.house.frame import draw
from merchants.dashboard.house.scenario_form import TableForm
from merchants.dashboard.house.scenario_form_rows import form_moved, form_shown
from merchants.dashboard.house.scenario_words import problem_words, refused_words, scenario_word

ROOT: Final = "/house/scenarios"


@require_http_methods(["GET", "HEAD", "POST"])
@require_action("scenario.edit", shop=None)
def edit(request: MemberRequest, scenario: str) -> HttpResponse:
    """Begin from a version (``?from=2``, else the newest that stands); add, move, check, keep."""
    try:
        begun = selectors.version_to_begin_from(scenario, request.GET.get("from", ""))
    except ScenarioUnknown as error:
        raise Http404 from error
    if request.method != "POST":
        return _page(request, begun, TableForm.of(begun.table))
    form = TableForm.typed(request.POST, like=begun.table)
    moved = form_moved(form, request.POST.get("do", ""))
    if moved is not None:
        return _page(request, begun, moved)
    try:
        table = form.table()
        if request.POST.get("do") == "check":
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
        "note": request.POST.get("note", ""),
        **form_shown(form),
        **more,
    }
    return draw(request, "dashboard/house/scenario_edit.html", context, status=status)
