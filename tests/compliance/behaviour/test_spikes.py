"""A day stands out by how it is to other days, and by nothing else."""

from fractions import Fraction
from statistics import median as statistics_median

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gateway.compliance.behaviour.errors import BehaviourRulesUnreadable
from gateway.compliance.behaviour.rules import HOUSE_RULES, BehaviourRules
from gateway.compliance.behaviour.spikes import Day, median, spike_again, spike_judge, spread

PAST = st.lists(st.builds(Day, st.integers(0, 40), st.integers(0, 10**9)), min_size=7, max_size=28)


def judged(today: Day, own: list[Day], shop: list[Day] | None = None):
    return spike_judge(today=today, own=own, shop=own if shop is None else shop, rules=HOUSE_RULES)


@given(st.lists(st.integers(-(10**20), 10**20), min_size=1, max_size=30))
def test_the_median_is_the_textbooks(values: list[int]) -> None:
    assert median(values) == statistics_median(Fraction(value) for value in values)
    assert spread([*values, max(values)]) >= 0


def test_the_deviation_is_the_textbooks() -> None:
    # Leys et al., Journal of Experimental Social Psychology 49 (2013), 764: the series and its MAD.
    assert median([1, 3, 3, 6, 8, 10, 10, 1000]) == 7
    assert spread([1, 3, 3, 6, 8, 10, 10, 1000]) == Fraction(7, 2)


@given(st.integers(0, 40), st.integers(0, 10**9), st.integers(7, 28))
def test_days_that_are_all_alike_never_alert(count: int, units: int, days: int) -> None:
    day = Day(count, units if count else 0)
    assert not judged(day, [day] * days).is_spike


@given(PAST, st.integers(0, 60), st.integers(0, 10**10), st.integers(2, 10**6))
def test_another_currency_unit_changes_nothing(
    past: list[Day], count: int, units: int, factor: int
) -> None:
    scaled = [Day(day.count, day.units * factor) for day in past]
    one = judged(Day(count, units), past)
    other = judged(Day(count, units * factor), scaled)
    assert (one.count, one.amount) == (other.count, other.amount)


@given(PAST, st.integers(0, 60), st.integers(0, 10**10), st.integers(0, 50), st.integers(0, 10**10))
def test_more_is_never_less_of_a_spike(
    past: list[Day], count: int, units: int, more: int, further: int
) -> None:
    one, other = judged(Day(count, units), past), judged(Day(count + more, units + further), past)
    if one.count == "spike":
        assert other.count == "spike"
    if one.amount == "spike":
        assert other.amount == "spike"


@given(PAST, st.randoms())
def test_the_order_of_the_past_says_nothing(past: list[Day], random) -> None:
    mixed = list(past)
    random.shuffle(mixed)
    assert judged(Day(9, 10**6), past) == judged(Day(9, 10**6), mixed)


@given(st.lists(st.builds(Day, st.integers(0, 3), st.just(0)), min_size=20, max_size=28))
def test_one_wild_day_in_the_past_hides_no_other(past: list[Day]) -> None:
    assume(sum(day.count > 1 for day in past) < 8)
    wild = [*past[1:], Day(10_000, 0)]
    assert judged(Day(30, 0), wild).count == "spike"


def test_a_cashier_is_judged_beside_the_whole_shop_too() -> None:
    calm, busy = [Day(0, 0)] * 20, [Day(30, 3_000)] * 20
    assert judged(Day(9, 900), calm).count == "spike"
    assert judged(Day(9, 900), calm, shop=busy).count == "usual"
    assert judged(Day(9, 900), [], shop=calm).count == "spike"
    assert judged(Day(9, 900), calm[:6], shop=[]).count == "learning"


def test_few_are_not_worth_telling_but_one_large_amount_is() -> None:
    past = [Day(1, 1_000)] * 20
    assert judged(Day(HOUSE_RULES.least_count - 1, 3_000), [Day(0, 0)] * 20).count == "usual"
    assert judged(Day(1, 2_000), past).amount == "usual"
    assert judged(Day(1, 100_000), past).amount == "spike"


def test_a_judgement_comes_out_again_from_its_evidence() -> None:
    own, shop = [Day(n % 3, n * 10**20) for n in range(20)], [Day(1, 7)] * 9
    told = {
        "today": Day(40, 10**24).as_plain(),
        "own": [day.as_plain() for day in own],
        "shop": [day.as_plain() for day in shop],
        "rules": HOUSE_RULES.as_plain(),
    }
    assert spike_again(told) == judged(Day(40, 10**24), own, shop).as_plain()
    assert spike_again(told)["count"] == "spike"


@pytest.mark.parametrize(
    "told",
    [
        {"version": "x"},
        {"version": "x", "reason": " "},
        {"version": "x", "reason": "y", "least_count": 0},
        {"version": "x", "reason": "y", "least_count": True},
        {"version": "x", "reason": "y", "least_count": 1.5},
        {"version": "x", "reason": "y", "score_bps": 10_000},
        {"version": "x", "reason": "y", "least_days": 99},
        {"version": "x", "reason": "y", "score_burn_in": 9_999},
        {"version": "x", "reason": "y", "typo": 1},
    ],
)
def test_rules_that_make_no_sense_are_refused(told: dict[str, object]) -> None:
    with pytest.raises(BehaviourRulesUnreadable):
        BehaviourRules.from_plain(told)


def test_rules_are_read_as_they_were_written() -> None:
    assert BehaviourRules.from_plain(HOUSE_RULES.as_plain()) == HOUSE_RULES
