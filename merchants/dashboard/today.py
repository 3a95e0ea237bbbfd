"""A day so far beside the same weekday a week ago: pure. Amounts are minor units of a currency."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

Tender = Literal["tokens", "card", "cash"]
TENDERS: Final[tuple[Tender, ...]] = ("tokens", "card", "cash")
HOURS: Final = 24
WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Took:
    """What one tender brought in one span of a day."""

    span: int
    tender: Tender
    currency: str
    payments: int
    units: int


@dataclass(frozen=True, slots=True)
class Tally:
    """What came together: payments, and what they were worth."""

    payments: int = 0
    units: int = 0

    @property
    def average(self) -> int:
        """Of one payment, rounded down; nothing where there was none."""
        return self.units // self.payments if self.payments > 0 else 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.payments + other.payments, self.units + other.units)


@dataclass(frozen=True, slots=True)
class Day:
    """Attributes:
    hours: what each hour of the clock brought, 24 of them.
    so_far: what came until the time of day that is compared.
    others: currencies that something else came in.
    """

    hours: tuple[int, ...]
    so_far: Tally
    by_tender: dict[Tender, Tally] = field(default_factory=dict)
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spans:
    """Where a day is cut.

    Attributes:
        starts: the moments, and that at which the last span ends.
        hours: of the clock, of each span.
        before: how many of the first spans lie before the time that is compared.
    """

    starts: tuple[datetime, ...]
    hours: tuple[int, ...]
    before: int


def spans_of(day: date, *, until: datetime, zone: ZoneInfo) -> Spans:
    """The hours of a day by its clock, cut once more at ``until``.

    An hour that the clock skips has no length; one that comes twice is one of two hours.
    """
    begins = [
        datetime.combine(day + timedelta(days=hour // HOURS), time(hour % HOURS), zone).astimezone(
            UTC
        )
        for hour in range(HOURS + 1)
    ]
    cut = min(max(until.astimezone(UTC), begins[0]), begins[-1])
    before = sum(moment < cut for moment in begins[:-1])
    starts = [*begins[:before], cut, *begins[before:]]
    hours = [*range(before), max(before - 1, 0), *range(before, HOURS)]
    return Spans(tuple(starts), tuple(hours), before)


def same_time_last_week(now: datetime, zone: ZoneInfo) -> datetime:
    """The same time of the same weekday by the clock there."""
    local = now.astimezone(zone)
    return datetime.combine(local.date() - WEEK, local.time(), zone).astimezone(UTC)


def day_of(took: Iterable[Took], *, spans: Spans, currency: str) -> Day:
    """What came in ``currency``, by the hour and by tender."""
    hours, by_tender, others = [0] * HOURS, dict.fromkeys(TENDERS, Tally()), set[str]()
    for one in took:
        if one.currency != currency:
            others.add(one.currency)
            continue
        hours[spans.hours[one.span]] += one.units
        if one.span < spans.before:
            by_tender[one.tender] += Tally(one.payments, one.units)
    so_far = sum(by_tender.values(), Tally())
    return Day(tuple(hours), so_far, by_tender, tuple(sorted(others)))


def percent_more(now: int, before: int) -> int | None:
    """By how many per cent it is more than before, to the nearest; None beside nothing."""
    if before <= 0:
        return None
    return (200 * (now - before) + before) // (2 * before)


def shares(parts: Sequence[int], whole: int) -> tuple[int, ...]:
    """Widths in proportion that fill ``whole`` exactly; what is less than nothing has none."""
    kept = [max(part, 0) for part in parts]
    total = sum(kept)
    if not total:
        return tuple(0 for _ in kept)
    ends = [sum(kept[: place + 1]) * whole // total for place in range(len(kept))]
    return tuple(end - begin for begin, end in zip([0, *ends], ends, strict=False))
