"""The row locks of the room: the card payment first, then its invoice; a reader by itself."""

from uuid import UUID

from gateway.cards.errors import CardTenderUnknown, ReaderUnknown
from gateway.cards.models import CardTender, Reader


def tender_for_update(tender_id: UUID) -> CardTender:
    """Raises CardTenderUnknown. One query."""
    row = CardTender.objects.select_for_update().filter(id=tender_id).first()
    if row is None:
        raise CardTenderUnknown
    return row


def reader_for_update(reader_id: UUID, *, shop_id: UUID | None = None) -> Reader:
    """With its place. Raises ReaderUnknown: there is none (in this shop). One query."""
    rows = Reader.objects.select_for_update(of=("self",)).select_related("place")
    rows = rows.filter(id=reader_id)
    row = (rows if shop_id is None else rows.filter(shop_id=shop_id)).first()
    if row is None:
        raise ReaderUnknown
    return row
