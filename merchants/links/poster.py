"""A link on paper, to hang up or to stand on a counter: a large code, what it is for, its address.

Lengths are points and grow with the page, so that both sizes look alike. The same poster is the
same bytes.
"""

import io
from dataclasses import dataclass
from typing import Final, Literal

from reportlab.lib.pagesizes import A4, A6
from reportlab.pdfgen.canvas import Canvas

from gateway.branding.selectors import PrintedBrand
from merchants.reports.bidi import begins_rtl
from merchants.reports.drawn import code_drawn, logo_drawn
from merchants.reports.lettering import fitted, line_drawn, width_of, wrapped

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
    told = io.BytesIO()
    canvas = Canvas(told, pagesize=SIZES[size], pageCompression=0, invariant=1)
    canvas.setTitle(f"{poster.title} · {poster.shop_name}")
    _Sheet(canvas, *SIZES[size]).draw(poster)
    canvas.save()
    return told.getvalue()


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
        if logo:
            high = self.width * LOGO_SHARE
            self.y -= logo_drawn(self.canvas, logo, middle=self.width / 2, top=self.y, high=high)

    def _title(self, title: str) -> None:
        """As large as three lines allow."""
        share = 0.085
        while True:
            size = self.width * share
            lines = wrapped(title, size=size, width=self.inner, is_bold=True)
            if len(lines) <= TITLE_LINES or share < 0.04:
                break
            share -= 0.005
        for line in lines:
            self._line(line, share=share, is_bold=True, is_rtl=begins_rtl(title))

    def _line(
        self, text: str, *, share: float, is_bold: bool = False, is_rtl: bool | None = None
    ) -> None:
        """A line in the middle; one that is too wide is set smaller first, and cut at last."""
        size = self.width * share
        while size > self.width * 0.028 and width_of(text, size=size, is_bold=is_bold) > self.inner:
            size -= 0.5
        self.y -= size * LINE_HEIGHT
        shown = fitted(text, size=size, width=self.inner, is_bold=is_bold)
        line_drawn(
            self.canvas,
            shown,
            left=(self.width - width_of(shown, size=size, is_bold=is_bold)) / 2,
            low=self.y + size * (LINE_HEIGHT - 1),
            size=size,
            is_bold=is_bold,
            is_rtl=is_rtl,
        )

    def _code(self, text: str, *, top: float, bottom: float) -> None:
        """As large as there is room."""
        side = min(self.width * CODE_SHARE, top - bottom)
        left, low = (self.width - side) / 2, bottom + (top - bottom - side) / 2
        code_drawn(self.canvas, text, left=left, low=low, side=side)
