"""A sheet as plain text of a fixed width: for mails, and for what a printer prints. Pure.

A column is as wide as a Latin letter; a Chinese character takes two of them, on paper too.
"""

import textwrap
import unicodedata
from typing import Final, Literal

from merchants.receipts.layout import Row, Section, Sheet

WIDTH: Final = 42
COLUMNS: Final = (32, 42, 48)
"""Of printers: characters of the usual font on 58 mm paper, and on 80 mm."""
Charset = Literal["latin", "gb18030"]
CHARSETS: Final[tuple[Charset, ...]] = ("latin", "gb18030")
"""What printers take text in."""
_CENTRED: Final = frozenset({"head", "foot"})
_WIDE: Final = frozenset({"W", "F"})


def width_of(text: str) -> int:
    """How many columns a text takes."""
    return sum(0 if unicodedata.combining(each) else 2 if _is_wide(each) else 1 for each in text)


def plain_text(sheet: Sheet, *, width: int = WIDTH) -> str:
    """The whole sheet, its link in words at the end."""
    lines = [*marked(sheet, width=width)]
    for section in sheet.sections:
        lines += ["", *section_lines(section, width=width)]
    return "\n".join([*lines, "", sheet.link_words, sheet.link, ""])


def marked(sheet: Sheet, *, width: int) -> list[str]:
    """The title, and before it what a reader must see first."""
    return [
        centred(text, width=width)
        for text in (*(f"*** {mark} ***" for mark in sheet.marks), sheet.title)
    ]


def section_lines(section: Section, *, width: int) -> list[str]:
    """A section's rows as lines that none is wider than ``width``."""
    if section.place in _CENTRED:
        return [
            centred(line, width=width)
            for row in section.rows
            for line in wrapped(row.left, width=width)
        ]
    return [line for row in section.rows for line in _lines(row, width=width)]


def centred(text: str, *, width: int) -> str:
    return " " * ((width - width_of(text)) // 2) + text


def wrapped(text: str, *, width: int) -> list[str]:
    """A text in lines, broken between words, and within one that is wider than a line."""
    lines: list[str] = []
    for line in textwrap.wrap(text, width=width) or [""]:
        lines += _cut(line, width=width)
    return lines


def _cut(line: str, *, width: int) -> list[str]:
    """As many lines as it takes, where characters are wide."""
    lines, taken, at = [], 0, 0
    for index, each in enumerate(line):
        wide = width_of(each)
        if taken + wide > width:
            lines.append(line[at:index])
            at, taken = index, 0
        taken += wide
    return [*lines, line[at:]]


def _lines(row: Row, *, width: int) -> list[str]:
    indent = "  " if row.under else ""
    room = width - len(indent)
    if not row.right:
        return [indent + line for line in wrapped(row.left, width=room)]
    beside = room - width_of(row.right) - 1
    if beside < width_of(row.left) and (beside < room // 3 or width_of(row.right) > room // 2):
        left = wrapped(row.left, width=room)
        right = wrapped(row.right, width=room)
        return [
            *(indent + line for line in left),
            *(" " * (width - width_of(line)) + line for line in right),
        ]
    first, *more = wrapped(row.left, width=max(beside, 1))
    gap = " " * (room - width_of(first) - width_of(row.right))
    return [f"{indent}{first}{gap}{row.right}", *(indent + line for line in more)]


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in _WIDE
