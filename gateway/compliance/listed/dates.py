"""Dates as publishers write them: often a part, often about. Pure."""

import re
from datetime import date
from typing import Final

from gateway.compliance.listed.entities import PartialDate
from gateway.compliance.listed.errors import ListUnreadable

_ISO: Final = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:[TZ+].*)?", re.ASCII)
_DAY_FIRST: Final = re.compile(r"(?:(?:(\d{1,2})/)?(\d{1,2})/)?(\d{4})", re.ASCII)
_WORDED: Final = re.compile(r"(?:(?:(\d{1,2}) )?([A-Za-z]{3,9})\.? )?(\d{4})", re.ASCII)
_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}


def partial_date(
    year: int, month: int | None = None, day: int | None = None, *, circa: bool = False
) -> PartialDate:
    """A date of which the day, or day and month, may be unknown (None or 0).

    Raises:
        ListUnreadable: there is no such day.
    """
    month, day = month or None, day or None
    try:
        date(year, month or 1, day or 1)
    except ValueError as error:
        raise ListUnreadable(f"{year}-{month}-{day} is no date.") from error
    if month is None:
        day = None
    return PartialDate(year=year, month=month, day=day, circa=circa)


def iso_date(text: str, *, circa: bool = False) -> PartialDate:
    """``1970``, ``1970-05``, ``1970-05-03``, with or without a time behind.

    Raises:
        ListUnreadable
    """
    match = _ISO.fullmatch(text.strip())
    if match is None:
        raise ListUnreadable(f"{text[:30]!r} is no date.")
    return partial_date(*(int(part) if part else None for part in match.groups()), circa=circa)  # type: ignore[arg-type]


def day_first_date(text: str) -> PartialDate:
    """As the British lists write it: ``03/05/1970``, with ``00``, ``dd`` or ``mm`` for what isn't
    known.

    Raises:
        ListUnreadable
    """
    match = _DAY_FIRST.fullmatch(re.sub("dd|mm", "00", text.strip().lower()))
    if match is None:
        raise ListUnreadable(f"{text[:30]!r} is no date.")
    day, month, year = match.groups()
    return partial_date(int(year), int(month or 0), int(day or 0))


def worded_date(text: str, *, circa: bool = False) -> PartialDate:
    """As OFAC writes it: ``03 May 1970``, ``May 1970``, ``1970``.

    Raises:
        ListUnreadable
    """
    match = _WORDED.fullmatch(" ".join(text.split()))
    if match is None:
        raise ListUnreadable(f"{text[:30]!r} is no date.")
    day, name, year = match.groups()
    month = _MONTHS.get(name[:3].lower()) if name else None
    if name and month is None:
        raise ListUnreadable(f"{text[:30]!r} is no date.")
    return partial_date(int(year), month, int(day or 0), circa=circa)


def worded_span(text: str, *, circa: bool = False) -> tuple[PartialDate, ...]:
    """``1970 to 1972``, ``01 Jan 1970 to 31 Dec 1970``: what is known of when it was, each year
    of a short span; one date when it is one.

    Raises:
        ListUnreadable
    """
    first_text, between, last_text = text.partition(" to ")
    first = worded_date(first_text, circa=circa)
    if not between:
        return (first,)
    return spanned(first, worded_date(last_text, circa=circa))


MAX_YEARS: Final = 20


def spanned(first: PartialDate, last: PartialDate) -> tuple[PartialDate, ...]:
    """What is known of a date that lies between two. Publishers write a month or a year they know
    no more of as its first to its last day; a span of years is each of them, about.

    Raises:
        ListUnreadable: it ends before it begins, or spans more years than anyone is unsure of.
    """
    if first == last:
        return (first,)
    if not 0 <= last.year - first.year <= MAX_YEARS:
        raise ListUnreadable(f"{first.year} to {last.year} is no span of a date.")
    if first.year == last.year:
        month = first.month if first.month == last.month else None
        return (PartialDate(first.year, month, circa=first.circa),)
    return tuple(PartialDate(year, circa=True) for year in range(first.year, last.year + 1))
