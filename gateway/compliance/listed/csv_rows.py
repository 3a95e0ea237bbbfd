"""Rows of a CSV file with the line each begins on. Pure."""

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from gateway.compliance.listed.errors import ListUnreadable


def read_rows(stream: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank, its cells as they are.

    Raises:
        ListUnreadable: it is not in UTF-8, or no CSV.
    """
    lines = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    rows = csv.reader(lines, strict=True)
    try:
        for row in rows:
            if any(cell.strip() for cell in row):
                yield rows.line_num, row
    except csv.Error as error:
        raise ListUnreadable(f"Line {rows.line_num} is no CSV: {error}.") from error
    except UnicodeDecodeError as error:
        raise ListUnreadable(f"The file is not in UTF-8 after line {rows.line_num}.") from error
    finally:
        lines.detach()
