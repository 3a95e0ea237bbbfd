"""Moments: as the API and its events write them, and years after one. Pure."""

from datetime import datetime


def rfc3339(moment: datetime) -> str:
    """RFC 3339 in UTC, with a Z: ``2026-11-30T05:12:04Z``."""
    return moment.isoformat().replace("+00:00", "Z")


def rfc3339_or_none(moment: datetime | None) -> str | None:
    """The same of what may not have been yet."""
    return rfc3339(moment) if moment is not None else None


def years_after(moment: datetime, years: int) -> datetime:
    """The same day of another year; of 29 February, the 28th where there is no 29th."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return moment.replace(year=moment.year + years, day=28)
