"""Business days as the federal authorities of the United States count them. Pure.

Legal public holidays: 5 U.S.C. 6103(a). One that falls on a Saturday is kept on the Friday before
(6103(b)(1)), one on a Sunday on the Monday after (Executive Order 11582, section 3(a)).
"""

from datetime import date, timedelta
from functools import lru_cache
from typing import Final

MONDAY: Final = 0
THURSDAY: Final = 3
SATURDAY: Final = 5
SUNDAY: Final = 6
JUNETEENTH_SINCE: Final = 2021
"""Public Law 117-17."""


@lru_cache(maxsize=64)
def federal_holidays(year: int) -> frozenset[date]:
    """The days of a year on which the holidays are kept. New Year's Day of the next year may be
    kept on the last day of this one."""
    fixed = [date(year, 1, 1), date(year, 7, 4), date(year, 11, 11), date(year, 12, 25)]
    if year >= JUNETEENTH_SINCE:
        fixed.append(date(year, 6, 19))
    kept = {
        *map(_kept, fixed),
        _kept(date(year + 1, 1, 1)),
        _nth(year, 1, MONDAY, 3),  # Birthday of Martin Luther King, Jr.
        _nth(year, 2, MONDAY, 3),  # Washington's Birthday
        _nth(year, 6, MONDAY, 1) - timedelta(weeks=1),  # Memorial Day, the last Monday of May
        _nth(year, 9, MONDAY, 1),  # Labor Day
        _nth(year, 10, MONDAY, 2),  # Columbus Day
        _nth(year, 11, THURSDAY, 4),  # Thanksgiving Day
    }
    return frozenset(day for day in kept if day.year == year)


def is_federal_business_day(day: date) -> bool:
    """Monday to Friday, but for the holidays."""
    return day.weekday() < SATURDAY and day not in federal_holidays(day.year)


def business_days_after(day: date, days: int) -> date:
    """The last of so many business days that follow a day; the day itself does not count."""
    while days > 0:
        day += timedelta(days=1)
        days -= is_federal_business_day(day)
    return day


def _kept(day: date) -> date:
    if day.weekday() == SATURDAY:
        return day - timedelta(days=1)
    if day.weekday() == SUNDAY:
        return day + timedelta(days=1)
    return day


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    first = date(year, month, 1)
    ahead = (weekday - first.weekday()) % 7
    return first + timedelta(days=ahead, weeks=number - 1)
