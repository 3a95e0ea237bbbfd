"""Tables that authorities open in a spreadsheet. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def table_bytes(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Comma-separated values (RFC 4180) in UTF-8; no text in it is taken for a formula."""
    out = io.StringIO(newline="")
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(columns)
    for row in rows:
        table.writerow([f"'{one}" if one.startswith(_FORMULA) else one for one in row])
    return out.getvalue().encode()
