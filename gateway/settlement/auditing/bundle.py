"""Write the bundle: table after table into one zip, row by row, with a manifest of hashes.

However long the period, no more than a page of rows is in memory. Times in the zip are fixed and
rows are ordered, so that the same rows are the same bytes.
"""

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import IO, Any, Final
from uuid import UUID

import orjson
from django.db import connection

from gateway.ledger.closing import Month, next_to_close
from gateway.settlement.auditing.errors import BooksUnproved, PeriodNotOver
from gateway.settlement.auditing.tables import JOURNAL, PROOF, TABLES, AuditTable
from gateway.settlement.reconciling.moments import one_moment

FORMAT: Final = 1
SETTLING: Final = timedelta(hours=1)
MANIFEST: Final = "manifest.json"
_ROWS: Final = 2_000
_LEVEL: Final = 6
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest that a zip can say."""


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file of the bundle, as the manifest lists it."""

    name: str
    about: str
    rows: int
    sha256: str


def audit_bundle(*, first: date, last: date, out: IO[bytes], now: datetime) -> list[WrittenFile]:
    """Write the bundle of the days from ``first`` to ``last`` of UTC, as of one moment.

    Raises:
        PeriodNotOver
        BooksUnproved: the journal doesn't lead from the opening balances to the closing ones, or
            an asset doesn't sum to zero.
    """
    start = datetime.combine(first, time(), tzinfo=UTC)
    end = datetime.combine(last + timedelta(days=1), time(), tzinfo=UTC)
    if now < end + SETTLING or last < first:
        raise PeriodNotOver
    asked = {"start": start, "end": end}
    with (
        one_moment(),
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as bundle,
    ):
        files = [_write(bundle, table, asked) for table in TABLES]
        manifest = {
            "format": FORMAT,
            "first": first.isoformat(),
            "last": last.isoformat(),
            "clock": "UTC, as booked",
            "is_closed": _is_closed(last),
            "files": [asdict(file) for file in files],
        }
        with bundle.open(_entry(MANIFEST), "w") as told:
            told.write(orjson.dumps(manifest, option=orjson.OPT_INDENT_2) + b"\n")
    return files


def _write(bundle: zipfile.ZipFile, table: AuditTable, asked: dict[str, Any]) -> WrittenFile:
    digest, lines = hashlib.sha256(), 0
    check = _Check(table)
    with bundle.open(_entry(table.name), "w", force_zip64=True) as told:
        for row in _rows(table, asked):
            check.look(row)
            lines += 1
            line = _csv_line([_text(value) for value in row])
            digest.update(line)
            told.write(line)
    check.close()
    return WrittenFile(table.name, table.about, lines - 1, digest.hexdigest())


def _rows(table: AuditTable, asked: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """The heading, then the rows, a page at a time from the database."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(table.sql, asked)
        page = cursor.fetchmany(_ROWS)
        yield tuple(column.name for column in cursor.description)
        while page:
            yield from page
            page = cursor.fetchmany(_ROWS)


class _Check:
    """What must hold of a table, looked at while it goes by."""

    def __init__(self, table: AuditTable) -> None:
        self.table = table
        self.sums: dict[str, int] = {}

    def look(self, row: tuple[Any, ...]) -> None:
        if self.table is JOURNAL and row[0] != "booked_at":
            self.sums[row[9]] = self.sums.get(row[9], 0) + int(row[10])
        elif self.table is PROOF and row[0] != "account":
            account, asset, opening, moved, closing = row
            if opening + moved != closing:
                raise BooksUnproved(
                    f"{account} {asset}: {opening} and {moved} make another sum than {closing}."
                )

    def close(self) -> None:
        off = {asset: units for asset, units in self.sums.items() if units}
        if off:
            raise BooksUnproved(f"The journal's lines don't sum to zero: {off}.")


def _is_closed(last: date) -> bool:
    """Whether the month of the last day is, and with it all before."""
    following = next_to_close()
    return following is not None and Month(last.year, last.month) < following


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=_NO_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3
    entry.external_attr = 0o600 << 16
    return entry


def _csv_line(cells: list[str]) -> bytes:
    told = io.StringIO()
    csv.writer(told, lineterminator="\n").writerow(cells)
    return told.getvalue().encode()


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case bytes() | memoryview():
            return f"0x{bytes(value).hex()}"
        case UUID() | str() | int():
            return str(value)
        case _:
            return f"{value:f}"
