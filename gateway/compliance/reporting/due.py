"""By when a report is due. Pure.

What is counted in days of the authority ends with the last of them where it sits; what is counted
from a detection ends to the moment, as the case says.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from gateway.compliance.cases.deadlines import LEGAL_BOUND
from gateway.compliance.reporting.federal_days import business_days_after
from gateway.compliance.reporting.kinds import Term

WASHINGTON: Final = ZoneInfo("America/New_York")
SUSPICION_DAYS: Final = LEGAL_BOUND.days
"""Calendar days after the facts were first detected: 31 CFR 1022.320(b)(3)."""
BLOCKING_DAYS: Final = 10
"""Business days from the day on which property is blocked: 31 CFR 501.603(b)(1)(i)."""
ANNUAL_AS_OF: Final = (6, 30)
ANNUAL_DUE: Final = (9, 30)
"""Property held on 30 June is reported by 30 September: 31 CFR 501.603(b)(2)."""
SOON: Final = timedelta(days=5)
"""How long before its deadline officers are told of a report that is not filed."""


def due_at(term: Term, *, since: datetime, suspicion_days: int = SUSPICION_DAYS) -> datetime:
    """Until when a report must be with the authority, in UTC.

    Args:
        since: when the facts were detected, the property was blocked, or (of the yearly report)
            any moment of the year that it is about.
        suspicion_days: of the authority that is told; at most what the law of the United States
            gives, wherever that is asked for.
    """
    day = since.astimezone(WASHINGTON).date()
    if term == "blocking":
        return _end_of(business_days_after(day, BLOCKING_DAYS))
    if term == "annual":
        return _end_of(date(day.year, *ANNUAL_DUE))
    return since.astimezone(UTC) + timedelta(days=suspicion_days)


def annual_as_of(year: int) -> datetime:
    """The end of the day whose holdings the yearly report tells, in UTC."""
    return _end_of(date(year, *ANNUAL_AS_OF))


def _end_of(day: date) -> datetime:
    morrow = datetime.combine(day + timedelta(days=1), time(), tzinfo=WASHINGTON)
    return morrow.astimezone(UTC) - timedelta(microseconds=1)
