"""A logo as it is kept: drawn anew, so that nothing of the file that was sent is left in it."""

import io
import warnings
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from gateway.branding.errors import LogoRefused

MAX_BYTES: Final = 2 * 1024 * 1024
MOST_PIXELS: Final = 16_000_000
LEAST_SIDE: Final = 32
KEPT_SIDE: Final = 384
MOST_KEPT_BYTES: Final = 400_000
_HEADS: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


def logo_from(upload: bytes) -> bytes:
    """A PNG of at most ``KEPT_SIDE`` a side, without anything that was written beside the pixels.

    Raises:
        LogoRefused: no image, too large, too small, or one that can't be read.
    """
    if not upload or len(upload) > MAX_BYTES or not _is_image(upload):
        raise LogoRefused
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            # Its head alone is read here: the size is known before anything is unpacked.
            with Image.open(io.BytesIO(upload), formats=("JPEG", "PNG", "WEBP")) as image:
                width, height = image.size
                if width * height > MOST_PIXELS or min(width, height) < LEAST_SIDE:
                    raise LogoRefused
                drawn = ImageOps.exif_transpose(image).convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise LogoRefused("This image can't be read.") from None
    drawn.thumbnail((KEPT_SIDE, KEPT_SIDE))
    kept = Image.new("RGBA", drawn.size)
    kept.paste(drawn)  # without the profiles and texts that came with it
    out = io.BytesIO()
    kept.save(out, format="PNG", optimize=True)
    if out.tell() > MOST_KEPT_BYTES:
        raise LogoRefused("This image has too much in it for a logo.", hint="Send a simpler one.")
    return out.getvalue()


def _is_image(upload: bytes) -> bool:
    return upload.startswith(_HEADS) or (upload[:4] == b"RIFF" and upload[8:12] == b"WEBP")
