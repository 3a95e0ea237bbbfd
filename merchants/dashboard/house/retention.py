"""How long things are kept, what is next, what a hold keeps, and what somebody may have of it."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import (
    Http404,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gateway.compliance.cases.recording import person
from gateway.compliance.retaining.collecting import Whom
from gateway.compliance.retaining.exporting import export_begin, export_chunks
from gateway.compliance.retaining.holding import (
    HOLDABLE,
    about_named,
    hold_ask_lift,
    hold_lift,
    hold_place,
)
from gateway.events.errors import TillwayError
from merchants.accounts.guards import MemberRequest, require_action
from merchants.dashboard.house.frame import draw
from merchants.dashboard.house.retention_rows import refusal_words, retention_facts

ROOT: Final = "/house/retention"
MAX_REASON: Final = 500


@require_GET
@require_action("retention.view", shop=None)
def overview(request: MemberRequest) -> HttpResponse:
    """Schedules, what is next, holds, exports."""
    return _page(request)


@require_POST
@require_action("retention.hold", shop=None)
def place(request: MemberRequest) -> HttpResponse:
    """Keep something whatever its term says."""
    try:
        about = about_named(request.POST.get("kind", ""), request.POST.get("id", ""))
        hold_place(
            about=about,
            by=person(request.user.pk),
            reason=request.POST.get("reason", ""),
            now=timezone.now(),
        )
    except TillwayError as refused:
        return _page(request, problem=refusal_words(refused), status=422)
    messages.success(request, _("It is kept, whatever its term says."))
    return HttpResponseRedirect(ROOT)


@require_POST
@require_action("retention.hold", shop=None)
def lift(request: MemberRequest, hold_id: UUID, verb: str) -> HttpResponse:
    """Ask that a hold is lifted, or agree as another person."""
    by, now = person(request.user.pk), timezone.now()
    try:
        if verb == "ask":
            reason = request.POST.get("reason", "")
            hold_ask_lift(hold_id=hold_id, by=by, reason=reason, now=now)
            messages.success(request, _("Asked. Another officer must agree."))
        elif verb == "agree":
            hold_lift(hold_id=hold_id, by=by, now=now)
            messages.success(request, _("Lifted. It goes by its own term again."))
        else:
            raise Http404
    except TillwayError as refused:
        return _page(request, problem=refusal_words(refused), status=422)
    return HttpResponseRedirect(ROOT)


@require_POST
@require_action("retention.export", shop=None)
def export(request: MemberRequest) -> HttpResponseBase:
    """All that is held about somebody and may be told, as it is read."""
    kind, now = request.POST.get("kind", ""), timezone.now()
    reason = request.POST.get("reason", "").strip()
    try:
        named = UUID(request.POST.get("id", "").strip())
    except ValueError:
        named = None
    if named is None or kind not in ("subject", "shop") or not 0 < len(reason) <= MAX_REASON:
        problem = _("Say whose data it is, by its id, and who asked for it.")
        return _page(request, problem=problem, status=422)
    whom = Whom("subject", named) if kind == "subject" else Whom("shop", named)
    try:
        export_begin(whom=whom, by=person(request.user.pk), reason=reason, now=now)
    except TillwayError as refused:
        return _page(request, problem=refusal_words(refused), status=422)
    response = StreamingHttpResponse(export_chunks(whom, now=now), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="held-{whom.id}.zip"'
    response["Cache-Control"] = "no-store"
    return response


def _page(request: MemberRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    facts = retention_facts(by=person(request.user.pk))
    facts |= {
        "problem": problem,
        "kinds": sorted(HOLDABLE),
        "typed": {name: request.POST.get(name, "") for name in ("kind", "id", "reason")},
    }
    return draw(request, "dashboard/house/retention.html", facts, status=status)
