"""A shop's papers, for the shop that asks to see all that is held about it."""

from gateway.compliance.retaining.collecting import Rows, Whom, register
from merchants.receipts.models import Document

AT_ONCE = 500


def register_ours() -> None:
    """Called when the room starts."""
    register("receipts", receipts)


def receipts(whom: Whom) -> Rows | None:
    """Every receipt and credit note, as it was given. One query, read row by row."""
    if whom.kind != "shop":
        return None
    found = Document.objects.filter(shop_id=whom.id).order_by("id")
    return (
        {"number": one.label, "issued_at": one.issued_at, "source": one.source, **one.body}
        for one in found.iterator(AT_ONCE)
    )
