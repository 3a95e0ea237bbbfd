"""What a ramp's events make us look at; what they say of it is not read."""

from datetime import datetime

from gateway.cards.life import OPEN
from gateway.cards.models import CardTender, Reader
from gateway.ramps.models import RampEvent


def look_at_session(row: RampEvent, now: datetime) -> None:
    """Something happened to a page where a card may pay."""
    CardTender.objects.filter(ramp=row.ramp, remote_session=row.object_id).update(due_at=now)


def look_at_payment(row: RampEvent, now: datetime) -> None:
    """Something happened to a card payment, or to a charge or a dispute of it."""
    CardTender.objects.filter(ramp=row.ramp, remote_intent=row.object_id).update(due_at=now)


def look_at_reader(row: RampEvent, now: datetime) -> None:
    """Something happened at a reader, perhaps to the payment that it asks a card for."""
    Reader.objects.filter(ramp=row.ramp, remote_id=row.object_id, status="ready").update(due_at=now)
    CardTender.objects.filter(
        ramp=row.ramp, reader__remote_id=row.object_id, status__in=OPEN
    ).update(due_at=now)
