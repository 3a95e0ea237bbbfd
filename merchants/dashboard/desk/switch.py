"""The kill switch: stop the desk, or one asset; to let it go on takes two people, who are asked for
here. Each with a reason and a name."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gateway.checkout.wording import asset_symbol
from gateway.custody.approvals.errors import ApprovalError
from gateway.custody.approvals.selectors import open_act
from gateway.events.errors import TillwayError
from gateway.events.selectors import events_after
from gateway.market.models import DeskHalt
from gateway.market.resuming import KIND, desk_resume_propose
from gateway.market.risk.watch import EVERYTHING
from gateway.market.supervising import desk_halt
from merchants.accounts.guards import MemberRequest, require_action
from merchants.accounts.selectors import people_named
from merchants.dashboard.approvals.acting import act_problem
from merchants.dashboard.desk.frame import draw
from merchants.dashboard.desk.wording import refusal_words
from merchants.dashboard.selectors import assets_by_code, time_text

WHOLE = "all"
"""What the whole desk is called in a path."""
SHOWN = 10


@require_http_methods(["GET", "HEAD", "POST"])
@require_action("desk.control", shop=None)
def switch(request: MemberRequest, scope: str) -> HttpResponse:
    """What pulling it, or letting go, would do; confirmed with a reason, it is done."""
    asset = EVERYTHING if scope == WHOLE else scope
    if asset and asset not in assets_by_code([asset]):
        raise Http404
    halt = DeskHalt.objects.filter(scope=asset).first()
    problem, reason = "", request.POST.get("reason", "").strip()
    if request.method == "POST":
        resume = request.POST.get("act") == "resume"
        try:
            if resume:
                act = desk_resume_propose(asset=asset, reason=reason, by=request.user.pk)
            else:
                desk_halt(asset=asset, reason=reason, by=request.user.email, now=timezone.now())
        except TillwayError as error:
            problem = (
                act_problem(error) if isinstance(error, ApprovalError) else refusal_words(error)
            )
        else:
            if resume:
                messages.success(request, _("Proposed. Another person must approve it."))
                return HttpResponseRedirect(f"/house/approvals/{act.id}")
            messages.success(request, _("It is halted."))
            return HttpResponseRedirect("/desk/")
    told = [
        event
        for event in reversed(events_after(subject=f"desk:{asset or WHOLE}"))
        if event.type in {"desk.halted", "desk.resumed"}
    ][:SHOWN]
    names = people_named({one for event in told for one in _ids(event.body.get("by", ""))})
    context = {
        "scope": scope,
        "asset": asset,
        "symbol": asset_symbol(asset),
        "halt": halt,
        "halt_at": time_text(halt.halted_at) if halt else "",
        "waiting": open_act(kind=KIND, subject=f"desk:{asset or WHOLE}"),
        "reason": reason,
        "problem": problem,
        "history": [
            {
                "halted": event.type == "desk.halted",
                "by": _by(event.body.get("by", ""), names),
                "reason": event.body.get("reason", ""),
                "at": time_text(event.occurred_at),
            }
            for event in told
        ],
    }
    return draw(request, "dashboard/desk/switch.html", context, status=422 if problem else 200)


def _ids(by: str) -> list[UUID]:
    """The people that an event names by their ids."""
    return [UUID(one.removeprefix("user:")) for one in by.split() if one.startswith("user:")]


def _by(by: str, names: dict[UUID, str]) -> str:
    """Who did it, by name."""
    ids = _ids(by)
    return ", ".join(names.get(one, str(one)) for one in ids) if ids else by
