"""Deadlines count the office's hours and business days, and never run longer than the law's."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.compliance.alerts.severities import SEVERITIES
from gateway.compliance.cases.deadlines import (
    HOUSE_DEADLINES,
    Deadlines,
    due_of,
    is_business_day,
)
from gateway.compliance.cases.errors import DeadlinesUnreadable
from gateway.compliance.cases.grouping import WINDOW, Gathering, way_of_alert

EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
moments = st.integers(0, int((LATE - EARLY).total_seconds())).map(
    lambda seconds: EARLY + timedelta(seconds=seconds)
)


def rules(**told: Any) -> Deadlines:
    plain = {
        "version": "t",
        "source": "test",
        "time_zone": "UTC",
        "opens": "09:00",
        "closes": "17:00",
        "holidays": [],
        "first_look_minutes": {"high": 60, "medium": 240, "low": 960},
        "decide_days": {"high": 1, "medium": 5, "low": 10},
    }
    return Deadlines.from_plain(plain | told)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("opened", "severity", "first_look", "decide"),
    [
        # Monday morning
        ("2026-11-30 09:00", "high", "2026-11-30 10:00", "2026-12-01 17:00"),
        # before the office opens: it counts from nine
        ("2026-11-30 03:12", "high", "2026-11-30 10:00", "2026-12-01 17:00"),
        # half an hour before it closes: the other half stands on the next day
        ("2026-11-30 16:30", "high", "2026-12-01 09:30", "2026-12-01 17:00"),
        # Friday evening: the weekend does not count, and the day it counts from is Monday
        ("2026-12-04 18:00", "high", "2026-12-07 10:00", "2026-12-08 17:00"),
        ("2026-12-05 12:00", "medium", "2026-12-07 13:00", "2026-12-14 17:00"),
        # exactly when it closes
        ("2026-11-30 17:00", "high", "2026-12-01 10:00", "2026-12-02 17:00"),
        # two office days of eight hours
        ("2026-11-30 09:00", "low", "2026-12-01 17:00", "2026-12-14 17:00"),
    ],
)
def test_the_hours_of_the_office_are_counted(
    opened: str, severity: str, first_look: str, decide: str
) -> None:
    due = due_of(rules(), opened_at=at(opened), severity=severity)
    assert (due.first_look, due.decide) == (at(first_look), at(decide))


def test_a_holiday_is_no_business_day() -> None:
    kept = rules(holidays=["2026-12-25", "2026-12-28"])
    due = due_of(kept, opened_at=at("2026-12-24 16:30"), severity="high")
    assert due.first_look == at("2026-12-29 09:30")
    assert due.decide == at("2026-12-29 17:00")
    assert not is_business_day(kept, date(2026, 12, 25))


def test_the_office_keeps_its_own_time_also_when_clocks_change() -> None:
    kept = rules(time_zone="Europe/Berlin")
    summer = due_of(kept, opened_at=at("2026-10-23 12:00"), severity="high")
    assert summer.first_look == at("2026-10-23 13:00")
    # Friday in summer time, Monday in winter time: 17:00 is an hour later by UTC
    assert summer.decide == at("2026-10-26 16:00")
    assert due_of(kept, opened_at=at("2026-10-22 12:00"), severity="high").decide == at(
        "2026-10-23 15:00"
    )


@given(moments, st.sampled_from(SEVERITIES))
def test_a_deadline_lies_in_office_hours_and_within_the_laws(
    opened: datetime, severity: str
) -> None:
    due = due_of(HOUSE_DEADLINES, opened_at=opened, severity=severity)
    for moment in (due.first_look, due.decide):
        assert opened < moment
        assert is_business_day(HOUSE_DEADLINES, moment.date())
        assert time(9) < moment.time() <= time(17)
    assert due.decide <= due.blocking_report
    assert due.decide <= due.report == opened + timedelta(days=30)


@given(moments)
def test_what_is_more_severe_is_due_no_later(opened: datetime) -> None:
    high, medium, low = (
        due_of(HOUSE_DEADLINES, opened_at=opened, severity=one) for one in ("high", "medium", "low")
    )
    assert high.first_look <= medium.first_look <= low.first_look
    assert high.decide <= medium.decide <= low.decide


def test_what_was_kept_with_a_decision_is_read_back_the_same() -> None:
    kept = rules(holidays=["2026-12-25"], time_zone="Europe/Berlin")
    assert Deadlines.from_plain(kept.as_plain()) == kept


@pytest.mark.parametrize(
    "told",
    [
        {"opens": "17:00"},
        {"decide_days": {"high": 1, "medium": 5, "low": 11}},
        {"decide_days": {"high": 5, "medium": 1, "low": 10}},
        {"first_look_minutes": {"high": 1}},
        {"first_look_minutes": {"high": 0, "medium": 240, "low": 960}},
        {"time_zone": "Mars/Olympus"},
        {"holidays": ["Christmas"]},
        {"opens": 9},
    ],
)
def test_rules_that_make_no_sense_are_refused(told: dict[str, Any]) -> None:
    with pytest.raises(DeadlinesUnreadable):
        rules(**told)


NOON = at("2026-11-30 12:00")


@pytest.mark.parametrize(
    ("gathering", "way"),
    [
        (None, "open"),
        (Gathering(is_closed=False, last_alert_at=NOON - WINDOW), "join"),
        (Gathering(is_closed=False, last_alert_at=NOON - WINDOW - timedelta(seconds=1)), "follow"),
        (Gathering(is_closed=True, last_alert_at=NOON), "follow"),
        (Gathering(is_closed=False, last_alert_at=NOON + timedelta(hours=1)), "join"),
    ],
)
def test_alerts_join_what_is_open_and_recent(gathering: Gathering | None, way: str) -> None:
    assert way_of_alert(gathering, at=NOON) == way
