"""A sheet as a PDF of A4 pages. The same sheet is the same bytes."""

import io
from typing import Final

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from gateway.branding.selectors import PrintedBrand
from merchants.receipts.layout import Row, Section, Sheet
from merchants.reports.bidi import begins_rtl
from merchants.reports.drawn import code_drawn, logo_drawn
from merchants.reports.lettering import line_drawn, width_of, wrapped

_WIDTH, _HEIGHT = A4
MARGIN: Final = 56.0
"""Points, as all lengths here."""
LOGO: Final = 48.0
CODE: Final = 110.0
SIZE: Final = 10.0
UNDER_SIZE: Final = 9.0
STRONG_SIZE: Final = 12.0
TITLE_SIZE: Final = 18.0
LEADING: Final = 1.32
"""From line to line, in sizes."""
INDENT: Final = 12.0
GAP: Final = 8.0
_INNER: Final = _WIDTH - 2 * MARGIN
_BLACK: Final = (0.0, 0.0, 0.0)
_GREY: Final = (0.28, 0.33, 0.42)
_LINE: Final = (0.78, 0.81, 0.86)
_CENTRED: Final = frozenset({"head", "foot"})
_AS_FONTS_HAVE_IT: Final = str.maketrans(
    {"\N{MINUS SIGN}": "\N{EN DASH}", "\N{NARROW NO-BREAK SPACE}": "\N{NO-BREAK SPACE}"}
)


def receipt_pdf(sheet: Sheet, *, name: str, brand: PrintedBrand, language: str) -> bytes:
    """The sheet on as many pages as it needs.

    Args:
        name: what readers call the document.
        language: that of the sheet's words, as BCP 47.
    """
    told = io.BytesIO()
    canvas = Canvas(told, pagesize=A4, pageCompression=0, invariant=1, lang=language)
    canvas.setTitle(name)
    _Pages(canvas).draw(sheet, brand)
    canvas.save()
    return told.getvalue()


class _Pages:
    """Where on which page the next line goes."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas, self.y = canvas, _HEIGHT - MARGIN

    def draw(self, sheet: Sheet, brand: PrintedBrand) -> None:
        if brand.logo:
            self.y -= logo_drawn(self.canvas, brand.logo, middle=_WIDTH / 2, top=self.y, high=LOGO)
        for mark in sheet.marks:
            self._centred(mark.upper(), size=STRONG_SIZE, is_bold=True)
        ink = tuple(part / 255 for part in brand.ink) if brand.ink else _BLACK
        self._centred(sheet.title, size=TITLE_SIZE, is_bold=True, ink=ink)
        for section in sheet.sections:
            self._section(section)
        self._code(sheet)

    def _section(self, section: Section) -> None:
        self.y -= GAP
        if section.place in _CENTRED:
            for row in section.rows:
                self._centred(row.left, size=SIZE, is_bold=row.strong)
            return
        self._room(2 * SIZE * LEADING)
        self.canvas.setStrokeColorRGB(*_LINE)
        self.canvas.line(MARGIN, self.y, _WIDTH - MARGIN, self.y)
        self.y -= GAP / 2
        for row in section.rows:
            self._row(row)

    def _row(self, row: Row) -> None:
        """Words at the left and at the right: beside each other, each in lines of its own."""
        size = UNDER_SIZE if row.under else STRONG_SIZE if row.strong else SIZE
        ink = _GREY if row.under else _BLACK
        indent = INDENT if row.under else 0.0
        room = _INNER - indent
        right = _Words(row.right, size=size, is_bold=row.strong, width=room * 0.6)
        beside = room - right.wide - GAP if row.right else room
        left = _Words(row.left, size=size, is_bold=row.strong, width=beside)
        for at in range(max(len(left.lines), len(right.lines))):
            self._next(size)
            self._draw(left, at, left=MARGIN + indent, ink=ink)
            self._draw(right, at, left=_WIDTH - MARGIN - right.wide_of(at), ink=ink)

    def _centred(
        self, text: str, *, size: float, is_bold: bool = False, ink: tuple[float, ...] = _BLACK
    ) -> None:
        words = _Words(text, size=size, is_bold=is_bold, width=_INNER)
        for at in range(len(words.lines)):
            self._next(size)
            self._draw(words, at, left=(_WIDTH - words.wide_of(at)) / 2, ink=ink)

    def _code(self, sheet: Sheet) -> None:
        self._room(CODE + GAP + 4 * UNDER_SIZE * LEADING)
        self.y -= CODE + GAP
        left = (_WIDTH - CODE) / 2
        code_drawn(self.canvas, sheet.link, left=left, low=self.y, side=CODE)
        self._centred(sheet.link_words, size=UNDER_SIZE, ink=_GREY)
        self._centred(sheet.link, size=UNDER_SIZE, ink=_GREY)

    def _draw(self, words: "_Words", at: int, *, left: float, ink: tuple[float, ...]) -> None:
        if at < len(words.lines):
            self.canvas.setFillColorRGB(*ink)
            line_drawn(
                self.canvas,
                words.lines[at],
                left=left,
                low=self.y,
                size=words.size,
                is_bold=words.is_bold,
                is_rtl=words.is_rtl,
            )

    def _next(self, size: float) -> None:
        self._room(size * LEADING)
        self.y -= size * LEADING

    def _room(self, points: float) -> None:
        """Go on at the top of a new page where there is none."""
        if self.y - points < MARGIN:
            self.canvas.showPage()
            self.y = _HEIGHT - MARGIN


class _Words:
    """A text in lines that fit, all of one direction."""

    def __init__(self, text: str, *, size: float, is_bold: bool, width: float) -> None:
        told = text.translate(_AS_FONTS_HAVE_IT)
        self.size, self.is_bold, self.is_rtl = size, is_bold, begins_rtl(told)
        self.lines = wrapped(told, size=size, width=width, is_bold=is_bold)
        self.wide = max((self.wide_of(at) for at in range(len(self.lines))), default=0.0)

    def wide_of(self, at: int) -> float:
        if at >= len(self.lines):
            return 0.0
        return width_of(self.lines[at], size=self.size, is_bold=self.is_bold)
