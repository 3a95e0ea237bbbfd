"""Questions about fee invoices."""

from uuid import UUID

from gateway.events.cursors import PAGE_SIZE, Page, decode_cursor, page_of
from gateway.settlement.billing.errors import DocumentUnknown
from gateway.settlement.billing.models import FeeDocument


def fee_documents(
    *, shop_id: UUID, cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[FeeDocument]:
    """A shop's fee invoices and credit notes, newest first. One query.

    Raises:
        BadCursor: the cursor isn't one of ours.
    """
    found = FeeDocument.objects.filter(shop_id=shop_id).order_by("-id")
    if cursor:
        found = found.filter(id__lt=decode_cursor(cursor))
    rows = list(found[: size + 1])
    return page_of(rows, size=size, last_id=rows[size - 1].id if len(rows) > size else None)


def fee_document(*, shop_id: UUID, document_id: UUID) -> FeeDocument:
    """One of a shop's. One query.

    Raises:
        DocumentUnknown
    """
    found = FeeDocument.objects.filter(shop_id=shop_id, id=document_id).first()
    if found is None:
        raise DocumentUnknown
    return found
