"""Let held money go, give it back or keep it: two people, a delay, and either may call it off.

A hold has a maker and a checker of its own, which the database compares; they are filled from the
act, in the transaction that carries it out. Another process does that: the web may not write a
verdict, so whoever took it over must still name two people and wait in their sight.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from gateway.compliance import locks
from gateway.compliance.errors import MoneyBooked, NoHold
from gateway.compliance.holds import hold_approve, hold_block, hold_release, hold_return
from gateway.compliance.models import Hold
from gateway.custody.approvals.errors import ActOpenAlready
from gateway.custody.approvals.kinds import ActKind
from gateway.custody.approvals.life import OPEN
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.selectors import acts_about
from gateway.custody.approvals.services import act_propose
from gateway.ledger.selectors import deposit_standings

_VERBS: Final[dict[str, Callable[..., Hold]]] = {
    "hold_release": hold_release,
    "hold_return": hold_return,
    "hold_block": hold_block,
}
KINDS: Final = tuple(_VERBS)


def hold_release_propose(*, deposit_id: UUID, by: UUID, reason: str) -> Act:
    """Propose that a held deposit is credited after all.

    The act is the house's: its shop is not told that anybody thinks of it.

    Raises:
        NoHold: it is not held.
        ActOpenAlready: something is proposed about it.
        ActReasonMissing
    """
    return _propose("hold_release", deposit_id=deposit_id, by=by, reason=reason)


def hold_return_propose(*, deposit_id: UUID, by: UUID, reason: str) -> Act:
    """Propose that a held deposit is owed back to its payer. Raises as ``hold_release_propose``.

    Raises:
        MoneyBooked: its payer was listed after it was credited; the books owe it to the shop.
    """
    if deposit_standings(deposit_ids=[deposit_id])[deposit_id] == "decided":
        raise MoneyBooked
    return _propose("hold_return", deposit_id=deposit_id, by=by, reason=reason)


def hold_block_propose(*, deposit_id: UUID, by: UUID, reason: str) -> Act:
    """Propose that a held deposit is kept: a listed owner's property is never given back. Raises
    as ``hold_release_propose``."""
    return _propose("hold_block", deposit_id=deposit_id, by=by, reason=reason)


@transaction.atomic
def _propose(kind: str, *, deposit_id: UUID, by: UUID, reason: str) -> Act:
    hold = locks.open_hold(deposit_id)
    if hold is None:
        raise NoHold
    subject = f"deposit:{deposit_id}"
    # The hold's lock orders them: of two decisions proposed at once one is refused.
    if any(act.state in OPEN for act in acts_about(kinds=KINDS, subjects=[subject])):
        raise ActOpenAlready
    return act_propose(
        kind=kind,
        subject=subject,
        payload={"deposit_id": str(deposit_id), "hold_id": str(hold.id)},
        reason=reason,
        maker=by,
    )


def hold_agreed(act: Act, now: datetime) -> None:
    """Do what two people agreed to. Raises NoHold: it was decided otherwise meanwhile."""
    deposit_id = UUID(act.body["deposit_id"])
    if not Hold.objects.filter(id=act.body["hold_id"], approved_at__isnull=True).exists():
        raise NoHold
    _VERBS[act.kind](deposit_id=deposit_id, by=f"user:{act.maker}", reason=act.reason, now=now)
    hold_approve(deposit_id=deposit_id, by=f"user:{act.checker}", now=now)


ACTS: Final = tuple(
    ActKind(name=kind, carry_out=hold_agreed, decide_action="hold.decide") for kind in KINDS
)
