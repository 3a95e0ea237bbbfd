"""The close of a month is agreed to by two people: what it shuts nobody opens again."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gateway.custody.approvals.kinds import ActKind
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_propose
from gateway.ledger.closing import Month, month_check, period_close

KIND = "period_close"
COMMAND = "command"
"""The origin of an act that a command of the house's machine asked for: it stands for no person."""


@transaction.atomic
def period_close_propose(
    *, month: Month, reason: str, by: UUID | None, now: datetime, said_by: str = ""
) -> Act:
    """Propose to close a month.

    Args:
        by: the first person. None where a command asks: then two people are needed still.
        said_by: who ran the command, as they say.

    Raises:
        PeriodClosed, PeriodNotClosable: it could not be closed if everybody agreed.
        ActOpenAlready, ActReasonMissing
    """
    month_check(month=month, now=now)
    return act_propose(
        kind=KIND,
        subject=f"period:{month}",
        payload={"month": str(month), "said_by": said_by},
        reason=reason,
        maker=by,
        origin="person" if by else COMMAND,
    )


def period_close_agreed(act: Act, now: datetime) -> None:
    """Close it, in both people's names. Raises what ``period_close`` does."""
    period_close(
        month=Month.parse(act.body["month"]),
        by=f"user:{act.maker} user:{act.checker}",
        reference=f"approval:{act.id}",
        now=now,
    )


ACT = ActKind(name=KIND, carry_out=period_close_agreed)
