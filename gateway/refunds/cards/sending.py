"""A refund to a card as a row, once it is approved: each verb is one transaction, asks nobody, and
may be called again."""

from datetime import datetime, timedelta
from typing import Final, cast
from uuid import UUID

import structlog
from django.db import transaction

from gateway.ledger.cards import (
    post_card_back_failed,
    post_card_paid_back,
    post_card_taken_off,
)
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.ramps.refund_terms import BackAsk, BackTold
from gateway.refunds.cards import locks
from gateway.refunds.cards.life import UNDER_WAY, Status, may_ask, status_after
from gateway.refunds.cards.models import CardRefund
from gateway.refunds.cards.requesting import give_back
from gateway.refunds.cards.saying import tell
from gateway.refunds.errors import RefundNotOpen

log = structlog.get_logger(__name__)

QUIET: Final = timedelta(seconds=30)
LOOK_EACH: Final = timedelta(hours=1)
DONE_EACH: Final = timedelta(days=1)
DONE_FOR: Final = timedelta(days=60)
"""A bank may send it back weeks later; so long we look by ourselves, should no event come."""


@transaction.atomic
def back_ask(*, refund_id: UUID, now: datetime) -> tuple[BackAsk, bool] | None:
    """From here on the ramp may have heard of it. What to ask, and whether it may know already;
    None where nothing may be asked (any more): then, if it may have heard, a person decides."""
    row, tender = locks.refund_with_tender(refund_id)
    if row.status not in ("approved", "asked"):
        return None
    may_know = row.asked_at is not None
    if not may_ask(asked_at=row.asked_at, now=now):
        row.status, row.due_at = "unclear", now + LOOK_EACH
        row.save()
        log.error("card_refund_unclear", refund=str(row.id))
        return None
    row.status, row.asked_at = "asked", row.asked_at or now
    row.asks, row.due_at = row.asks + 1, now + QUIET
    row.save()
    return _ask(row, intent=tender.remote_intent), may_know


@transaction.atomic
def back_told(*, refund_id: UUID, told: BackTold, now: datetime) -> CardRefund:
    """Keep what the ramp says of it, with the books: what it took, once; what came back, once."""
    row, tender = locks.refund_with_tender(refund_id)
    if told.units != row.units:
        row.last_error = f"the ramp says {told.units}: a person must look"
        row.due_at = now + LOOK_EACH
        row.save()
        log.error("card_refund_differs", refund=str(row.id), told=told.units)
        return row
    before = row.status
    row.status = status_after(status=cast(Status, before), told=told.back)
    row.remote_id, row.last_error = row.remote_id or told.remote_id, told.why[:300]
    if told.is_taken and not row.is_taken and before != "failed":
        _taken(row, now=now)
    if row.status != before:
        row.ended_at = now if row.status in ("completed", "failed") else None
        if row.status == "failed":
            if row.is_taken:
                post_card_back_failed(
                    refund_id=row.id, reference=row.remote_id, ramp=row.ramp, now=now
                )
            give_back(row, tender, now=now)
        if row.status in ("completed", "failed"):
            tell(
                row, "card.refunded" if row.status == "completed" else "card.refund_failed", now=now
            )
    row.due_at = _next_look(row, now=now)
    row.save()
    return row


@transaction.atomic
def back_refused(*, refund_id: UUID, reason: str, now: datetime) -> CardRefund:
    """The ramp won't, for good: it is the shop's again."""
    row, tender = locks.refund_with_tender(refund_id)
    if row.status == "asked":
        row.status, row.last_error = "failed", reason[:300]
        row.ended_at, row.due_at = now, None
        row.save()
        give_back(row, tender, now=now)
        tell(row, "card.refund_failed", now=now)
    return row


@transaction.atomic
def back_unmade(*, refund_id: UUID, by: str, because: str, now: datetime) -> CardRefund:
    """A person looked at the ramp's own pages: an unclear refund was never made.

    Raises:
        RefundUnknown
        RefundNotOpen: nobody has to decide about it.
    """
    row, tender = locks.refund_with_tender(refund_id)
    if row.status != "unclear":
        raise RefundNotOpen
    row.status, row.ended_by, row.end_reason = "failed", by[:80], because[:300]
    row.ended_at, row.due_at = now, None
    row.save()
    give_back(row, tender, now=now)
    tell(row, "card.refund_failed", now=now)
    return row


def wanted_of(row: CardRefund) -> BackAsk:
    """What to look for at the ramp. One query."""
    return _ask(row, intent=row.tender.remote_intent)


def note_trouble(*, refund_id: UUID, error: str, due_at: datetime) -> None:
    """Remember why nothing is known yet, and when to ask again. One statement."""
    CardRefund.objects.filter(id=refund_id).update(last_error=error[:300], due_at=due_at)


# --- parts ---------------------------------------------------------------------------------------


def _ask(row: CardRefund, *, intent: str) -> BackAsk:
    return BackAsk(
        id=row.id,
        key=f"tillway:card_refund:{row.id}",
        intent=intent,
        units=int(row.units),
        asked_at=row.asked_at,
    )


def _taken(row: CardRefund, *, now: datetime) -> None:
    amount = Amount(int(row.units), FIAT[row.currency])
    post_card_paid_back(
        refund_id=row.id, shop_id=row.shop_id, ramp=row.ramp, amount=amount, now=now
    )
    post_card_taken_off(reference=row.remote_id, ramp=row.ramp, amount=amount, now=now)
    row.is_taken = True


def _next_look(row: CardRefund, *, now: datetime) -> datetime | None:
    if row.status in UNDER_WAY:
        return now + LOOK_EACH
    if row.status != "completed":
        return None
    later = now + DONE_EACH
    return later if later - row.requested_at <= DONE_FOR else None
