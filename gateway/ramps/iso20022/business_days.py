"""Days on which euros move between banks. Pure.

The calendar of TARGET (ECB, "Long-term calendar for TARGET closing days"): closed on Saturdays,
Sundays, 1 January, Good Friday, Easter Monday, 1 May, 25 and 26 December. Simplified: banks'
own and countries' holidays and the hour until which a bank takes files are not known here; a bank
moves a file that came too late to its next day by itself. Other currencies go by the same days.
"""

from datetime import date, timedelta

DAY = timedelta(days=1)


def is_business_day(day: date) -> bool:
    easter = easter_sunday(day.year)
    fixed = ((1, 1), (5, 1), (12, 25), (12, 26))
    closed = day in (easter - 2 * DAY, easter + DAY) or (day.month, day.day) in fixed
    return day.weekday() < 5 and not closed


def business_day_from(day: date) -> date:
    """``day`` if it is one, or the next that is."""
    while not is_business_day(day):
        day += DAY
    return day


def easter_sunday(year: int) -> date:
    """Of the Gregorian calendar (Butcher's algorithm, as in Meeus, Astronomical Algorithms)."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    rest = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * rest) // 451
    month, day = divmod(h + rest - 7 * m + 114, 31)
    return date(year, month, day + 1)
