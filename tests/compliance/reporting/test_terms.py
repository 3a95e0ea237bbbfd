"""By when reports are due: the federal calendar, ten business days, thirty days, 30 September."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.compliance.reporting import life
from gateway.compliance.reporting.due import annual_as_of, due_at
from gateway.compliance.reporting.errors import (
    ReportNotAcknowledged,
    ReportNotApproved,
    ReportNotDraft,
    ReportNotFiled,
    ReportNotProposed,
    ReportSamePerson,
)
from gateway.compliance.reporting.federal_days import (
    business_days_after,
    federal_holidays,
    is_federal_business_day,
)
from gateway.compliance.reporting.life import ReportLife
from gateway.compliance.reporting.money_lines import (
    MoneyLine,
    plain_decimal,
    total_at_par,
    whole_units_up,
)

OPM = {
    2021: "0101 0118 0215 0531 0618 0705 0906 1011 1111 1125 1224 1231",
    2026: "0101 0119 0216 0525 0619 0703 0907 1012 1111 1126 1225",
    2027: "0101 0118 0215 0531 0618 0705 0906 1011 1111 1125 1224 1231",
    2028: "0117 0221 0529 0619 0704 0904 1009 1110 1123 1225",
}
"""The days on which the Office of Personnel Management says that holidays are kept."""


@pytest.mark.parametrize("year", OPM)
def test_holidays_are_those_that_the_government_keeps(year: int) -> None:
    expected = {date(year, int(day[:2]), int(day[2:])) for day in OPM[year].split()}
    assert federal_holidays(year) == expected


def test_ten_business_days_go_around_thanksgiving() -> None:
    assert business_days_after(date(2026, 11, 24), 10) == date(2026, 12, 9)
    assert business_days_after(date(2026, 11, 21), 1) == date(2026, 11, 23)


@given(st.dates(date(2000, 1, 1), date(2099, 1, 1)), st.integers(1, 30))
def test_business_days_are_counted_one_by_one(day: date, days: int) -> None:
    end = business_days_after(day, days)
    between = [day + timedelta(days=n) for n in range(1, (end - day).days + 1)]
    assert sum(map(is_federal_business_day, between)) == days
    assert is_federal_business_day(end)


def test_a_blocking_report_is_due_when_its_last_day_ends_in_washington() -> None:
    evening = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)  # still the 24th there
    due = due_at("blocking", since=evening)
    assert due == datetime(2026, 12, 10, 5, 0, tzinfo=UTC) - timedelta(microseconds=1)


def test_a_suspicion_is_due_after_thirty_days_to_the_moment() -> None:
    since = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
    assert due_at("suspicion", since=since) == since + timedelta(days=30)
    assert due_at("suspicion", since=since, suspicion_days=3) == since + timedelta(days=3)


def test_a_yearly_report_is_due_on_the_thirtieth_of_september() -> None:
    as_of = annual_as_of(2026)
    assert as_of == datetime(2026, 7, 1, 4, 0, tzinfo=UTC) - timedelta(microseconds=1)
    due = due_at("annual", since=as_of)
    assert due == datetime(2026, 10, 1, 4, 0, tzinfo=UTC) - timedelta(microseconds=1)


ADA, BEA = uuid4(), uuid4()


def test_a_report_goes_its_way_and_no_other() -> None:
    draft = ReportLife()
    proposed = life.proposed(draft, by=ADA)
    with pytest.raises(ReportSamePerson):
        life.approved(proposed, by=ADA)
    approved = life.approved(proposed, by=BEA)
    filed = life.filed(approved)
    done = life.acknowledged(filed)
    assert life.corrected(done).state == "corrected"
    assert life.sent_back(approved) == draft == life.refused(filed)
    for verb, at, refusal in (
        (lambda at: life.proposed(at, by=ADA), proposed, ReportNotDraft),
        (lambda at: life.approved(at, by=BEA), draft, ReportNotProposed),
        (life.sent_back, filed, ReportNotProposed),
        (life.filed, proposed, ReportNotApproved),
        (life.acknowledged, approved, ReportNotFiled),
        (life.refused, done, ReportNotFiled),
        (life.corrected, filed, ReportNotAcknowledged),
    ):
        with pytest.raises(refusal):
            verb(at)


def line(units: int, *, currency: str = "USD", decimals: int = 6) -> MoneyLine:
    return MoneyLine(
        entry="deposit:1:confirmed",
        kind="deposit_confirmed",
        deposit_id="1",
        asset="USDC@1",
        currency=currency,
        decimals=decimals,
        units=units,
        happened_at="2026-11-30T00:00:00+00:00",
    )


def test_amounts_are_whole_dollars_rounded_up() -> None:
    total = total_at_par([line(12_345_000_001), line(1)], currency="USD")
    assert total == Fraction(12_345_000_002, 10**6)
    assert whole_units_up(total) == "12346"
    assert whole_units_up(Fraction(5)) == "5" and whole_units_up(Fraction(0)) == "0"
    assert plain_decimal(Fraction(1, 3)) == "0.33" and plain_decimal(Fraction(5, 1000)) == "0.01"


def test_what_is_pegged_to_nothing_is_not_added_up() -> None:
    assert total_at_par([line(1), line(1, currency="")], currency="USD") is None
    assert total_at_par([line(1, currency="EUR")], currency="USD") is None
    assert total_at_par([], currency="USD") is None
