"""What is asked of a report, out of a query's parameters."""

from collections.abc import Mapping
from datetime import date
from typing import Final, cast

from gateway.events.errors import TillwayError
from gateway.settlement.reports import formats
from gateway.settlement.reports.reporting import Period

DATEV_FIELDS: Final = ("consultant", "client", "year_begins")
_YEARS: Final = range(2000, 2101)
_DAY: Final = "2026-11-01"


class DayMissing(TillwayError):
    code = "field_required"
    hint = f"Give a day: {_DAY}."


class DayInvalid(TillwayError):
    code = "day_invalid"
    hint = f"Give a day: {_DAY}."


class NumberInvalid(TillwayError):
    code = "number_invalid"
    hint = "Your accountant knows DATEV's numbers."


def period_in(query: Mapping[str, str]) -> Period:
    """From ``first`` to ``last``.

    Raises:
        DayMissing, DayInvalid, PeriodUpsideDown, PeriodTooLong
    """
    days = []
    for name in ("first", "last"):
        day = day_in(query, name)
        if day is None:
            raise DayMissing(f"{name} is needed.", field=name)
        days.append(day)
    return Period(*days)


def day_in(query: Mapping[str, str], name: str) -> date | None:
    """A day of the query; None if there is none.

    Raises:
        DayInvalid
    """
    text = query.get(name, "")
    if not text:
        return None
    try:
        found = date.fromisoformat(text) if len(text) == len(_DAY) else None
    except ValueError:
        found = None
    if found is None or found.year not in _YEARS:
        raise DayInvalid(f"{name} is no day.", field=name)
    return found


def accounts_in(query: Mapping[str, str]) -> dict[formats.AccountRole, str]:
    """The accounts that the query names; the program's usual ones stand for the others."""
    return {role: query[role] for role in formats.ACCOUNT_ROLES if query.get(role)}


def datev_head_in(query: Mapping[str, str]) -> formats.DatevHead | None:
    """What DATEV needs to know; None if a part of it is missing.

    Raises:
        DayInvalid, NumberInvalid
    """
    year_begins = day_in(query, "year_begins")
    numbers = [_number(query, name, most) for name, most in (("consultant", 7), ("client", 5))]
    if year_begins is None or None in numbers:
        return None
    consultant, client = cast(list[int], numbers)
    return formats.DatevHead(consultant=consultant, client=client, year_begins=year_begins)


def _number(query: Mapping[str, str], name: str, digits: int) -> int | None:
    text = query.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= digits and int(text)):
        raise NumberInvalid(f"{name} is a number of up to {digits} digits.", field=name)
    return int(text)
