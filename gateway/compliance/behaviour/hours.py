"""A shop's hours: those it set, or those its till kept until now. Pure.

Weekdays and times are the shop's own clock's. A week has 336 slots of half an hour, Monday's
midnight first; a time that the clock shows twice when it is put back is one slot, and one that it
skips has no use. Whoever is at the till in a slot that touches opening hours is within them, so
closing late by less than half an hour is nobody's business.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from gateway.compliance.behaviour.errors import HoursUnreadable
from gateway.compliance.behaviour.rules import BehaviourRules

SLOT_MINUTES: Final = 30
DAY_MINUTES: Final = 24 * 60
DAY_SLOTS: Final = DAY_MINUTES // SLOT_MINUTES
WEEK_DAYS: Final = 7
WEEK_SLOTS: Final = WEEK_DAYS * DAY_SLOTS
MARGIN_SLOTS: Final = 2
"""What was learnt reaches an hour further on both sides: nobody locks up by the minute."""

Answer = Literal["learning", "open", "outside"]
By = Literal["set", "learnt", ""]


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when one is open on a weekday (0 is Monday), in minutes of the day.

    ``closes`` up to 48 hours: what is beyond midnight is the next day's early morning.
    """

    weekday: int
    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not (
            0 <= self.weekday < WEEK_DAYS
            and 0 <= self.opens < DAY_MINUTES
            and self.opens < self.closes <= self.opens + DAY_MINUTES
        ):
            raise HoursUnreadable("A day closes after it opens, at most 24 hours later.")

    def as_plain(self) -> list[int]:
        return [self.weekday, self.opens, self.closes]


def spans_from(told: Sequence[Sequence[int]]) -> tuple[Span, ...]:
    """Read what ``as_plain`` wrote. Raises HoursUnreadable."""
    try:
        return tuple(Span(*one) for one in told)
    except TypeError as error:
        raise HoursUnreadable("Opening hours can't be read.") from error


def open_slots(spans: Collection[Span]) -> frozenset[int]:
    """The week's slots that touch these hours."""
    found: set[int] = set()
    for span in spans:
        start = span.weekday * DAY_MINUTES + span.opens
        end = span.weekday * DAY_MINUTES + span.closes
        first, last = start // SLOT_MINUTES, (end - 1) // SLOT_MINUTES
        found.update(slot % WEEK_SLOTS for slot in range(first, last + 1))
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Slot:
    """Half an hour of a shop's local day."""

    day: date
    number: int

    @property
    def of_week(self) -> int:
        return self.day.weekday() * DAY_SLOTS + self.number


def slot_of(at: datetime, zone: ZoneInfo) -> Slot:
    """The half hour that the shop's clock shows."""
    local = at.astimezone(zone)
    return Slot(local.date(), (local.hour * 60 + local.minute) // SLOT_MINUTES)


@dataclass(frozen=True, slots=True)
class TillDay:
    """In which half hours of a local day somebody was at the till: bit n is slot n."""

    day: date
    slots: int

    def as_plain(self) -> list[str]:
        return [self.day.isoformat(), str(self.slots)]


@dataclass(frozen=True, slots=True)
class HoursJudgement:
    answer: Answer
    by: By

    def as_plain(self) -> dict[str, Any]:
        return {"answer": self.answer, "by": self.by}


def hours_judge(
    *, slot: Slot, spans: Sequence[Span] | None, past: Sequence[TillDay], rules: BehaviourRules
) -> HoursJudgement:
    """Whether a till was used within the shop's hours.

    Args:
        spans: as the shop set them, none of them if it is always closed; None: it set none, and
            what it did on ``past`` days counts: a slot is usual if it, or one within an hour of
            it, was used on the same weekday before, or at that time on two other days.
    """
    if spans is not None:
        return HoursJudgement("open" if slot.of_week in open_slots(spans) else "outside", "set")
    oldest = slot.day - timedelta(weeks=rules.habit_weeks)
    days = [one for one in past if oldest <= one.day < slot.day and one.slots]
    if not days or slot.day - min(one.day for one in days) < timedelta(weeks=rules.least_weeks):
        return HoursJudgement("learning", "")
    near = [one for one in days if _near(one, slot)]
    same = [one for one in near if (slot.day - one.day).days % WEEK_DAYS == 0]
    usual = bool(same) or len(near) > 1
    return HoursJudgement("open" if usual else "outside", "learnt")


def _near(one: TillDay, slot: Slot) -> bool:
    first = max(slot.number - MARGIN_SLOTS, 0)
    last = min(slot.number + MARGIN_SLOTS, DAY_SLOTS - 1)
    return any(one.slots >> number & 1 for number in range(first, last + 1))


def hours_again(told: Mapping[str, Any]) -> dict[str, Any]:
    """The judgement anew, from what stands in an alert's evidence."""
    spans = told["spans"]
    return hours_judge(
        slot=Slot(date.fromisoformat(told["day"]), int(told["slot"])),
        spans=None if spans is None else spans_from(spans),
        past=[TillDay(date.fromisoformat(day), int(slots)) for day, slots in told["past"]],
        rules=BehaviourRules.from_plain(told["rules"]),
    ).as_plain()
