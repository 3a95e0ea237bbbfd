"""Time zones by their IANA names: the shop's own clock, for pages. Money never goes by it."""

import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final

from gateway.shops.errors import TermsRefused

_ETC: Final = "Etc/"
"""Offsets whose signs are the reverse of what people write; UTC itself is offered by its name."""


@cache
def zone_names() -> tuple[str, ...]:
    """Those a shop may choose: places (``Europe/Berlin``) and UTC, in alphabetical order."""
    places = (name for name in zoneinfo.available_timezones() if "/" in name)
    return ("UTC", *sorted(name for name in places if not name.startswith(_ETC)))


def day_starts(first: date, days: int, zone: zoneinfo.ZoneInfo) -> list[datetime]:
    """The moments at which ``days`` days from ``first`` on begin, and that at which the last ends.

    A day in which the clock is put forward or back is as long as it is there. Where midnight is
    skipped the day begins at the skip; where it comes twice, at the first.
    """
    return [
        datetime.combine(first + timedelta(days=n), time.min, zone).astimezone(UTC)
        for n in range(days + 1)
    ]


def last_closing(now: datetime, closes_at: time, zone: zoneinfo.ZoneInfo) -> tuple[date, datetime]:
    """The latest local day that had its closing by ``now``, and the moment of it.

    A time that comes twice is the first one; a time that the clock skips is as much later as was
    skipped, so that every day has exactly one closing.
    """
    day = now.astimezone(zone).date() + timedelta(days=1)
    while (moment := datetime.combine(day, closes_at, zone).astimezone(UTC)) > now:
        day -= timedelta(days=1)
    return day, moment


def zone_checked(name: str) -> str:
    """The name, if it is one of them.

    Raises:
        TermsRefused: it is none; a path or a local file's name never reaches the file system.
    """
    if name not in zone_names():
        raise TermsRefused(
            f"There is no time zone {name[:64]!r}.",
            hint="Use a name of the IANA list, such as Europe/Berlin.",
            field="time_zone",
        )
    return name
