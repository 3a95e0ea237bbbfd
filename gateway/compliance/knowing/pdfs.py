"""Whether a PDF is a paper that we keep. Pure: bytes in.

Nothing in it may act: no script, no launched program, no form that sends, no file inside (ISO
32000-1, 12.6.4 lists the actions).
"""

import io
from collections.abc import Iterator
from typing import Any, Final

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from gateway.compliance.knowing.errors import PaperRefused

MAX_PAGES: Final = 30
MAX_OBJECTS: Final = 20_000
MAX_DEPTH: Final = 60

ACTING_KEYS: Final = frozenset(
    {"/JS", "/JavaScript", "/AA", "/XFA", "/EmbeddedFiles", "/RichMedia"}
)
ACTIONS: Final = frozenset(
    {
        *("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE"),
        *("/Rendition", "/Movie", "/Sound", "/RichMediaExecute", "/GoTo3DView"),
    }
)
ACTING_KINDS: Final = frozenset(
    {
        *("/EmbeddedFile", "/Filespec", "/F"),
        *("/RichMedia", "/FileAttachment", "/Movie", "/Sound", "/Screen", "/3D"),
    }
)
OPENING: Final = frozenset({"/GoTo"})
"""What a document may do when it is opened: show one of its own pages."""


def pdf_pages(upload: bytes) -> int:
    """How many pages a PDF has in which nothing acts.

    Raises:
        PaperRefused: it can't be read, is locked, acts, or is too long.
    """
    try:
        reader = PdfReader(io.BytesIO(upload), strict=False)
        if reader.is_encrypted:
            raise PaperRefused(
                "This PDF is locked by a password.",
                code="paper_locked",
                hint="Send it without a password.",
            )
        acts = any(_acts(one) for one in _objects(reader))
        pages = len(reader.pages)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError):
        raise PaperRefused(
            "This PDF can't be read.", code="paper_unreadable", hint="Print it to PDF anew."
        ) from None
    if acts:
        raise PaperRefused(
            "This PDF holds scripts, forms or other files.",
            code="paper_active",
            hint="Print it to PDF anew, or send a photo.",
        )
    if not 0 < pages <= MAX_PAGES:
        raise PaperRefused(
            f"A paper has from one to {MAX_PAGES} pages.",
            code="paper_too_long",
            hint="Send the pages that matter.",
        )
    return pages


def _objects(reader: PdfReader) -> Iterator[Any]:
    """Everything that the file's tables name, whether a page leads to it or not."""
    yield reader.trailer
    numbers = {(n, g) for g, table in reader.xref.items() for n in table}
    numbers |= {(n, 0) for n in reader.xref_objStm}
    if len(numbers) > MAX_OBJECTS:
        raise PaperRefused(
            "This PDF is made of too many parts.", code="paper_too_long", hint="Send a photo."
        )
    for number, generation in sorted(numbers):
        yield IndirectObject(number, generation, reader).get_object()


def _acts(value: Any, depth: int = 0) -> bool:
    if depth > MAX_DEPTH:
        return True
    if isinstance(value, DictionaryObject):
        if ACTING_KEYS & set(value) or value.get("/S") in ACTIONS or value.get("/EF") is not None:
            return True
        if value.get("/Type") in ACTING_KINDS or value.get("/Subtype") in ACTING_KINDS:
            return True
        opening = value.get("/OpenAction")
        if isinstance(opening, DictionaryObject) and opening.get("/S") not in OPENING:
            return True
        parts: Any = [value.raw_get(name) for name in value]
    elif isinstance(value, ArrayObject):
        parts = list(value)
    else:
        return False
    # What is referred to is looked at by itself.
    return any(_acts(part, depth + 1) for part in parts if not isinstance(part, IndirectObject))
