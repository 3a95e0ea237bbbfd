"""What the room does when it hears of its transactions."""

from uuid import UUID

from django.utils import timezone

from gateway.events.subscriptions import EventRecord
from gateway.market.ranges import outcomes
from gateway.market.ranges.working import REFERENCE_PREFIX


def on_transaction(event: EventRecord) -> None:
    """``transaction.*`` of a range's step."""
    reference: str = event.body["reference"]
    if not reference.startswith(REFERENCE_PREFIX):
        return
    step_id = UUID(reference.removeprefix(REFERENCE_PREFIX))
    match event.type:
        case "transaction.mined":
            outcomes.step_mined(step_id=step_id)
        case "transaction.orphaned":
            outcomes.step_orphaned(step_id=step_id)
        case "transaction.final":
            outcomes.step_final(step_id=step_id, body=event.body, now=timezone.now())
        case "transaction.failed" | "transaction.cancelled":
            outcomes.step_failed(step_id=step_id, body=event.body, now=timezone.now())
