"""Whether a day stands out among earlier ones: exact, and not misled by one wild day. Pure.

A day stands out if it is more than so many median absolute deviations above the median, a modified
z-score above 3.5 (Iglewicz and Hoaglin, How to Detect and Handle Outliers, 1993): 3.5 ÷ 0.6745 =
5.1891 deviations. Whole numbers and fractions only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, Literal

from gateway.compliance.behaviour.rules import BehaviourRules

BPS: Final = 10_000
LEAST_SHARE: Final = 2
"""Amounts of alike days differ by half of the median at least: a past that hardly varies would
else make a spike of every cent."""

Answer = Literal["learning", "usual", "spike"]


@dataclass(frozen=True, slots=True)
class Day:
    """What one person did on one day: how often, and minor units in all."""

    count: int
    units: int

    def as_plain(self) -> list[str]:
        return [str(self.count), str(self.units)]

    @classmethod
    def from_plain(cls, told: Sequence[str]) -> "Day":
        return cls(int(told[0]), int(told[1]))


@dataclass(frozen=True, slots=True)
class SpikeJudgement:
    """``bound_…`` is what the day had to be above; None where no past was long enough."""

    count: Answer
    amount: Answer
    bound_count: Fraction | None
    bound_units: Fraction | None

    @property
    def is_spike(self) -> bool:
        return "spike" in (self.count, self.amount)

    def as_plain(self) -> dict[str, Any]:
        return {
            "count": self.count,
            "amount": self.amount,
            "bound_count": _text(self.bound_count),
            "bound_units": _text(self.bound_units),
        }


def median(values: Sequence[int] | Sequence[Fraction]) -> Fraction:
    """The middle one, or half way between the two in the middle.

    Raises:
        ValueError: of nothing there is none.
    """
    if not values:
        raise ValueError("no values")
    ordered = sorted(Fraction(value) for value in values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def spread(values: Sequence[int]) -> Fraction:
    """The median of the distances from the median. Raises ValueError."""
    middle = median(values)
    return median([abs(value - middle) for value in values])


def spike_judge(
    *, today: Day, own: Sequence[Day], shop: Sequence[Day], rules: BehaviourRules
) -> SpikeJudgement:
    """How a person's day stands to their own past and to the days of everybody in the shop.

    It must stand out against each past that is long enough. How often counts on every day, those
    with none too; amounts are compared with the days on which there were any.

    Args:
        own, shop: days before today, days without any as zeros.
    """
    by_count = _bound(
        [[day.count for day in days] for days in (own, shop)], rules=rules, floor=_floor_one
    )
    by_units = _bound(
        [[day.units for day in days if day.units > 0] for days in (own, shop)],
        rules=rules,
        floor=_floor_share,
    )
    is_worth = today.count >= rules.least_count
    return SpikeJudgement(
        count=_answer(today.count, by_count, is_worth=is_worth),
        amount=_answer(today.units, by_units, is_worth=True),
        bound_count=by_count,
        bound_units=by_units,
    )


def _floor_one(middle: Fraction) -> Fraction:
    return Fraction(1)


def _floor_share(middle: Fraction) -> Fraction:
    return middle / LEAST_SHARE


def _bound(pasts: Sequence[Sequence[int]], *, rules: BehaviourRules, floor: Any) -> Fraction | None:
    """The highest bound of the pasts that are long enough; None if none is."""
    bounds = []
    for past in pasts:
        if len(past) < rules.least_days:
            continue
        middle = median(past)
        wide = max(spread(past), floor(middle))
        bounds.append(middle + wide * Fraction(rules.spread_bps, BPS))
    return max(bounds) if bounds else None


def _answer(today: int, bound: Fraction | None, *, is_worth: bool) -> Answer:
    if bound is None:
        return "learning"
    return "spike" if is_worth and today > bound else "usual"


def _text(value: Fraction | None) -> str | None:
    return None if value is None else f"{value.numerator}/{value.denominator}"


def days_from(told: Sequence[Sequence[str]]) -> list[Day]:
    """Days as evidence holds them."""
    return [Day.from_plain(one) for one in told]


def spike_again(told: Mapping[str, Any]) -> dict[str, Any]:
    """The judgement anew, from what stands in an alert's evidence."""
    return spike_judge(
        today=Day.from_plain(told["today"]),
        own=days_from(told["own"]),
        shop=days_from(told["shop"]),
        rules=BehaviourRules.from_plain(told["rules"]),
    ).as_plain()
