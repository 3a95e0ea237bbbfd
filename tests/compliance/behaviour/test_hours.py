"""Hours are the shop's own clock's, also on the nights in which it is put forward or back."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.compliance.behaviour.errors import HoursUnreadable
from gateway.compliance.behaviour.hours import (
    DAY_SLOTS,
    WEEK_SLOTS,
    Slot,
    Span,
    TillDay,
    hours_again,
    hours_judge,
    open_slots,
    slot_of,
    spans_from,
)
from gateway.compliance.behaviour.rules import HOUSE_RULES

BERLIN, NEW_YORK, KATHMANDU = map(ZoneInfo, ("Europe/Berlin", "America/New_York", "Asia/Kathmandu"))
MONDAY = date(2026, 11, 30)
NINE_TO_SIX = tuple(Span(weekday, 9 * 60, 18 * 60) for weekday in range(6))


def at(hour: float, day: date = MONDAY) -> Slot:
    return Slot(day, int(hour * 2))


def by_hours(slot: Slot, spans: tuple[Span, ...]) -> str:
    return hours_judge(slot=slot, spans=spans, past=[], rules=HOUSE_RULES).answer


def by_habit(slot: Slot, past: list[TillDay]) -> str:
    return hours_judge(slot=slot, spans=None, past=past, rules=HOUSE_RULES).answer


def habit(*, weeks: int = 8, hours: range = range(18, 36), weekdays: range = range(5)):
    """Weekdays from nine to six, as it was."""
    slots = sum(1 << number for number in hours)
    days = (MONDAY - timedelta(days=n) for n in range(1, weeks * 7 + 1))
    return [TillDay(day, slots) for day in days if day.weekday() in weekdays]


def test_a_till_within_its_hours_is_nobodys_business() -> None:
    assert by_hours(at(9), NINE_TO_SIX) == "open"
    assert by_hours(at(17.5), NINE_TO_SIX) == "open"
    assert by_hours(at(18), NINE_TO_SIX) == "outside"
    assert by_hours(at(8.5), NINE_TO_SIX) == "outside"
    assert by_hours(at(12, MONDAY + timedelta(days=6)), NINE_TO_SIX) == "outside"
    assert by_hours(at(12), ()) == "outside"


def test_a_bar_is_open_beyond_midnight_and_beyond_sunday() -> None:
    bar = (Span(6, 18 * 60, 26 * 60),)
    assert by_hours(at(23, date(2026, 11, 29)), bar) == "open"
    assert by_hours(at(1.5), bar) == "open"
    assert by_hours(at(2), bar) == "outside"


def test_hours_that_begin_within_a_slot_open_all_of_it() -> None:
    odd = (Span(0, 9 * 60 + 20, 12 * 60 + 10),)
    assert [by_hours(at(hour), odd) for hour in (8.5, 9, 12, 12.5)] == [
        "outside",
        "open",
        "open",
        "outside",
    ]


@pytest.mark.parametrize(
    "told", [(7, 0, 60), (0, 60, 60), (0, 0, 1441), (0, -1, 5), (0, 1440, 1500)]
)
def test_hours_that_can_not_be_are_refused(told: tuple[int, int, int]) -> None:
    with pytest.raises(HoursUnreadable):
        Span(*told)
    with pytest.raises(HoursUnreadable):
        spans_from([list(told)])


@given(
    st.lists(
        st.builds(
            lambda d, o, n: Span(d, o, o + n),
            st.integers(0, 6),
            st.integers(0, 1439),
            st.integers(1, 1440),
        ),
        max_size=9,
    )
)
def test_hours_are_slots_of_the_week_and_read_back(spans: list[Span]) -> None:
    found = open_slots(spans)
    assert found <= set(range(WEEK_SLOTS))
    assert spans_from([span.as_plain() for span in spans]) == tuple(spans)
    for span in spans:
        assert span.weekday * DAY_SLOTS + span.opens // 30 in found


def test_the_shops_own_clock_counts() -> None:
    moment = datetime(2026, 11, 30, 23, 40, tzinfo=UTC)
    assert slot_of(moment, BERLIN) == Slot(date(2026, 12, 1), 1)
    assert slot_of(moment, NEW_YORK) == Slot(MONDAY, 37)
    assert slot_of(moment, KATHMANDU) == Slot(date(2026, 12, 1), 10)


def test_an_hour_that_comes_twice_is_the_same_half_hours() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert slot_of(first, BERLIN) == slot_of(first + timedelta(hours=1), BERLIN)
    assert slot_of(first, BERLIN) == Slot(date(2026, 10, 25), 5)


def test_an_hour_that_is_skipped_is_never_used() -> None:
    before = datetime(2026, 3, 29, 0, 59, tzinfo=UTC)
    assert slot_of(before, BERLIN).number == 3
    assert slot_of(before + timedelta(minutes=1), BERLIN).number == 6


def test_a_shop_open_by_its_clock_stays_so_when_the_clock_is_changed() -> None:
    for day in (date(2026, 3, 27), date(2026, 3, 30), date(2026, 10, 23), date(2026, 10, 26)):
        opened = datetime(day.year, day.month, day.day, 9, 0, tzinfo=BERLIN)
        assert by_hours(slot_of(opened, BERLIN), NINE_TO_SIX) == "open"
        assert by_hours(slot_of(opened - timedelta(minutes=1), BERLIN), NINE_TO_SIX) == "outside"


@given(st.integers(0, 2**31), st.sampled_from(sorted(available_timezones())))
def test_every_moment_has_a_slot_of_its_local_day(seconds: int, name: str) -> None:
    moment, zone = datetime.fromtimestamp(seconds, tz=UTC), ZoneInfo(name)
    slot, local = slot_of(moment, zone), moment.astimezone(zone)
    assert slot.day == local.date()
    assert 0 <= slot.number < DAY_SLOTS
    assert 0 <= slot.of_week < WEEK_SLOTS
    assert slot.number == local.hour * 2 + (local.minute >= 30)


def test_a_shop_that_set_no_hours_is_judged_by_what_it_did() -> None:
    past = habit()
    assert by_habit(at(12), past) == "open"
    assert by_habit(at(18.5), past) == "open"  # within an hour of the usual
    assert by_habit(at(19.5), past) == "outside"
    assert by_habit(at(3), past) == "outside"
    assert by_habit(at(12, MONDAY + timedelta(days=5)), past) == "open"  # usual on two other days
    assert hours_judge(slot=at(3), spans=None, past=past, rules=HOUSE_RULES).by == "learnt"


def test_one_night_is_no_habit_but_the_same_weekday_is() -> None:
    tuesday = MONDAY - timedelta(days=6)
    assert by_habit(at(3), [*habit(), TillDay(tuesday, 1 << 6)]) == "outside"
    monday = MONDAY - timedelta(days=7)
    assert by_habit(at(3), [*habit(), TillDay(monday, 1 << 6)]) == "open"


def test_too_short_a_past_is_learnt_from_and_tells_nobody() -> None:
    assert by_habit(at(3), []) == "learning"
    assert by_habit(at(3), habit(weeks=HOUSE_RULES.least_weeks - 1)) == "learning"
    old = [TillDay(MONDAY - timedelta(weeks=20), 1 << 24)]
    assert by_habit(at(3), old) == "learning"


@given(st.integers(0, 47), st.integers(1, 2**48 - 1))
def test_a_shop_that_does_what_it_always_did_is_never_told_of(number: int, slots: int) -> None:
    past = [TillDay(MONDAY - timedelta(days=n), slots) for n in range(1, 57)]
    if slots >> number & 1:
        assert by_habit(Slot(MONDAY, number), past) == "open"


def test_a_judgement_comes_out_again_from_its_evidence() -> None:
    past = habit()
    told = {
        "day": MONDAY.isoformat(),
        "slot": 6,
        "spans": None,
        "past": [one.as_plain() for one in past],
        "rules": HOUSE_RULES.as_plain(),
    }
    assert hours_again(told) == {"answer": "outside", "by": "learnt"}
    set_by_shop = told | {"spans": [span.as_plain() for span in NINE_TO_SIX], "past": []}
    assert hours_again(set_by_shop) == {"answer": "outside", "by": "set"}
