"""Let go of the kill switch: to stop is one person's and at once, to start again takes two."""

from datetime import datetime
from uuid import UUID

from gateway.custody.approvals.errors import ActChanged
from gateway.custody.approvals.kinds import ActKind
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_propose
from gateway.market.errors import HaltUnknown
from gateway.market.models import DeskHalt
from gateway.market.supervising import desk_resume

KIND = "desk_resume"
EVERYTHING = "all"
"""What the whole desk is called in a subject."""


def desk_resume_propose(*, asset: str, reason: str, by: UUID) -> Act:
    """Propose that an asset, or with an empty code the whole desk, goes on.

    Raises:
        HaltUnknown: it is not halted there.
        ActOpenAlready, ActReasonMissing
    """
    halt = DeskHalt.objects.filter(scope=asset).first()
    if halt is None:
        raise HaltUnknown
    return act_propose(
        kind=KIND,
        subject=f"desk:{asset or EVERYTHING}",
        payload={
            "asset": asset,
            "halted_at": halt.halted_at.isoformat(),
            "halted_by": halt.halted_by,
            "halted_because": halt.reason,
        },
        reason=reason,
        maker=by,
    )


def desk_resume_agreed(act: Act, now: datetime) -> None:
    """Let go of the switch, if it is the halt that they agreed about.

    Raises:
        HaltUnknown: it goes on already.
        ActChanged: it was halted again meanwhile.
    """
    asset = act.body["asset"]
    halt = DeskHalt.objects.select_for_update().filter(scope=asset).first()
    if halt is None:
        raise HaltUnknown
    if halt.halted_at.isoformat() != act.body["halted_at"]:
        raise ActChanged
    desk_resume(asset=asset, reason=act.reason, by=f"user:{act.maker} user:{act.checker}", now=now)


ACT = ActKind(name=KIND, carry_out=desk_resume_agreed, decide_action="desk.resume")
