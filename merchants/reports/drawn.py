"""What stands on papers that is drawn and not written: codes that cameras read, and logos. Lengths
are points."""

import io
from collections.abc import Iterator

from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from gateway.invoices.qr import QUIET_MODULES, qr_matrix


def code_drawn(canvas: Canvas, text: str, *, left: float, low: float, side: float) -> None:
    """Black on white whatever the paper, its quiet zone inside. Leaves black as the colour."""
    matrix = qr_matrix(text)
    module = side / (len(matrix) + 2 * QUIET_MODULES)
    canvas.setFillColorRGB(1, 1, 1)
    canvas.rect(left, low, side, side, stroke=0, fill=1)
    canvas.setFillColorRGB(0, 0, 0)
    for row, modules in enumerate(matrix):
        y = low + side - (row + 1 + QUIET_MODULES) * module
        for start, length in _runs(modules):
            x = left + (start + QUIET_MODULES) * module
            canvas.rect(x, y, length * module, module, stroke=0, fill=1)


def logo_drawn(canvas: Canvas, logo: bytes, *, middle: float, top: float, high: float) -> float:
    """A PNG, as high as that or three times as wide; how high it came out.

    Args:
        middle: across, where its middle stands.
    """
    image = ImageReader(io.BytesIO(logo))
    wide, tall = image.getSize()
    fits = min(high / tall, 3 * high / wide)
    wide, tall = wide * fits, tall * fits
    canvas.drawImage(image, middle - wide / 2, top - tall, wide, tall, mask="auto")
    return float(tall)


def _runs(modules: tuple[bool, ...]) -> Iterator[tuple[int, int]]:
    """Where dark modules begin, and how many follow one another."""
    start: int | None = None
    for place, is_dark in enumerate((*modules, False)):
        if is_dark and start is None:
            start = place
        elif not is_dark and start is not None:
            yield start, place - start
            start = None
