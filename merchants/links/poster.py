"""A link on paper, to hang up or to stand on a counter: a large code, what it is for, its address.

Lengths are points and grow with the page, so that both sizes look alike. The same poster is the
same bytes.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from reportlab.lib.pagesizes import A4, A6
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from gateway.branding.selectors import PrintedBrand
from gateway.invoices.qr import QUIET_MODULES, qr_matrix
from merchants.reports.paper import fitted, font_of, fonts_ready

Size = Literal["a4", "a6"]
SIZES: Final[dict[Size, tuple[float, float]]] = {"a4": A4, "a6": A6}
MARGIN_SHARE: Final = 0.08
"""Of the page's width, as all shares here."""
CODE_SHARE: Final = 0.72
TITLE_LINES: Final = 3
LINE_HEIGHT: Final = 1.25
LOGO_SHARE: Final = 0.11
"""How high a logo is; it is at most three times as wide."""
PLAIN: Final = PrintedBrand()
_GREY: Final = (0.28, 0.33, 0.42)


@dataclass(frozen=True, slots=True)
class Poster:
    """What stands on it, in the words of whoever prints it.

    Attributes:
        url: what the code says.
        amount: as people write it; empty where the payer chooses.
        call: what to do, such as “Scan to pay”.
        warning: of a test shop; else empty.
        brand: the shop's logo, above its name, and the colour of the call.
    """

    shop_name: str
    title: str
    amount: str
    call: str
    url: str
    warning: str = ""
    brand: PrintedBrand = PLAIN


def poster_pdf(poster: Poster, *, size: Size) -> bytes:
    """The poster on one page."""
    fonts_ready()
    told = io.BytesIO()
    canvas = Canvas(told, pagesize=SIZES[size], pageCompression=0, invariant=1)
    canvas.setTitle(f"{poster.title} · {poster.shop_name}")
    _Sheet(canvas, *SIZES[size]).draw(poster)
    canvas.save()
    return told.getvalue()


def wrapped(text: str, *, font: str, size: float, width: float) -> list[str]:
    """The text in lines that fit: broken at spaces, and between letters where there are none, as in
    Chinese or in a word that is wider than the page."""
    lines = [""]
    for piece in _pieces(text):
        if pdfmetrics.stringWidth((lines[-1] + piece).rstrip(), font, size) <= width:
            lines[-1] += piece
            continue
        if lines[-1].strip():
            lines.append("")
        for letter in piece.lstrip():
            if lines[-1] and pdfmetrics.stringWidth(lines[-1] + letter, font, size) > width:
                lines.append("")
            lines[-1] += letter
    return [line.strip() for line in lines if line.strip()]


def _pieces(text: str) -> Iterator[str]:
    """Words with the space before them; each wide letter alone."""
    word = ""
    for letter in text:
        if letter == " " or letter >= "\u2e80":
            if word:
                yield word
            word = letter
        elif word[-1:] >= "\u2e80":
            yield word
            word = letter
        else:
            word += letter
    if word:
        yield word


class _Sheet:
    """Where on the page the next line goes, from the top down; the code takes what is left."""

    def __init__(self, canvas: Canvas, width: float, height: float) -> None:
        self.canvas, self.width = canvas, width
        self.margin = width * MARGIN_SHARE
        self.inner = width - 2 * self.margin
        self.y = height - self.margin

    def draw(self, poster: Poster) -> None:
        self._logo(poster.brand.logo)
        self._line(poster.shop_name, share=0.05)
        self._title(poster.title)
        if poster.amount:
            self._line(poster.amount, share=0.09, is_bold=True)
        if poster.warning:
            self._line(poster.warning, share=0.032)
        top, self.y = self.y, self.margin + self.width * 0.135
        bottom = self.y
        if poster.brand.ink is not None:
            self.canvas.setFillColorRGB(*(part / 255 for part in poster.brand.ink))
        self._line(poster.call, share=0.055, is_bold=True)
        self.canvas.setFillColorRGB(*_GREY)
        self._line(poster.url.partition("://")[2], share=0.04)
        self._code(poster.url, top=top, bottom=bottom)

    def _logo(self, logo: bytes) -> None:
        if not logo:
            return
        image, high = ImageReader(io.BytesIO(logo)), self.width * LOGO_SHARE
        wide, own_high = image.getSize()
        fits = min(high / own_high, 3 * high / wide)
        wide, own_high = wide * fits, own_high * fits
        self.y -= own_high
        left = (self.width - wide) / 2
        self.canvas.drawImage(image, left, self.y, wide, own_high, mask="auto")

    def _title(self, title: str) -> None:
        """As large as three lines allow."""
        font = font_of(title, is_bold=True)
        share = 0.085
        while True:
            size = self.width * share
            lines = wrapped(title, font=font, size=size, width=self.inner)
            if len(lines) <= TITLE_LINES or share < 0.04:
                break
            share -= 0.005
        for line in lines:
            self._line(line, share=share, font=font)

    def _line(self, text: str, *, share: float, is_bold: bool = False, font: str = "") -> None:
        """A line in the middle; one that is too wide is set smaller first, and cut at last."""
        font = font or font_of(text, is_bold=is_bold)
        size = self.width * share
        while size > self.width * 0.028 and pdfmetrics.stringWidth(text, font, size) > self.inner:
            size -= 0.5
        self.y -= size * LINE_HEIGHT
        self.canvas.setFont(font, size)
        shown = fitted(text, font=font, size=size, width=self.inner)
        self.canvas.drawCentredString(self.width / 2, self.y + size * (LINE_HEIGHT - 1), shown)

    def _code(self, text: str, *, top: float, bottom: float) -> None:
        """Black on white whatever the paper, its quiet zone inside."""
        matrix = qr_matrix(text)
        side = min(self.width * CODE_SHARE, top - bottom)
        left, low = (self.width - side) / 2, bottom + (top - bottom - side) / 2
        module = side / (len(matrix) + 2 * QUIET_MODULES)
        self.canvas.setFillColorRGB(1, 1, 1)
        self.canvas.rect(left, low, side, side, stroke=0, fill=1)
        self.canvas.setFillColorRGB(0, 0, 0)
        for row, modules in enumerate(matrix):
            y = low + side - (row + 1 + QUIET_MODULES) * module
            for start, length in _runs(modules):
                x = left + (start + QUIET_MODULES) * module
                self.canvas.rect(x, y, length * module, module, stroke=0, fill=1)


def _runs(modules: tuple[bool, ...]) -> Iterator[tuple[int, int]]:
    """Where dark modules begin, and how many follow one another."""
    start: int | None = None
    for place, is_dark in enumerate((*modules, False)):
        if is_dark and start is None:
            start = place
        elif not is_dark and start is not None:
            yield start, place - start
            start = None
