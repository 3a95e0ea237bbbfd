"""What the room does when it hears of its transactions. Books know final things only."""

from uuid import UUID

from django.utils import timezone

from gateway.events.subscriptions import EventRecord
from gateway.market.refills import services


def on_transaction(event: EventRecord) -> None:
    """``transaction.*`` of a refill."""
    reference: str = event.body["reference"]
    if not reference.startswith(services.REFERENCE_PREFIX):
        return
    refill_id = UUID(reference.removeprefix(services.REFERENCE_PREFIX))
    if event.type == "transaction.final":
        services.refill_final(refill_id=refill_id, body=event.body, now=timezone.now())
    else:
        services.refill_failed(refill_id=refill_id, body=event.body, now=timezone.now())
