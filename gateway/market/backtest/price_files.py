"""Minute prices from a CSV file. What is doubtful is refused with its line, never mended."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import NoReturn

from gateway.market.backtest.errors import PriceFileRefused

MINUTE_MS = 60_000
LEAST_PRICE, MOST_PRICE = Decimal("0.001"), Decimal(1_000_000_000)
# Ten years of minutes are some 300 MB.
MOST_BYTES = 400_000_000
LEAST_MINUTES = 5
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Whole numbers above this are milliseconds: as seconds they would be after the year 5000.
MOST_SECONDS = 100_000_000_000


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns tell the time (ISO 8601, UTC if it says nothing, or Unix) and the dollars."""

    time: str = "timestamp"
    price: str = "close"


@dataclass(frozen=True, slots=True)
class MinutePrices:
    """Dollars for a whole token at the minutes after ``start_ms``.

    Attributes:
        name, sha256: of the file they were read from.
    """

    name: str
    sha256: str
    start_ms: int
    dollars: tuple[float, ...]

    @property
    def end_ms(self) -> int:
        return self.start_ms + (len(self.dollars) - 1) * MINUTE_MS


def read_prices(
    file: Path,
    *,
    columns: Columns | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
) -> MinutePrices:
    """The minutes of a file from ``start`` to ``end``, both included.

    Every row of the file must be readable and in order; gaps are refused between those asked for.

    Raises:
        PriceFileRefused: it is not there, not such a file, or a row is wrong: with its line.
    """
    columns = columns or Columns()
    content = _content(file)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PriceFileRefused(f"{file.name} is not a text file in UTF-8.") from error
    kept: list[float] = []
    first_ms = last_ms = -1
    for line, at_ms, price in _rows(file.name, text, columns):
        if start is not None and at_ms < _ms(start):
            continue
        if end is not None and at_ms > _ms(end):
            continue
        if kept and at_ms - last_ms != MINUTE_MS:
            _refuse(file.name, line, _gap(last_ms, at_ms))
        first_ms = at_ms if not kept else first_ms
        last_ms = at_ms
        kept.append(price)
    if len(kept) < LEAST_MINUTES:
        raise PriceFileRefused(
            f"{file.name} has {len(kept)} minutes between the times asked for; "
            f"{LEAST_MINUTES} are needed."
        )
    return MinutePrices(file.name, sha256(content).hexdigest(), first_ms, tuple(kept))


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise PriceFileRefused(f"{file.name} is larger than {MOST_BYTES // 1_000_000} MB.")
        return file.read_bytes()
    except FileNotFoundError as error:
        raise PriceFileRefused(
            f"There is no file {file}.",
            hint="Give its path, or its name in the folder that MARKET_DATA names.",
        ) from error
    except OSError as error:
        raise PriceFileRefused(f"{file} can't be read: {error.strerror}.") from error


def _rows(name: str, text: str, columns: Columns) -> Iterator[tuple[int, int, float]]:
    """(line, Unix milliseconds, dollars) of each row, in rising time."""
    rows = csv.reader(StringIO(text, newline=""), strict=True)
    last_ms = -1
    try:
        header = next(rows, None)
        if header is None:
            raise PriceFileRefused(f"{name} is empty.")
        time_at, price_at = (_place(name, header, each) for each in (columns.time, columns.price))
        for row in rows:
            line = rows.line_num
            if not row:
                _refuse(name, line, "an empty line")
            if len(row) != len(header):
                _refuse(name, line, f"{len(row)} values where the header names {len(header)}")
            at_ms = _time(name, line, row[time_at])
            if at_ms <= last_ms:
                said = "the same time as" if at_ms == last_ms else "earlier than"
                _refuse(name, line, f"{row[time_at]} is {said} the row before")
            last_ms = at_ms
            yield line, at_ms, _price(name, line, row[price_at])
    except csv.Error as error:
        _refuse(name, rows.line_num, f"no CSV: {error}")


def _place(name: str, header: list[str], column: str) -> int:
    if header.count(column) != 1:
        found = ", ".join(repr(each) for each in header[:20])
        wrong = "no column" if column not in header else "more than one column"
        raise PriceFileRefused(
            f"{name}, line 1: {wrong} {column!r}; it has {found}.",
            hint="Name the columns with --time-column and --price-column.",
        )
    return header.index(column)


def _time(name: str, line: int, text: str) -> int:
    text = text.strip()
    if text.lstrip("-").isascii() and text.lstrip("-").isdigit():
        number = int(text) if len(text) < 20 else MOST_SECONDS * 1_000 + 1
        if number < 0:
            _refuse(name, line, f"{text} is a time before 1970")
        at_ms = number if number > MOST_SECONDS else number * 1_000
    else:
        try:
            told = datetime.fromisoformat(text)
        except ValueError:
            _refuse(name, line, f"{text[:40]!r} is no time (ISO 8601 or Unix)")
        told = told if told.tzinfo else told.replace(tzinfo=UTC)
        at_ms = _ms(told)
        if at_ms < 0:
            _refuse(name, line, f"{text} is a time before 1970")
    if at_ms > MOST_SECONDS * 1_000:
        _refuse(name, line, f"{text[:40]} is too late a time")
    return at_ms


def _price(name: str, line: int, text: str) -> float:
    try:
        price = Decimal(text.strip())
    except InvalidOperation:
        _refuse(name, line, f"{text[:40]!r} is no price")
    if not price.is_finite():
        _refuse(name, line, f"{text.strip()} is no price")
    if price <= 0:
        _refuse(name, line, f"the price {text.strip()} is not above zero")
    if not LEAST_PRICE <= price <= MOST_PRICE:
        _refuse(name, line, f"the price {text.strip()[:40]} is not from {LEAST_PRICE} to 1e9")
    return float(price)


def _gap(before_ms: int, after_ms: int) -> str:
    seconds = (after_ms - before_ms) // 1_000
    if seconds < 60:
        return f"only {seconds} s after the row before, one a minute is expected"
    at = (EPOCH + timedelta(milliseconds=before_ms)).strftime("%Y-%m-%d %H:%M")
    return f"{seconds / 60:g} minutes after {at}: rows are missing"


def _ms(at: datetime) -> int:
    return (at - EPOCH) // timedelta(milliseconds=1)


def _refuse(name: str, line: int, what: str) -> NoReturn:
    raise PriceFileRefused(f"{name}, line {line}: {what}.")
