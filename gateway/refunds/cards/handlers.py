"""What a ramp's events make us look at; what they say of it is not read."""

from datetime import datetime

from gateway.ramps.models import RampEvent
from gateway.refunds.cards.models import CardRefund


def look_at_refund(row: RampEvent, now: datetime) -> None:
    """Something happened to a refund. One that we don't know by name yet is looked for anyway."""
    CardRefund.objects.filter(ramp=row.ramp, remote_id=row.object_id).update(due_at=now)


def look_at_refunds_of_payment(row: RampEvent, now: datetime) -> None:
    """Something of a payment went back."""
    CardRefund.objects.filter(ramp=row.ramp, tender__remote_intent=row.object_id).exclude(
        remote_id=""
    ).update(due_at=now)
