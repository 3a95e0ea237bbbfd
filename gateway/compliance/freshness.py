"""How long ago a list was last found good, and what that means. Pure.

It counts from the last good check, not from the publication: lists rest at weekends.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

STALE_AFTER_SECONDS = 86_400
FeedState = Literal["fresh", "ageing", "stale", "missing"]


@dataclass(frozen=True, slots=True)
class Freshness:
    """What a verdict rests on.

    Attributes:
        checked_at: the oldest of the lists' last good checks; None while one has none.
        stale: that is too long ago: the verdict is by the last good versions.
    """

    checked_at: datetime | None
    stale: bool


def freshness(checks: Iterable[datetime | None], *, now: datetime) -> Freshness:
    """Of several lists together: as fresh as the oldest of them."""
    known = list(checks)
    times = [checked_at for checked_at in known if checked_at is not None]
    oldest = min(times, default=None) if len(times) == len(known) else None
    return Freshness(checked_at=oldest, stale=oldest is None or is_stale(oldest, now=now))


def is_stale(checked_at: datetime, *, now: datetime) -> bool:
    return now - checked_at > timedelta(seconds=STALE_AFTER_SECONDS)


def state_of(
    *, has_version: bool, checked_at: datetime | None, warn_after: timedelta, now: datetime
) -> FeedState:
    """The state of one list."""
    if not has_version or checked_at is None:
        return "missing"
    if is_stale(checked_at, now=now):
        return "stale"
    return "ageing" if now - checked_at >= warn_after else "fresh"
