"""A shop's account at a ramp, as a row: each verb is one transaction and asks nobody."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from gateway.custody.approvals.configuration import approval_rules
from gateway.events.services import emit
from gateway.ramps import locks
from gateway.ramps.models import RampAccount
from gateway.ramps.presenters import account_as_dict
from gateway.ramps.terms import AccountStatus

LOOK_EACH: Final = timedelta(hours=6)
"""A deadline passes without an event of ours being lost only now and then."""


COOLS_OFF_LIKE: Final = "bank_destination"
"""The kind of act whose delay an account's changed bank waits."""


@transaction.atomic
def account_want(*, shop_id: UUID, mode: str, ramp: str, now: datetime) -> RampAccount:
    """The row of a shop's account at a ramp, made if need be."""
    RampAccount.objects.bulk_create(
        [RampAccount(shop_id=shop_id, mode=mode, ramp=ramp, created_at=now)], ignore_conflicts=True
    )
    return RampAccount.objects.get(shop_id=shop_id, ramp=ramp)


@transaction.atomic
def account_ask(*, account_id: UUID, now: datetime) -> bool:
    """From here on the ramp may have heard of it; whether it had not before."""
    row = locks.account_for_update(account_id)
    if row.asked_at is not None:
        return False
    row.asked_at = now
    row.save(update_fields=["asked_at"])
    return True


@transaction.atomic
def account_told(
    *, account_id: UUID, status: AccountStatus, asked_at: datetime, now: datetime
) -> RampAccount:
    """Keep what the ramp says of it, and tell of it when what is missing has changed.

    Args:
        asked_at: when the ramp was asked; what was asked for earlier than what we know is old.
    """
    row = locks.account_for_update(account_id)
    if row.remote_id not in ("", status.remote_id):
        raise ValueError(f"account {account_id} is {row.remote_id}, not {status.remote_id}")
    if row.told_at is not None and row.told_at > asked_at:
        return row
    before = _missing(row)
    wanted = status.requirements
    row.remote_id = status.remote_id
    row.capabilities, row.banks = status.capabilities, list(status.banks)
    row.payouts_enabled, row.details_submitted = status.payouts_enabled, status.details_submitted
    row.requirements_due = list(wanted.due)
    row.requirements_past_due = list(wanted.past_due)
    row.requirements_pending = list(wanted.pending)
    row.requirements_deadline = wanted.deadline
    row.disabled_reason = wanted.disabled_reason
    row.told_at, row.due_at, row.last_error = asked_at, now + LOOK_EACH, ""
    row.save()
    if _missing(row) != before:
        emit(
            type="shop.requirements_changed",
            subject=f"shop:{row.shop_id}",
            body=account_as_dict(row),
            mode=row.mode,
            shop_id=row.shop_id,
            now=now,
        )
    return row


def account_look(*, account_id: UUID, now: datetime) -> None:
    """Have the ramp asked about it soon. One statement."""
    RampAccount.objects.filter(id=account_id).update(due_at=now)


@transaction.atomic
def account_bank_changed(*, account_id: UUID, at: datetime, now: datetime) -> None:
    """Its bank account is another one since ``at``: from then on it cools off, and is looked at
    now. What is heard late never shortens that."""
    row = locks.account_for_update(account_id)
    at = min(at, now)
    if row.bank_changed_at is None or at > row.bank_changed_at:
        row.bank_changed_at = at
    row.due_at = now
    row.save(update_fields=["bank_changed_at", "due_at"])


def bank_rests_until(row: RampAccount) -> datetime | None:
    """Until when nothing is sent to an account whose bank changed: as long as a new bank account
    that a shop names here waits. None if it never changed. No query."""
    if row.bank_changed_at is None:
        return None
    return row.bank_changed_at + approval_rules(row.mode).delay_of(COOLS_OFF_LIKE)


def note_trouble(*, account_id: UUID, error: str, due_at: datetime) -> None:
    """Remember why it wasn't told, and when to ask again. One statement."""
    RampAccount.objects.filter(id=account_id).update(last_error=error[:300], due_at=due_at)


def _missing(row: RampAccount) -> tuple[object, ...]:
    return (
        row.is_ready,
        row.requirements_due,
        row.requirements_past_due,
        row.requirements_deadline,
        row.disabled_reason,
    )
