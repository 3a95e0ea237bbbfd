"""A shop's papers, for the shop that asks to see all that is held about it."""

from gateway.compliance.retaining.collecting import Rows, Whom, register
from merchants.receipts.models import Document, Heading, Printer

AT_ONCE = 500


def register_ours() -> None:
    """Called when the room starts."""
    register("receipts", receipts)
    register("receipt_heading", heading)
    register("printers", printers)


def receipts(whom: Whom) -> Rows | None:
    """Every receipt and credit note, as it was given. One query, read row by row."""
    if whom.kind != "shop":
        return None
    found = Document.objects.filter(shop_id=whom.id).order_by("id")
    return (
        {"number": one.label, "issued_at": one.issued_at, "source": one.source, **one.body}
        for one in found.iterator(AT_ONCE)
    )


def heading(whom: Whom) -> Rows | None:
    """What the shop says of itself on its papers. One query."""
    if whom.kind != "shop":
        return None
    found = Heading.objects.filter(shop_id=whom.id)
    return iter(
        found.values(
            "legal_name",
            "address",
            "tax_number",
            "footer",
            "language",
            "changed_by",
            "changed_at",
        )
    )


def printers(whom: Whom) -> Rows | None:
    """Each printer that was ever added. One query."""
    if whom.kind != "shop":
        return None
    found = Printer.objects.filter(shop_id=whom.id).order_by("id")
    return iter(
        found.values(
            "name", "host", "port", "columns", "charset", "added_by", "added_at", "removed_at"
        )
    )
