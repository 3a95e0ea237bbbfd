"""By when a case must be looked at and decided. Pure: versions of the rules are values, and the
clock an argument.

A first look is counted in minutes of the office's hours; a decision is due at the end of a business
day. Business days are the calendar's: Monday to Friday but for its holidays.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from gateway.compliance.alerts.severities import SEVERITIES
from gateway.compliance.cases.errors import DeadlinesUnreadable

SATURDAY: Final = 5
LEGAL_BOUND: Final = timedelta(days=30)
"""A report is due within 30 calendar days after the facts were detected: 31 CFR 1022.320(b)(3)."""
MAX_DECIDE_DAYS: Final = 10
"""Business days; also what a blocking report has: 31 CFR 501.603(b)(1)(i)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """One version of the rules.

    Attributes:
        source: where these figures come from, for whoever checks a decision years later.
        first_look_minutes: office minutes until somebody has taken it, by severity.
        decide_days: business days after the one it was opened on (or the next, if that is none),
            by severity.
        opens, closes: the office's hours, in its time zone.
        holidays: days on which nobody works.
    """

    version: str
    source: str
    time_zone: str
    opens: time
    closes: time
    holidays: frozenset[date]
    first_look_minutes: Mapping[str, int]
    decide_days: Mapping[str, int]

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise DeadlinesUnreadable("The office opens before it closes.")
        for named in (self.first_look_minutes, self.decide_days):
            if set(named) != set(SEVERITIES) or min(named.values()) < 1:
                raise DeadlinesUnreadable("Deadlines name each severity, and at least 1.")
        for named in (self.first_look_minutes, self.decide_days):
            if not named["high"] <= named["medium"] <= named["low"]:
                raise DeadlinesUnreadable("What is more severe is due no later.")
        if max(self.decide_days.values()) > MAX_DECIDE_DAYS:
            raise DeadlinesUnreadable(
                f"A case is decided within {MAX_DECIDE_DAYS} business days: a blocking report has"
                " no longer, and a suspicious activity report 30 days."
            )

    def as_plain(self) -> dict[str, Any]:
        """All of it as JSON can hold it, to be kept with what was decided by it."""
        return {
            "version": self.version,
            "source": self.source,
            "time_zone": self.time_zone,
            "opens": self.opens.isoformat("minutes"),
            "closes": self.closes.isoformat("minutes"),
            "holidays": sorted(day.isoformat() for day in self.holidays),
            "first_look_minutes": dict(self.first_look_minutes),
            "decide_days": dict(self.decide_days),
        }

    @classmethod
    def from_plain(cls, told: Mapping[str, Any]) -> "Deadlines":
        """Read what ``as_plain`` wrote, or a person configured.

        Raises:
            DeadlinesUnreadable
        """
        try:
            return cls(
                version=str(told["version"]),
                source=str(told["source"]),
                time_zone=ZoneInfo(told["time_zone"]).key,
                opens=time.fromisoformat(told["opens"]),
                closes=time.fromisoformat(told["closes"]),
                holidays=frozenset(date.fromisoformat(day) for day in told["holidays"]),
                first_look_minutes=dict(told["first_look_minutes"]),
                decide_days=dict(told["decide_days"]),
            )
        except (KeyError, TypeError, ValueError, OSError) as error:
            raise DeadlinesUnreadable(f"Deadlines can't be read: {error}.") from error


HOUSE_DEADLINES: Final = Deadlines(
    version="2026-11",
    source="house rule, within 31 CFR 1022.320(b)(3), 30 days, and 501.603, 10 business days",
    time_zone="UTC",
    opens=time(9),
    closes=time(17),
    holidays=frozenset(),
    first_look_minutes={"high": 60, "medium": 240, "low": 960},
    decide_days={"high": 1, "medium": 5, "low": 10},
)


@dataclass(frozen=True, slots=True)
class Due:
    """By when what is to be done, in UTC."""

    first_look: datetime
    decide: datetime
    report: datetime
    """Until when the authority is told of something suspicious, if it comes to that."""
    blocking_report: datetime
    """Until when it is told of blocked property."""


def due_of(rules: Deadlines, *, opened_at: datetime, severity: str) -> Due:
    """By when a case opened at ``opened_at`` must be taken by somebody, and decided."""
    return Due(
        first_look=_after_office_minutes(
            rules, start=opened_at, minutes=rules.first_look_minutes[severity]
        ),
        decide=_end_of_business_day(rules, start=opened_at, days=rules.decide_days[severity]),
        report=opened_at.astimezone(UTC) + LEGAL_BOUND,
        blocking_report=_end_of_business_day(rules, start=opened_at, days=MAX_DECIDE_DAYS),
    )


def is_business_day(rules: Deadlines, day: date) -> bool:
    """Whether somebody works on it."""
    return day.weekday() < SATURDAY and day not in rules.holidays


def _after_office_minutes(rules: Deadlines, *, start: datetime, minutes: int) -> datetime:
    zone = ZoneInfo(rules.time_zone)
    left = timedelta(minutes=minutes)
    day = start.astimezone(zone).date()
    while True:
        if is_business_day(rules, day):
            opens, closes = (_moment(day, hour, zone) for hour in (rules.opens, rules.closes))
            begins = max(start.astimezone(UTC), opens)
            if begins < closes:
                if left <= closes - begins:
                    return begins + left
                left -= closes - begins
        day += timedelta(days=1)


def _end_of_business_day(rules: Deadlines, *, start: datetime, days: int) -> datetime:
    zone = ZoneInfo(rules.time_zone)
    day = start.astimezone(zone).date()
    if start >= _moment(day, rules.closes, zone):
        day += timedelta(days=1)
    while not is_business_day(rules, day):
        day += timedelta(days=1)
    for _ in range(days):
        day += timedelta(days=1)
        while not is_business_day(rules, day):
            day += timedelta(days=1)
    return _moment(day, rules.closes, zone)


def _moment(day: date, hour: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, hour, tzinfo=zone).astimezone(UTC)
