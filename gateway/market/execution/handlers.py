"""What execution does when it hears of its transactions and of deposits that are gone."""

from uuid import UUID

from django.utils import timezone

from gateway.events.subscriptions import EventRecord
from gateway.market.execution import outcomes
from gateway.market.execution.batching import REFERENCE_PREFIX


def on_transaction(event: EventRecord) -> None:
    """``transaction.final``, ``.failed`` or ``.cancelled`` of a batch. Books know final things."""
    reference: str = event.body["reference"]
    if not reference.startswith(REFERENCE_PREFIX):
        return
    batch_id = UUID(reference.removeprefix(REFERENCE_PREFIX))
    if event.type == "transaction.final":
        outcomes.batch_final(batch_id=batch_id, body=event.body, now=timezone.now())
    else:
        outcomes.batch_failed(batch_id=batch_id, body=event.body, now=timezone.now())


def on_deposit_orphaned(event: EventRecord) -> None:
    """``deposit.orphaned``."""
    outcomes.fill_withdraw(deposit_id=UUID(event.subject_id))
