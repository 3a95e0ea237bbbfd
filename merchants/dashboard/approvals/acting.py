"""Saying yes, no or stop: by a person who may, with their password where money may move by it."""

from typing import Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_agree, act_cancel, act_reject
from gateway.events.errors import TillwayError
from merchants.accounts.acting import knows_password
from merchants.accounts.actions import HOUSE_ROLES
from merchants.accounts.guards import MemberRequest
from merchants.dashboard.approvals.deciding import say_of
from merchants.dashboard.approvals.own_shop import check_act_not_own

VERBS: Final = ("agree", "reject", "cancel")


def act_on(request: MemberRequest, act: Act, verb: str) -> str:
    """Do it; what is wrong otherwise, for the page to show. Empty when it is done.

    Raises:
        PermissionDenied: this person may not say this.
    """
    say = say_of(act, person=request.user.pk, roles=request.roles)
    if not {"agree": say.agree, "reject": say.reject, "cancel": say.cancel}[verb]:
        raise PermissionDenied(verb)
    reason = request.POST.get("reason", "").strip()
    try:
        if verb == "agree":
            if not knows_password(request):
                return _("That isn't your password.")
            if act.decider == "house" and HOUSE_ROLES & request.roles:
                check_act_not_own(request.user, act)
            then = act_agree(act_id=act.id, by=request.user.pk)
            messages.success(
                request,
                _("Approved. It is done when its delay has passed, unless somebody cancels it.")
                if then.state == "approved"
                else _("Taken up. Another person must approve it now."),
            )
        elif verb == "reject":
            act_reject(act_id=act.id, by=request.user.pk, reason=reason)
            messages.success(request, _("Rejected. Nothing of it is done."))
        else:
            act_cancel(act_id=act.id, by=request.user.pk, reason=reason)
            messages.success(request, _("Cancelled. Nothing of it is done."))
    except TillwayError as refused:
        return act_problem(refused)
    return ""


def act_problem(refused: TillwayError) -> str:
    """A refusal about an act, in the reader's language."""
    words = {
        "act_over": _("Somebody was quicker: this is over."),
        "act_not_waiting": _("Somebody was quicker: it is approved already."),
        "act_expired": _("It has expired. Propose it again if it is still wanted."),
        "act_reason_missing": _("Say why: it is written down with your name."),
        "act_open_already": _("Something like this waits already. Decide about that first."),
        "second_person_needed": _("Another person must approve what you proposed."),
        "own_shop": _("You work in this shop: somebody else of the house must decide about it."),
    }
    return words.get(refused.code) or refused.message
