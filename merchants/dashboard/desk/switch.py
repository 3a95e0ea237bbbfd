"""The kill switch: stop the desk, or one asset, and let it go on. Each with a reason and a name."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gateway.checkout.wording import asset_symbol
from gateway.events.errors import TillwayError
from gateway.events.selectors import events_after
from gateway.market.models import DeskHalt
from gateway.market.risk.watch import EVERYTHING
from gateway.market.supervising import desk_halt, desk_resume
from merchants.accounts.guards import MemberRequest, require_action
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
            (desk_resume if resume else desk_halt)(
                asset=asset, reason=reason, by=request.user.email, now=timezone.now()
            )
        except TillwayError as error:
            problem = refusal_words(error)
        else:
            messages.success(
                request, _("It goes on, from Wide on.") if resume else _("It is halted.")
            )
            return HttpResponseRedirect("/desk/")
    context = {
        "scope": scope,
        "asset": asset,
        "symbol": asset_symbol(asset),
        "halt": halt,
        "halt_at": time_text(halt.halted_at) if halt else "",
        "reason": reason,
        "problem": problem,
        "history": [
            {
                "halted": event.type == "desk.halted",
                "by": event.body.get("by", ""),
                "reason": event.body.get("reason", ""),
                "at": time_text(event.occurred_at),
            }
            for event in reversed(events_after(subject=f"desk:{asset or 'all'}"))
            if event.type in {"desk.halted", "desk.resumed"}
        ][:SHOWN],
    }
    return draw(request, "dashboard/desk/switch.html", context, status=422 if problem else 200)
