"""A day so far beside the same weekday last week."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merchants.dashboard.charts import Hour, pair_chart
from merchants.dashboard.today import (
    Tally,
    Took,
    day_of,
    percent_more,
    same_time_last_week,
    shares,
    spans_of,
)

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 11, 30), 24), (date(2026, 10, 25), 25), (date(2026, 3, 29), 23)]
)
def test_a_days_spans_follow_each_other_and_last_as_long_as_it_does(day, hours):
    until = datetime(day.year, day.month, day.day, 14, 5, tzinfo=BERLIN)
    spans = spans_of(day, until=until, zone=BERLIN)
    assert list(spans.starts) == sorted(spans.starts)
    assert len(spans.hours) == len(spans.starts) - 1 == 25
    assert (spans.starts[-1] - spans.starts[0]).total_seconds() == hours * 3600
    assert spans.starts[spans.before] == until.astimezone(UTC)
    assert spans.hours[spans.before - 1] == spans.hours[spans.before] == 14


def test_midnight_compares_nothing_yet():
    midnight = datetime(2026, 11, 30, tzinfo=BERLIN)
    assert spans_of(date(2026, 11, 30), until=midnight, zone=BERLIN).before == 0


def test_last_week_is_at_the_same_time_of_its_own_clock():
    """Seven days before the first Monday after the clocks went back are 7 days and an hour."""
    now = datetime(2026, 10, 26, 14, 5, tzinfo=BERLIN)
    assert same_time_last_week(now, BERLIN) == datetime(2026, 10, 19, 14, 5, tzinfo=BERLIN)


def test_what_came_later_last_week_is_drawn_and_not_compared():
    until = datetime(2026, 11, 23, 14, 5, tzinfo=BERLIN)
    spans = spans_of(date(2026, 11, 23), until=until, zone=BERLIN)
    day = day_of(
        [
            Took(spans.before - 1, "tokens", "EUR", 2, 1_000),
            Took(spans.before, "cash", "EUR", 1, 700),
            Took(0, "card", "EUR", 1, 500),
            Took(0, "card", "USD", 9, 90_000),
        ],
        spans=spans,
        currency="EUR",
    )
    assert day.so_far == Tally(3, 1_500)
    assert day.by_tender == {"tokens": Tally(2, 1_000), "card": Tally(1, 500), "cash": Tally()}
    assert (day.hours[14], day.hours[0], sum(day.hours)) == (1_700, 500, 2_200)
    assert day.others == ("USD",)


@pytest.mark.parametrize(
    ("now", "before", "more"),
    [(5, 4, 25), (3, 4, -25), (0, 4, -100), (4, 4, 0), (2, 3, -33), (4, 0, None), (4, -1, None)],
)
def test_per_cent_are_whole_and_never_of_nothing(now, before, more):
    assert percent_more(now, before) == more


def test_an_average_of_nothing_is_nothing():
    assert Tally(0, 0).average == Tally(-1, -5).average == 0
    assert Tally(3, 1_000).average == 333


@given(st.lists(st.integers(-5, 10**9), min_size=1, max_size=5))
def test_shares_fill_the_bar_exactly(parts):
    found = shares(parts, 1_000)
    assert all(width >= 0 for width in found)
    assert sum(found) == (1_000 if any(part > 0 for part in parts) else 0)


def test_the_hours_bars_end_before_the_words_of_the_axis():
    hours = [Hour(now_units=5, then_units=9, word="", text="")] * 24
    chart = pair_chart(hours, top_text="100,000", top_units=10, label="")
    last = chart.pairs[-1]
    assert last.then_x + last.then_width <= chart.plot
    assert last.then_x < last.x
    assert last.x + last.width < last.then_x + last.then_width
    assert last.then_height > last.height > 0
