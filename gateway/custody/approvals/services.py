"""Propose an act, agree to it, call it off. Nothing is done here: see ``carrying``.

What an act is about is frozen with its proposal. The moment is the database's, never a caller's:
whoever took a process over may lie about the time.
"""

from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import msgspec
from django.db import IntegrityError, transaction

from gateway.custody.approvals import life
from gateway.custody.approvals.configuration import approval_rules, house_mode
from gateway.custody.approvals.errors import ActOpenAlready, ActReasonMissing
from gateway.custody.approvals.kinds import kind_named
from gateway.custody.approvals.locks import act_for_update, database_moment, open_act_for_update
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.presenters import act_as_dict
from gateway.events.services import emit
from gateway.shops.selectors import shop_view

MAX_REASON = 500
SCHEDULE = "schedule"
"""The origin of an act that a standing rule of the shop's asked for."""


@transaction.atomic
def act_propose(
    *,
    kind: str,
    subject: str,
    payload: dict[str, Any],
    reason: str,
    maker: UUID | None,
    shop_id: UUID | None = None,
    decider: str = "house",
    origin: str = "person",
) -> Act:
    """Freeze what is to be done until another person agrees.

    Args:
        payload: JSON with all that the carrying out will go by; amounts as text.
        maker: who proposes it. None where a program or a schedule asks: then the first person
            who agrees counts as the maker, and a second one is needed still.
        decider: ``shop``: two people of the shop are enough; ``house``: the second is the house's.
        origin: ``person``, ``key:<id>`` or ``schedule``.

    Raises:
        ActOpenAlready: one of this kind about this subject waits already.
        ActReasonMissing, KindUnknown
    """
    kind_named(kind)
    if not reason.strip() or len(reason) > MAX_REASON:
        raise ActReasonMissing
    mode = shop_view(shop_id=shop_id).mode if shop_id else house_mode()
    rules = approval_rules(mode)
    moment = database_moment()
    act = Act(
        kind=kind,
        subject=subject,
        shop_id=shop_id,
        mode=mode,
        decider=decider,
        payload=msgspec.json.encode(payload, order="sorted").decode(),
        payload_hash=b"",
        origin=origin,
        reason=reason.strip(),
        maker=maker,
        delay_seconds=int(rules.delay_of(kind).total_seconds()),
        lifetime_seconds=rules.lifetime_seconds,
        proposed_at=moment,
        expires_at=moment,
    )
    try:
        with transaction.atomic():
            act.save(force_insert=True)
    except IntegrityError as error:
        if "act_open_once" not in str(error):
            raise
        raise ActOpenAlready from error
    act.refresh_from_db()
    tell(act, "approval.proposed")
    return act


@transaction.atomic
def act_agree(*, act_id: UUID, by: UUID) -> Act:
    """One more person is for it; with the second its delay begins.

    Raises:
        SamePerson: who proposed it (the database says so too).
        ActUnknown, ActNotProposed, ActOver, ActExpired
    """
    act = act_for_update(act_id)
    then = life.agreed(life_of(act), by=by, at=database_moment())
    act.state, act.maker, act.checker = then.state, then.maker, then.checker
    act.save(update_fields=["state", "maker", "checker"])
    act.refresh_from_db()
    tell(act, "approval.approved" if act.state == "approved" else "approval.seconded")
    return act


@transaction.atomic
def act_reject(*, act_id: UUID, by: UUID, reason: str) -> Act:
    """Say no to a proposal; what waited for it is undone.

    Raises:
        ActUnknown, ActNotProposed, ActOver, ActReasonMissing
    """
    if not reason.strip() or len(reason) > MAX_REASON:
        raise ActReasonMissing
    act = act_for_update(act_id)
    life.rejected(life_of(act))
    return end(act, state="rejected", by=by, reason=reason.strip())


@transaction.atomic
def act_cancel(*, act_id: UUID, by: UUID, reason: str) -> Act:
    """Call it off, before it is approved or during its delay; what waited for it is undone.

    Raises:
        ActUnknown, ActOver, ActReasonMissing
    """
    if not reason.strip() or len(reason) > MAX_REASON:
        raise ActReasonMissing
    act = act_for_update(act_id)
    life.cancelled(life_of(act))
    return end(act, state="cancelled", by=by, reason=reason.strip())


@transaction.atomic
def act_withdraw(*, kind: str, subject: str, reason: str) -> Act | None:
    """Cancel an open act whose subject is gone by itself; None if there is none. Safe to repeat.

    What waited for it is not undone: whoever calls this has done so.
    """
    act = open_act_for_update(kind=kind, subject=subject)
    if act is None:
        return None
    return end(act, state="cancelled", by=None, reason=reason, call_off=False)


def end(
    act: Act, *, state: str, by: UUID | None = None, reason: str = "", call_off: bool = True
) -> Act:
    """Write a locked act's end, undo what waited for it and tell of it."""
    act.state, act.ended_by, act.end_reason = state, by, reason
    act.ended_at = database_moment()
    act.save(update_fields=["state", "ended_by", "end_reason", "ended_at"])
    act.refresh_from_db()
    if call_off and state != "carried_out":
        kind_named(act.kind).call_off(act, act.ended_at)
    tell(act, f"approval.{state}")
    return act


def life_of(act: Act) -> life.ActLife:
    """The row as the pure core sees it."""
    return life.ActLife(
        state=cast(life.State, act.state),
        maker=act.maker,
        checker=act.checker,
        delay=timedelta(seconds=act.delay_seconds),
        lifetime=timedelta(seconds=act.lifetime_seconds),
        expires_at=act.expires_at,
        not_before=act.not_before,
    )


def tell(act: Act, type: str) -> None:
    """Emit an event with the act as its readers see it."""
    emit(
        type=type,
        subject=f"approval:{act.id}",
        body=act_as_dict(act),
        mode=act.mode,
        shop_id=act.shop_id,
        now=act.ended_at or act.decided_at or act.proposed_at,
    )
