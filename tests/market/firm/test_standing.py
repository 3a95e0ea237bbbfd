"""A maker that can't be relied on rests, longer each time, and never for ever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.market.firm.standing import (
    FIRST_PAUSE_MS,
    FORGET_MS,
    LONGEST_PAUSE_MS,
    Outcome,
    Standing,
    after,
)

MINUTE = 60_000
NOW = 1_800_000_000_000
FAULTS = sorted(FIRST_PAUSE_MS)


def test_pauses_double() -> None:
    standing, pauses = Standing(), []
    now = NOW
    for _ in range(5):
        standing = after(standing, Outcome.LATE, now_ms=now)
        pauses.append((standing.excluded_until_ms - now) // MINUTE)
        now = standing.excluded_until_ms
    assert pauses == [1, 2, 4, 8, 16]
    assert not standing.is_excluded(now_ms=now)
    assert standing.is_excluded(now_ms=now - 1)


def test_a_failure_on_chain_weighs_more_than_silence() -> None:
    late, invalid, failed = (
        after(Standing(), outcome, now_ms=NOW).excluded_until_ms
        for outcome in (Outcome.LATE, Outcome.INVALID, Outcome.FAILED)
    )
    assert NOW < late < invalid < failed


def test_good_answers_do_not_wipe_the_slate_and_a_fill_does() -> None:
    standing = after(Standing(), Outcome.INVALID, now_ms=NOW)
    for outcome in (Outcome.ANSWERED, Outcome.DECLINED):
        assert after(standing, outcome, now_ms=NOW + MINUTE) == standing
    filled = after(standing, Outcome.FILLED, now_ms=NOW + MINUTE)
    assert filled == Standing(0, standing.excluded_until_ms)


def test_a_day_without_a_fault_is_a_new_beginning() -> None:
    standing = Standing(9, NOW)
    assert after(standing, Outcome.LATE, now_ms=NOW + FORGET_MS - 1).faults == 10
    assert after(standing, Outcome.LATE, now_ms=NOW + FORGET_MS).faults == 1


@given(st.lists(st.tuples(st.sampled_from(list(Outcome)), st.integers(-MINUTE, 10**8))))
def test_whatever_comes_the_pause_is_bounded_and_never_shortened(
    story: list[tuple[Outcome, int]],
) -> None:
    standing, now = Standing(), NOW
    latest = NOW
    for outcome, passed in story:
        now = max(NOW, now + passed)
        latest = max(latest, now)
        before, standing = standing, after(standing, outcome, now_ms=now)
        assert standing.excluded_until_ms >= before.excluded_until_ms
        assert standing.excluded_until_ms <= latest + LONGEST_PAUSE_MS
        if outcome in FIRST_PAUSE_MS:
            assert standing.excluded_until_ms >= now + FIRST_PAUSE_MS[outcome]
            assert standing.faults >= 1


@pytest.mark.parametrize("outcome", FAULTS)
@given(faults=st.integers(0, 10_000))
def test_more_faults_never_pause_less(outcome: Outcome, faults: int) -> None:
    fewer = after(Standing(faults, NOW), outcome, now_ms=NOW)
    more = after(Standing(faults + 1, NOW), outcome, now_ms=NOW)
    assert fewer.excluded_until_ms <= more.excluded_until_ms
