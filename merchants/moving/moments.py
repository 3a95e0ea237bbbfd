"""Moments as exports write them. Pure."""

import re
from datetime import UTC, datetime, tzinfo
from typing import Any, Final

EARLIEST: Final = datetime(2009, 1, 3, tzinfo=UTC)
"""The first block of the first chain: nothing was sold for coins before."""
LATEST_YEAR: Final = 2200
_AMERICAN: Final = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{4}) (\d{1,2}):(\d{2})(?::(\d{2}))?(?: ([AP]M))?", re.ASCII
)
_MILLISECONDS: Final = 10**11
"""A Unix time from here on is of milliseconds; as seconds it would lie beyond the year 5000."""
NOON: Final = 12


def moment_from(cell: Any, *, zone: tzinfo) -> datetime | None:
    """The moment that a cell names; None where it names none that can be.

    ISO 8601 with or without a zone (of a report that the browser wrote there is none: it is the
    clock of ``zone``), ``01/31/2024 10:11:12`` (the older exports of BTCPay Server: UTC), or Unix
    seconds.
    """
    found = _unix(cell) if isinstance(cell, int) else None
    if isinstance(cell, str):
        text = cell.strip()
        if text.isascii() and text.isdigit():
            found = _unix(int(text[:15]))
        else:
            found = _american(text) or _iso(text, zone)
    if found is None or found < EARLIEST or found.year > LATEST_YEAR:
        return None
    return found


def _unix(number: int) -> datetime | None:
    if isinstance(number, bool) or number < 0:
        return None
    seconds = number // 1000 if number >= _MILLISECONDS else number
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _iso(text: str, zone: tzinfo) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        told = found if found.tzinfo else found.replace(tzinfo=zone)
        return told.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _american(text: str) -> datetime | None:
    match = _AMERICAN.fullmatch(text)
    if match is None:
        return None
    month, day, year, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    if match.group(7):
        hour = hour % NOON + (NOON if match.group(7) == "PM" else 0)
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
