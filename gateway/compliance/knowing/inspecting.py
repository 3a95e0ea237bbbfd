"""Whether an upload is a paper that we keep, and what of it. Pure: bytes in, bytes out.

What it is goes by its content, never by its name or what the browser says. Images are drawn anew,
so that nothing else that lay in the file is kept: no metadata, no place of taking, no second file
behind it. A PDF is kept as it came, if nothing in it acts (``pdfs``).
"""

import io
import warnings
from dataclasses import dataclass, field
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from gateway.compliance.knowing.errors import PaperRefused

MAX_BYTES: Final = 8 * 1024 * 1024
MAX_PIXELS: Final = 50_000_000
MAX_SIDE: Final = 12_000
KEPT_SIDE: Final = 3_000
LEAST_SIDE: Final = 200
JPEG_QUALITY: Final = 88


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
        # Read here, since few processes ever see a PDF and all would wait for its reader at start.
        from gateway.compliance.knowing.pdfs import pdf_pages

        return Inspected(media="application/pdf", pages=pdf_pages(upload), content=upload)
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
