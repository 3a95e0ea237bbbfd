"""The desk's states, over made-up series and, where they are at hand, over real ones."""

import csv
from dataclasses import replace
from itertools import pairwise
from math import log, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.market.risk.states import (
    PPM,
    SECONDS_PER_YEAR,
    Observation,
    Risk,
    RiskPolicy,
    RiskState,
    Transition,
    Trigger,
    jump_milli_sigma,
)
from tests.market.market_data import market_file

E18 = 10**18
POLICY = RiskPolicy()
# Far enough from 0 that nothing is taken for the beginning of time.
START_MS = 1_640_995_200_000
NORMAL, WIDE, REDUCE_ONLY, HALT = RiskState


def seen(at_ms, fair=3_000 * E18, **changes):
    plain = Observation(
        at_ms=at_ms, fair=fair, volatility_ppm=720_000, disagreement_ppm=500, sources=3
    )
    return replace(plain, **changes)


def walk(risk, observations, policy=POLICY):
    transitions = []
    for each in observations:
        risk, made = risk.after(each, policy=policy)
        transitions += made
    return risk, transitions


def calm(*, seconds=1_000, start_ms=START_MS, **changes):
    return [seen(start_ms + 1_000 * second, **changes) for second in range(seconds)]


def normal():
    """A desk that has been calm for long, and when it was last looked at."""
    risk, _ = walk(Risk.starting(at_ms=START_MS), calm())
    assert risk.state is NORMAL
    return risk


def test_it_starts_without_promises_and_earns_them_by_being_calm():
    risk, transitions = walk(Risk.starting(at_ms=START_MS), calm())
    assert [(each.before, each.after, each.trigger) for each in transitions] == [
        (REDUCE_ONLY, WIDE, Trigger.CALM),
        (WIDE, NORMAL, Trigger.CALM),
    ]
    assert transitions[0].at_ms - START_MS == POLICY.calm_ms[1]
    assert transitions[1].at_ms - transitions[0].at_ms == POLICY.calm_ms[0]
    assert risk.state is NORMAL


@pytest.mark.parametrize(
    ("changes", "state", "trigger"),
    [
        ({"fair": 3_007 * E18}, REDUCE_ONLY, Trigger.PRICE_JUMP),
        ({"fair": 2_900 * E18}, HALT, Trigger.PRICE_JUMP),
        ({"disagreement_ppm": 5_000}, WIDE, Trigger.SOURCES_DISAGREE),
        ({"disagreement_ppm": 15_000}, REDUCE_ONLY, Trigger.SOURCES_DISAGREE),
        ({"disagreement_ppm": 100_000}, HALT, Trigger.SOURCES_DISAGREE),
        ({"sources": 1}, REDUCE_ONLY, Trigger.TOO_FEW_SOURCES),
        ({"sources": 0, "fair": 0}, HALT, Trigger.TOO_FEW_SOURCES),
        ({"inventory": -7, "inventory_bound": 10}, WIDE, Trigger.INVENTORY),
        ({"inventory": 10, "inventory_bound": 10}, REDUCE_ONLY, Trigger.INVENTORY),
        ({"inventory": 1, "inventory_bound": 0}, HALT, Trigger.INVENTORY),
        ({"loss": 50, "loss_bound": 100}, WIDE, Trigger.DAILY_LOSS),
        ({"loss": 100, "loss_bound": 100}, HALT, Trigger.DAILY_LOSS),
        ({"halted": True}, HALT, Trigger.BY_HAND),
    ],
)
def test_each_trigger_enters_its_state_at_once_and_says_why(changes, state, trigger):
    risk = normal()
    after, (transition,) = walk(risk, [seen(risk.seen_ms + 6_000, **changes)])
    assert (after.state, after.trigger) == (state, trigger)
    assert (transition.before, transition.after, transition.trigger) == (NORMAL, state, trigger)
    assert transition.measure >= transition.limit > 0


@pytest.mark.parametrize("changes", [{"loss": -500, "loss_bound": 100}, {"disagreement_ppm": 0}])
def test_a_gain_or_agreement_triggers_nothing(changes):
    risk = normal()
    assert walk(risk, [seen(risk.seen_ms + 1_000, **changes)])[1] == []


def test_it_comes_back_one_state_at_a_time_and_only_when_it_stays_calm():
    risk = normal()
    start = risk.seen_ms + 1_000
    risk, _ = walk(risk, [seen(start, disagreement_ppm=40_000)])
    assert risk.state is HALT
    # Just under the limit that was passed is not calm yet.
    risk, made = walk(risk, calm(seconds=2_000, start_ms=start, disagreement_ppm=29_000))
    assert (risk.state, made) == (HALT, [])
    quiet = risk.seen_ms + 1_000
    risk, made = walk(risk, calm(seconds=1_400, start_ms=quiet))
    assert [each.after for each in made] == [REDUCE_ONLY, WIDE, NORMAL]
    assert {each.trigger for each in made} == {Trigger.CALM}
    waits = [b.at_ms - a for a, b in zip([quiet, *(m.at_ms for m in made)], made, strict=False)]
    assert waits == [*reversed(POLICY.calm_ms)]


def test_what_flickers_stays_bad():
    risk = normal()
    flicker = [
        seen(risk.seen_ms + 1_000 * (i + 1), disagreement_ppm=6_000 if i % 60 == 0 else 0)
        for i in range(3_000)
    ]
    risk, made = walk(risk, flicker)
    assert risk.state is WIDE
    assert len(made) == 1


def test_the_first_word_after_a_silence_is_not_trusted():
    risk = normal()
    after, (transition,) = walk(risk, [seen(risk.seen_ms + 30_001)])
    assert (after.state, transition.trigger) == (WIDE, Trigger.STALE_INPUT)


def slide(*, basis_points, minutes, start_ms, step_seconds=5):
    """A straight fall of so much, its noise left out."""
    steps = minutes * 60 // step_seconds
    return [
        seen(
            start_ms + step * step_seconds * 1_000,
            fair=3_000 * E18 * (10_000 * steps - basis_points * step) // (10_000 * steps),
        )
        for step in range(1, steps + 1)
    ]


def test_a_slide_of_535_bp_in_30_minutes_is_noticed_though_no_step_of_it_is_large():
    risk = normal()
    start = risk.seen_ms
    slid = slide(basis_points=535, minutes=30, start_ms=start)
    lone = [
        jump_milli_sigma(
            fair=b.fair,
            last=a.fair,
            elapsed_ms=b.at_ms - a.at_ms,
            volatility_ppm=720_000,
            floor_ppm=0,
        )
        for a, b in pairwise(slid)
    ]
    assert max(lone) < POLICY.jump_milli_sigma[0]
    risk, made = walk(risk, slid)
    assert [(each.after, each.trigger) for each in made] == [
        (WIDE, Trigger.PRICE_JUMP),
        (REDUCE_ONLY, Trigger.PRICE_JUMP),
    ]
    # Promises are shortened before a tenth of the way and end before half of it.
    fallen = [(each.at_ms - start) * 535 // (30 * 60_000) for each in made]
    assert fallen[0] < 120
    assert fallen[1] < 300
    # It comes back once the market has stood still for longer than it remembers.
    risk, made = walk(
        risk,
        calm(seconds=4_000, start_ms=risk.seen_ms + 1_000, fair=slid[-1].fair),
    )
    assert [each.after for each in made] == [WIDE, NORMAL]


def depeg(low, *, start_ms, minutes=240):
    """Down to ``low`` in the first quarter, there for half, back in the last."""
    quarter = minutes * 60 // 4
    series = []
    for second in range(0, minutes * 60, 5):
        if second < quarter:
            price = 1 - (1 - low) * second / quarter
        elif second < 3 * quarter:
            price = low
        else:
            price = low + (1 - low) * (second - 3 * quarter) / quarter
        series.append((start_ms + second * 1_000, int(price * 10_000) * E18 // 10_000))
    return series


def stable(at_ms, fair, volatility_ppm=100_000):
    return seen(at_ms, fair=fair, peg=E18, volatility_ppm=volatility_ppm)


@pytest.mark.parametrize(
    ("volatility_ppm", "trigger"),
    [(100_000, Trigger.PRICE_JUMP), (5_000_000, Trigger.OFF_PEG)],
)
def test_a_stablecoin_that_falls_to_88_cents_is_stopped_on_the_way_and_let_back_late(
    volatility_ppm, trigger
):
    risk, _ = walk(
        Risk.starting(at_ms=START_MS), [stable(each.at_ms, E18) for each in calm(seconds=800)]
    )
    assert risk.state is NORMAL
    series = depeg(0.88, start_ms=risk.seen_ms + 1_000)
    states = []
    transitions = []
    for at_ms, fair in series:
        risk, made = walk(risk, [stable(at_ms, fair, volatility_ppm)])
        states.append((fair, risk.state))
        transitions += made
    for fair, state in states:
        off_ppm = (E18 - fair) * PPM // E18
        # Whatever the speed, no lock is promised at a percent off, and all stops at three.
        if off_ppm >= 10_000:
            assert state >= REDUCE_ONLY
        if off_ppm >= 30_000:
            assert state is HALT
    assert transitions[0].trigger is trigger
    assert risk.state > NORMAL
    risk, _ = walk(
        risk,
        [stable(risk.seen_ms + 1_000 * second, E18) for second in range(1, 4_000)],
    )
    assert risk.state is NORMAL


@given(
    st.lists(
        st.builds(
            dict,
            gap_ms=st.integers(-100_000, 100_000),
            fair=st.sampled_from([0, 1, E18, 3_000 * E18, 3_100 * E18, 2**128]),
            disagreement_ppm=st.integers(0, 60_000),
            sources=st.integers(0, 4),
            inventory=st.integers(-30, 30),
            inventory_bound=st.integers(0, 20),
            loss=st.integers(-200, 200),
            loss_bound=st.integers(0, 150),
            volatility_ppm=st.integers(0, 5_000_000),
        ),
        max_size=60,
    )
)
def test_whatever_happens_it_gets_worse_for_a_reason_and_better_step_by_step(stream):
    risk, at_ms = Risk.starting(at_ms=START_MS), START_MS
    for each in stream:
        at_ms += each["gap_ms"]
        fields = {name: value for name, value in each.items() if name != "gap_ms"}
        before = risk
        risk, made = risk.after(Observation(at_ms=at_ms, **fields), policy=POLICY)
        assert len(made) <= 1
        assert bool(made) == (risk.state is not before.state)
        for transition in made:
            assert (transition.before, transition.after) == (before.state, risk.state)
            if transition.after < transition.before:
                assert transition.after == transition.before - 1
                assert transition.trigger is Trigger.CALM
            else:
                assert transition.trigger is not Trigger.CALM
                assert transition.measure >= transition.limit
        assert len(risk.values) <= POLICY.horizon_ms // POLICY.sample_ms + 3


# --- clocks that go backwards -----------------------------------------------------------------

HOUR_MS = 3_600_000


@pytest.mark.parametrize("back_ms", [1, 5_000, HOUR_MS])
@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"halted": True}, HALT),
        ({"fair": 2_900 * E18}, HALT),
        ({"disagreement_ppm": 15_000}, REDUCE_ONLY),
        ({"sources": 0, "fair": 0}, HALT),
    ],
)
def test_a_clock_set_back_keeps_no_danger_from_being_seen(changes, state, back_ms):
    """A switch pulled just then, or a crash, does not wait until the clock is late again."""
    risk = normal()
    after, (made,) = walk(risk, [seen(risk.seen_ms - back_ms, **changes)])
    assert (after.state, made.after, made.at_ms) == (state, state, risk.seen_ms - back_ms)


def test_a_clock_set_back_gives_no_calm_and_takes_none():
    risk = normal()
    start = risk.seen_ms + 1_000
    risk, _ = walk(risk, [seen(start, disagreement_ppm=5_000)])
    assert risk.state is WIDE
    needed = POLICY.calm_ms[0] // 1_000
    risk, made = walk(risk, calm(seconds=needed // 2, start_ms=start + 1_000))
    assert made == []
    back = risk.seen_ms - HOUR_MS
    risk, made = walk(risk, calm(seconds=needed // 2, start_ms=back))
    assert (risk.state, made) == (WIDE, [])
    risk, made = walk(risk, calm(seconds=2, start_ms=risk.seen_ms + 1_000))
    assert [each.after for each in made] == [NORMAL]


def test_a_slide_is_seen_across_a_clock_that_was_set_back():
    """What is remembered moves with the clock: the price of ten minutes ago stays ten old."""
    risk = normal()
    start = risk.seen_ms
    straight, _ = walk(risk, [seen(start + 1_000, fair=2_940 * E18)])
    by_way, _ = walk(risk, [seen(start - HOUR_MS), seen(start - HOUR_MS + 1_000, fair=2_940 * E18)])
    assert (by_way.state, by_way.trigger) == (straight.state, straight.trigger)
    assert by_way.state is HALT


def test_a_silence_is_no_calm():
    """Ten minutes in which nobody looked bring it no nearer to promises, nor a clock set ahead."""
    risk = normal()
    risk, _ = walk(risk, [seen(risk.seen_ms + 1_000, disagreement_ppm=15_000)])
    assert risk.state is REDUCE_ONLY
    risk, made = walk(risk, calm(seconds=10, start_ms=risk.seen_ms + 1_000))
    assert made == []
    after, made = walk(risk, [seen(risk.seen_ms + 10 * 60_000)])
    assert (after.state, made) == (REDUCE_ONLY, [])
    _, made = walk(after, calm(seconds=301, start_ms=after.seen_ms + 1_000))
    assert [each.after for each in made] == [WIDE]


@pytest.mark.parametrize(
    "wrong",
    [
        {"peg_ppm": (10, 5, 20)},
        {"loss_ppm": (0, 1, 2)},
        {"relax_ppm": 0},
        {"relax_ppm": 1_000_001},
    ],
)
def test_limits_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError):
        RiskPolicy(**wrong)


def real_minutes():
    with market_file("btc_1m_2022-01.csv").open() as file:
        return [round(float(row["close"]) * 100) * E18 // 100 for row in csv.DictReader(file)]


def test_real_minutes_of_january_2022_are_mostly_normal_and_their_worst_half_hours_are_not():
    closes = real_minutes()
    # A minute is longer than a real desk is ever silent.
    policy = replace(POLICY, max_silence_ms=120_000)
    risk = Risk.starting(at_ms=START_MS)
    variance = 0.72**2 / SECONDS_PER_YEAR * 60
    time_in = dict.fromkeys(RiskState, 0)
    states = []
    for minute, close in enumerate(closes):
        if minute:
            variance += (log(close / closes[minute - 1]) ** 2 - variance) / 720
        volatility = round(sqrt(variance / 60 * SECONDS_PER_YEAR) * PPM)
        risk, _ = risk.after(
            seen(START_MS + minute * 60_000, fair=close, volatility_ppm=volatility), policy=policy
        )
        time_in[risk.state] += 1
        states.append(risk.state)
    assert time_in[NORMAL] > len(closes) * 0.8
    moves = [
        (abs(closes[end] - closes[end - 30]) * 10_000 // closes[end - 30], end)
        for end in range(30, len(closes))
    ]
    worst, end = max(moves)
    assert worst >= 500
    assert max(states[end - 30 : end + 1]) >= REDUCE_ONLY


def test_a_transition_is_a_plain_record():
    made = Transition(START_MS, NORMAL, HALT, Trigger.OFF_PEG, 120_000, 30_000)
    assert (made.trigger.value, made.after.name) == ("off_peg", "HALT")
