"""Moments as the API and its events write them."""

from datetime import datetime


def rfc3339(moment: datetime) -> str:
    """RFC 3339 in UTC, with a Z: ``2026-11-30T05:12:04Z``."""
    return moment.isoformat().replace("+00:00", "Z")


def rfc3339_or_none(moment: datetime | None) -> str | None:
    """The same of what may not have been yet."""
    return rfc3339(moment) if moment is not None else None
