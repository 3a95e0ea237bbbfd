"""A document as a sheet, in the language that is active."""

from uuid import UUID

from django.conf import settings
from django.utils.translation import get_language

from gateway.branding.selectors import brand_printed
from merchants.accounts.selectors import people_named
from merchants.receipts.layout import Note, Sheet, sheet_of
from merchants.receipts.models import Document
from merchants.receipts.pdf import receipt_pdf
from merchants.receipts.selectors import notes_of, receipt_after, still_stands
from merchants.receipts.wording import words_for


def public_link(document: Document) -> str:
    """Where whoever holds it looks at it on a phone."""
    return f"{settings.PUBLIC_URL}/r/{document.token}"


def pdf_link(document: Document) -> str:
    """Where whoever holds it gets it as PDF."""
    return f"{public_link(document)}/receipt.pdf"


def pdf_for(document: Document) -> bytes:
    """The paper as PDF, in the language that is active. Five queries; one more where it was taken
    back."""
    return receipt_pdf(
        sheet_for(document),
        name=f"{document.label} · {document.paper.head.name}",
        brand=brand_printed(document.shop_id),
        language=get_language() or settings.LANGUAGE_CODE,
    )


def sheet_for(document: Document, *, is_copy: bool = False) -> Sheet:
    """Laid out, with what went back so far. Four queries; one more where it was taken back."""
    paper = document.paper
    stands = still_stands(document)
    again = None if stands or document.kind != "receipt" else receipt_after(document)
    notes = [
        Note(
            number=note.label,
            at=note.paper.sold_at,
            units=note.paper.total_units,
            link=public_link(note),
        )
        for note in notes_of(document)
    ]
    return sheet_of(
        paper,
        number=document.label,
        words=words_for(paper),
        link=public_link(document),
        cashier=_name(paper.cashier, shop_id=document.shop_id),
        is_copy=is_copy,
        stands=stands,
        notes=notes,
        later=again.label if again else "",
    )


def _name(who: str, *, shop_id: UUID) -> str:
    """What a person of the shop is called today; nothing of one who left."""
    try:
        person = UUID(who)
    except ValueError:
        return ""
    return people_named([person], shop_id=shop_id).get(person, "")
