"""The row locks of the room: the card payment first, then its invoice."""

from uuid import UUID

from gateway.cards.errors import CardTenderUnknown
from gateway.cards.models import CardTender


def tender_for_update(tender_id: UUID) -> CardTender:
    """Raises CardTenderUnknown. One query."""
    row = CardTender.objects.select_for_update().filter(id=tender_id).first()
    if row is None:
        raise CardTenderUnknown
    return row
