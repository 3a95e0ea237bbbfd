"""Decide about held money: one person proposes, another approves. Nothing is posted here."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gateway.chains.models import Deposit
from gateway.compliance import locks
from gateway.compliance.errors import (
    HoldNotProposed,
    MoneyBooked,
    NoHold,
    PersonMissing,
    SamePerson,
)
from gateway.compliance.mined_again import OUTCOMES
from gateway.compliance.models import Hold, Verdict
from gateway.compliance.screening import lane_of
from gateway.events.points import point
from gateway.events.services import emit, hold_subjects
from gateway.ledger.selectors import deposit_standings


def hold_release(*, deposit_id: UUID, by: str, reason: str, now: datetime) -> Hold:
    """Propose that a held deposit is credited after all."""
    return _propose(deposit_id=deposit_id, decision="release", by=by, reason=reason, now=now)


def hold_return(*, deposit_id: UUID, by: str, reason: str, now: datetime) -> Hold:
    """Propose that a held deposit is owed back to its payer.

    Raises:
        MoneyBooked: its payer was listed after it was credited; the books owe it to the shop.
    """
    if deposit_standings(deposit_ids=[deposit_id])[deposit_id] == "decided":
        # It can't be credited while it is held, so this stays as it is until the approval.
        raise MoneyBooked
    return _propose(deposit_id=deposit_id, decision="return", by=by, reason=reason, now=now)


def hold_block(*, deposit_id: UUID, by: str, reason: str, now: datetime) -> Hold:
    """Propose that a held deposit is kept: a listed owner's property is never given back.

    What was credited before its payer was listed stays on the shop's balance, withheld.
    """
    return _propose(deposit_id=deposit_id, decision="block", by=by, reason=reason, now=now)


@transaction.atomic
def _propose(*, deposit_id: UUID, decision: str, by: str, reason: str, now: datetime) -> Hold:
    if not by.strip():
        raise PersonMissing
    hold = locks.open_hold(deposit_id)
    if hold is None:
        raise NoHold
    hold.decision, hold.reason = decision, reason
    hold.proposed_by, hold.proposed_at = by, now
    hold.save(update_fields=["decision", "reason", "proposed_by", "proposed_at"])
    return hold


@transaction.atomic
def hold_approve(*, deposit_id: UUID, by: str, now: datetime) -> Hold:
    """Make the proposed decision final; ``hold.released``, ``.returned`` or ``.blocked`` tells.

    Raises:
        SamePerson: who proposed it can't approve it (the database says so too).
    """
    if not by.strip():
        raise PersonMissing
    hold_subjects([f"deposit:{deposit_id}"])
    hold = locks.open_hold(deposit_id)
    if hold is None:
        raise NoHold
    if not hold.decision:
        raise HoldNotProposed
    if hold.proposed_by == by:
        raise SamePerson
    hold.approved_by, hold.approved_at = by, now
    hold.save(update_fields=["approved_by", "approved_at"])
    point("hold.decided")
    outcome = OUTCOMES[hold.decision]
    Verdict.objects.filter(id=hold.verdict_id).update(state=outcome)
    mode, invoice_id = Deposit.objects.values_list("chain__mode", "invoice_id").get(id=deposit_id)
    emit(
        type=f"hold.{outcome}",
        subject=f"deposit:{deposit_id}",
        body={"deposit_id": str(deposit_id), "hold_id": str(hold.id)},
        mode=mode,
        shop_id=hold.shop_id,
        lane=lane_of(invoice_id),
        now=now,
    )
    return hold
