"""What settlement does when it hears of a batch's transaction, and of leave that was asked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from gateway.events.subscriptions import EventRecord
from gateway.settlement import batch_ways, locks
from gateway.settlement.batch_models import PayoutBatch
from gateway.settlement.batch_outcomes import (
    batch_final,
    batch_limited,
    batch_mined,
    batch_undone,
)
from gateway.settlement.batch_sending import REFERENCE_PREFIX, payouts_gather
from gateway.settlement.sending import payouts_resume


def on_batch(event: EventRecord) -> None:
    """What became of a batch's transaction."""
    batch_id = UUID(event.body["reference"].removeprefix(REFERENCE_PREFIX))
    now = timezone.now()
    match event.type:
        case "transaction.awaiting_limit":
            batch_limited(batch_id=batch_id, now=now)
        case "transaction.mined":
            asset = PayoutBatch.objects.values_list("asset", flat=True).get(id=batch_id)
            with behind(asset, now=now):
                batch_mined(batch_id=batch_id, body=event.body, now=now)
        case "transaction.final":
            batch = batch_final(batch_id=batch_id, body=event.body, now=now)
            if batch.not_paid:  # the float that was promised to them is free again
                payouts_resume(asset=batch.asset, now=now)
        case "transaction.failed" | "transaction.cancelled":
            batch = batch_undone(batch_id=batch_id, body=event.body, now=now)
            payouts_resume(asset=batch.asset, now=now)


def on_leave(event: EventRecord) -> None:
    """What became of a transaction that gives the contract leave."""
    if event.body["reference"].startswith(batch_ways.REFERENCE_PREFIX):
        batch_ways.way_told(type=event.type, body=event.body, now=timezone.now())


@contextmanager
def behind(asset: str, *, now: datetime) -> Iterator[None]:
    """Around what tells that one of an asset is in a block: what waited behind it goes then.

    The float is locked ahead of what is told, as those do who send.
    """
    if not batch_ways.way_ready(asset):
        yield
        return
    locks.float_of(asset)
    yield
    payouts_gather(asset=asset, now=now)
