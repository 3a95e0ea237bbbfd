"""What the room does when it hears of its transactions."""

from uuid import UUID

from django.utils import timezone

from gateway.events.subscriptions import EventRecord
from gateway.treasury.providers import outcomes
from gateway.treasury.providers.paying import REFERENCE_PREFIX


def on_transaction(event: EventRecord) -> None:
    """``transaction.*`` of a withdrawal's payment."""
    reference: str = event.body["reference"]
    if not reference.startswith(REFERENCE_PREFIX):
        return
    payment_id = UUID(reference.removeprefix(REFERENCE_PREFIX))
    match event.type:
        case "transaction.mined":
            outcomes.payment_mined(payment_id=payment_id, body=event.body)
        case "transaction.orphaned":
            outcomes.payment_orphaned(payment_id=payment_id)
        case "transaction.final":
            outcomes.payment_final(payment_id=payment_id, body=event.body, now=timezone.now())
        case "transaction.failed" | "transaction.cancelled":
            outcomes.payment_failed(payment_id=payment_id, body=event.body, now=timezone.now())
