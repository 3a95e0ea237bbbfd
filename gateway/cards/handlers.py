"""What a ramp's events make us look at; what they say of it is not read."""

from datetime import datetime

from gateway.cards.models import CardTender
from gateway.ramps.models import RampEvent


def look_at_session(row: RampEvent, now: datetime) -> None:
    """Something happened to a page where a card may pay."""
    CardTender.objects.filter(ramp=row.ramp, remote_session=row.object_id).update(due_at=now)


def look_at_payment(row: RampEvent, now: datetime) -> None:
    """Something happened to a card payment, or to a charge or a dispute of it."""
    CardTender.objects.filter(ramp=row.ramp, remote_intent=row.object_id).update(due_at=now)
