"""Whether an upload is a paper that we keep, and what of it. Pure: bytes in, bytes out.

What it is goes by its content, never by its name or what the browser says. Images are drawn anew,
so that nothing else that lay in the file is kept: no metadata, no place of taking, no second file
behind it. A PDF is kept as it came, if nothing in it acts: no script, no launched program, no form
that sends, no file inside (ISO 32000-1, 12.6.4 lists the actions).
"""

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from PIL import Image, ImageOps, UnidentifiedImageError
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from gateway.compliance.knowing.errors import PaperRefused

MAX_BYTES: Final = 8 * 1024 * 1024
MAX_PIXELS: Final = 50_000_000
MAX_SIDE: Final = 12_000
KEPT_SIDE: Final = 3_000
LEAST_SIDE: Final = 200
MAX_PAGES: Final = 30
MAX_OBJECTS: Final = 20_000
JPEG_QUALITY: Final = 88
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


@dataclass(frozen=True, slots=True)
class Inspected:
    """Attributes: media: ``image/jpeg`` or ``application/pdf``; pages: 1 of an image."""

    media: str
    pages: int
    content: bytes = field(repr=False)


def inspected(upload: bytes) -> Inspected:
    """What is kept of an upload.

    Raises:
        PaperRefused: with a code of why and what to do.
    """
    if len(upload) > MAX_BYTES:
        raise PaperRefused(
            "This file is larger than 8 MB.", code="paper_too_large", hint="Send a smaller one."
        )
    if not upload:
        raise PaperRefused("This file is empty.", code="paper_empty", hint="Choose a file.")
    if upload.startswith(b"%PDF-"):
        return _pdf(upload)
    if upload.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or _is_webp(upload):
        return _image(upload)
    raise PaperRefused


def _is_webp(upload: bytes) -> bool:
    return upload[:4] == b"RIFF" and upload[8:12] == b"WEBP"


def _image(upload: bytes) -> Inspected:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            # Its head alone is read here: the size is known before anything is unpacked.
            with Image.open(io.BytesIO(upload), formats=("JPEG", "PNG", "WEBP")) as image:
                _check_size(*image.size)
                drawn = ImageOps.exif_transpose(image).convert("RGBA")
    except Image.DecompressionBombError:
        raise _too_many_pixels() from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise PaperRefused(
            "This image can't be read.", code="paper_unreadable", hint="Take it again."
        ) from None
    drawn.thumbnail((KEPT_SIDE, KEPT_SIDE))
    paper = Image.new("RGB", drawn.size, "white")
    paper.paste(drawn, mask=drawn.getchannel("A"))
    out = io.BytesIO()
    paper.save(out, format="JPEG", quality=JPEG_QUALITY)
    return Inspected(media="image/jpeg", pages=1, content=out.getvalue())


def _too_many_pixels() -> PaperRefused:
    return PaperRefused(
        "This image has too many pixels.", code="paper_too_large", hint="Send a smaller one."
    )


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise _too_many_pixels()
    if min(width, height) < LEAST_SIDE:
        raise PaperRefused(
            "This image is too small to be read.", code="paper_too_small", hint="Take it closer."
        )


def _pdf(upload: bytes) -> Inspected:
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
    return Inspected(media="application/pdf", pages=pages, content=upload)


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
