"""A CSV file as it comes, piece by piece: its lines, cells by their column. Pure (RFC 4180)."""

import codecs
import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

MOST_COLUMNS: Final = 2_000
MOST_IN_A_LINE: Final = 256 * 1024
"""Characters; what is longer is no line of an export."""
MOST_LINES: Final = 1_000_000
"""Of a file, the empty ones with them: by far more than the lines of an export of its size."""


class NoCsv(ValueError):
    """It is no CSV in UTF-8 with a line of names, or a line of it never ends, or they don't."""


@dataclass(frozen=True, slots=True)
class CsvLine:
    """Attributes:
    number: of its last line in the file; the first is 1, and holds the names.
    cells: by column; None of a line that is broken.
    """

    number: int
    cells: dict[str, str] | None


def csv_lines(pieces: Iterable[bytes]) -> Iterator[CsvLine]:
    """Each line that is not empty. Columns without a name are passed over; of two with one name
    the first counts. What is broken is told of, and reading goes on behind it.

    Raises:
        NoCsv
    """
    text = _lines(pieces)
    first = next(text, "")
    reader = csv.reader(_with(first, text), delimiter=max(",;\t", key=first.count))
    try:
        names = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        raise NoCsv from error
    if not any(names) or len(names) > MOST_COLUMNS:
        raise NoCsv
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield CsvLine(reader.line_num, None)
            continue
        if reader.line_num > MOST_LINES:
            raise NoCsv
        if any(cell.strip() for cell in row):
            yield CsvLine(reader.line_num, _by_name(names, row))


def _by_name(names: list[str], row: list[str]) -> dict[str, str]:
    cells: dict[str, str] = {}
    for name, cell in zip(names, row, strict=False):
        if name:
            cells.setdefault(name, cell)
    return cells


def _with(first: str, others: Iterator[str]) -> Iterator[str]:
    if first:
        yield first
    yield from others


def _lines(pieces: Iterable[bytes]) -> Iterator[str]:
    """The lines of the text, each with its line feed."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    waiting = ""
    try:
        for piece in pieces:
            *whole, waiting = (waiting + decoder.decode(piece)).split("\n")
            yield from (f"{line}\n" for line in whole)
            if len(waiting) > MOST_IN_A_LINE:
                raise NoCsv
        waiting += decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise NoCsv from error
    *whole, waiting = waiting.split("\n")
    yield from (f"{line}\n" for line in whole)
    if waiting:
        yield waiting
