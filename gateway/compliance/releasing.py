"""Let held money go: two people, a delay, and anybody of the two may call it off meanwhile.

A hold has a maker and a checker of its own, which the database compares; they are filled from the
act, in the transaction that carries it out. To return or to block what is held lets nobody draw
it, so these two need no delay and keep the hold's own two people.
"""

from datetime import datetime
from uuid import UUID

from gateway.compliance.errors import NoHold
from gateway.compliance.holds import hold_approve, hold_release
from gateway.compliance.models import Hold
from gateway.custody.approvals.kinds import ActKind
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_propose

KIND = "hold_release"


def hold_release_propose(*, deposit_id: UUID, by: UUID, reason: str) -> Act:
    """Propose that a held deposit is credited after all.

    The act is the house's: its shop is not told that anybody thinks of it.

    Raises:
        NoHold: it is not held.
        ActOpenAlready, ActReasonMissing
    """
    hold = Hold.objects.filter(deposit_id=deposit_id, approved_at__isnull=True).first()
    if hold is None:
        raise NoHold
    return act_propose(
        kind=KIND,
        subject=f"deposit:{deposit_id}",
        payload={"deposit_id": str(deposit_id), "hold_id": str(hold.id)},
        reason=reason,
        maker=by,
    )


def hold_release_agreed(act: Act, now: datetime) -> None:
    """Release it. Raises NoHold: it was decided otherwise meanwhile."""
    deposit_id = UUID(act.body["deposit_id"])
    if not Hold.objects.filter(id=act.body["hold_id"], approved_at__isnull=True).exists():
        raise NoHold
    hold_release(deposit_id=deposit_id, by=f"user:{act.maker}", reason=act.reason, now=now)
    hold_approve(deposit_id=deposit_id, by=f"user:{act.checker}", now=now)


ACT = ActKind(name=KIND, carry_out=hold_release_agreed, decide_action="hold.decide")
