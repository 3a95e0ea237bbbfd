"""Give a list up by two people: one proposes, another agrees, and it is done after a delay."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from gateway.compliance.errors import ListMissing, ListStillNamed
from gateway.compliance.loading import list_give_up
from gateway.compliance.models import ListSource
from gateway.compliance.refreshing import configured_feeds
from gateway.custody.approvals.kinds import ActKind
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_propose

KIND: Final = "list_give_up"


@transaction.atomic
def list_give_up_propose(*, source: str, by: UUID, reason: str) -> Act:
    """Propose to screen against a list no more.

    Raises:
        ListMissing: there is no such list in force.
        ListStillNamed: the settings would bring it back at the next turn.
        ActOpenAlready, ActReasonMissing
    """
    row = ListSource.objects.filter(name=source, enabled=True).first()
    if row is None or row.version_id is None:
        raise ListMissing
    _check_unnamed(source)
    return act_propose(
        kind=KIND,
        subject=f"list:{source}",
        payload={"source": source, "number": row.number},
        reason=reason,
        maker=by,
    )


def give_up_agreed(act: Act, now: datetime) -> None:
    """Do what two people agreed to.

    Raises:
        ListMissing: it is in force no more.
        ListStillNamed
    """
    source = act.body["source"]
    _check_unnamed(source)
    list_give_up(source=source, by=f"user:{act.maker}", second=f"user:{act.checker}", now=now)


ACT: Final = ActKind(name=KIND, carry_out=give_up_agreed, decide_action="list.load")


def _check_unnamed(source: str) -> None:
    if source in configured_feeds():
        raise ListStillNamed
