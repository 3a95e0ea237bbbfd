"""Questions about fee invoices."""

from uuid import UUID

from gateway.events.cursors import PAGE_SIZE, Page, newest_page
from gateway.settlement.billing.errors import DocumentUnknown
from gateway.settlement.billing.models import FeeDocument


def fee_documents(
    *, shop_id: UUID, cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[FeeDocument]:
    """A shop's fee invoices and credit notes, newest first. One query.

    Raises:
        BadCursor: the cursor isn't one of ours.
    """
    found = FeeDocument.objects.filter(shop_id=shop_id)
    return newest_page(found, cursor=cursor, size=size)


def fee_document(*, shop_id: UUID, document_id: UUID) -> FeeDocument:
    """One of a shop's. One query.

    Raises:
        DocumentUnknown
    """
    found = FeeDocument.objects.filter(shop_id=shop_id, id=document_id).first()
    if found is None:
        raise DocumentUnknown
    return found
