"""Documents on paper: a title, facts, tables over as many A4 pages as they need, as PDF.

The same document is the same bytes. In which fonts its words are set, `lettering` says.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from merchants.reports.lettering import fitted, line_drawn, width_of

MARGIN: Final = 48.0
"""Points, as all lengths here."""
LINE: Final = 14.0
SIZE: Final = 9.0
GAP: Final = 6.0
_WIDTH, _HEIGHT = A4
_INNER: Final = _WIDTH - 2 * MARGIN


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        share: of the page's width; a table's add up to 1 at most.
        is_number: set to the right.
    """

    title: str
    share: float
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Paper:
    """A document.

    Attributes:
        facts: a name and a value, a line each.
        footer: at the foot of every page, before its number.
    """

    title: str
    facts: Sequence[tuple[str, str]]
    tables: Sequence[Table]
    footer: str


def pdf_of(paper: Paper) -> bytes:
    """The document as PDF."""
    told = io.BytesIO()
    canvas = Canvas(told, pagesize=A4, pageCompression=0, invariant=1)
    canvas.setTitle(paper.title)
    _Pages(canvas, paper.footer).draw(paper)
    canvas.save()
    return told.getvalue()


class _Pages:
    """Where on which page the next line goes."""

    def __init__(self, canvas: Canvas, footer: str) -> None:
        self.canvas, self.footer = canvas, footer
        self.page, self.y = 1, _HEIGHT - MARGIN

    def draw(self, paper: Paper) -> None:
        self._text(MARGIN, paper.title, size=16.0, is_bold=True, width=_INNER)
        self._down(2 * LINE)
        for name, value in paper.facts:
            self._room(LINE)
            self._text(MARGIN, name, width=_INNER * 0.3)
            self._text(MARGIN + _INNER * 0.32, value, width=_INNER * 0.68)
            self._down(LINE)
        for table in paper.tables:
            self._table(table)
        self._foot()

    def _table(self, table: Table) -> None:
        self._down(LINE)
        self._room(4 * LINE)
        self._text(MARGIN, table.title, size=11.0, is_bold=True, width=_INNER)
        self._down(LINE * 1.3)
        self._heading(table)
        for row in table.rows:
            if self._room(LINE):
                self._heading(table)
            self._row(table, row)

    def _heading(self, table: Table) -> None:
        self._row(table, [column.title for column in table.columns], is_bold=True)
        self.canvas.line(MARGIN, self.y + LINE - 3, _WIDTH - MARGIN, self.y + LINE - 3)

    def _row(self, table: Table, row: Sequence[str], *, is_bold: bool = False) -> None:
        left = MARGIN
        for column, text in zip(table.columns, row, strict=True):
            width = _INNER * column.share
            self._text(left, text, width=width - GAP, is_bold=is_bold, is_right=column.is_number)
            left += width
        self._down(LINE)

    def _text(
        self,
        left: float,
        text: str,
        *,
        width: float,
        size: float = SIZE,
        is_bold: bool = False,
        is_right: bool = False,
    ) -> None:
        if is_right:
            # A figure is set smaller rather than cut.
            while size > 4 and width_of(text, size=size, is_bold=is_bold) > width:
                size -= 0.5
            left += width - width_of(text, size=size, is_bold=is_bold)
        else:
            text = fitted(text, size=size, width=width, is_bold=is_bold)
        line_drawn(self.canvas, text, left=left, low=self.y, size=size, is_bold=is_bold)

    def _down(self, points: float) -> None:
        self.y -= points

    def _room(self, points: float) -> bool:
        """Whether a new page had to be begun."""
        if self.y - points > MARGIN + LINE:
            return False
        self._foot()
        self.canvas.showPage()
        self.page, self.y = self.page + 1, _HEIGHT - MARGIN
        return True

    def _foot(self) -> None:
        self.y = MARGIN - LINE
        self._text(MARGIN, self.footer, size=8.0, width=_INNER * 0.85)
        self._text(MARGIN + _INNER * 0.9, str(self.page), width=_INNER * 0.1, is_right=True)
