"""Capital is divided by one rule: nothing is made or lost, the float first, limits kept."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.market.dividing.proposing import (
    PPM,
    Division,
    DivisionPolicy,
    Measured,
    Use,
    Why,
    divide,
)

OTHERS = (Use.RANGES, Use.ORDERS, Use.EXCHANGES)
CENTS = st.integers(0, 10**10)
EARNED = st.one_of(st.none(), st.integers(-(10**8), 10**8))
USES = st.tuples(
    *(st.builds(Measured, st.just(use), CENTS, CENTS, EARNED, CENTS) for use in OTHERS)
)
POLICIES = st.builds(
    DivisionPolicy,
    target_use_ppm=st.integers(1, PPM),
    band_ppm=st.integers(0, PPM),
    least_change=st.integers(0, 10**6),
    most_step_ppm=st.integers(1, PPM),
)
AT_ONCE = DivisionPolicy(band_ppm=0, least_change=0, most_step_ppm=PPM)


def use(name: Use, placed: int, used: int, earned: int | None = 0, most: int = 10**10) -> Measured:
    return Measured(name, placed, used, earned, most)


@given(USES, CENTS, CENTS, POLICIES)
def test_no_cent_is_made_or_lost_and_no_use_is_below_nothing(
    uses: tuple[Measured, ...], in_float: int, need: int, policy: DivisionPolicy
) -> None:
    found = divide(uses, in_float=in_float, need=need, policy=policy)
    assert [each.use for each in found.proposals] == list(Use)
    assert sum(each.wanted for each in found.proposals) == found.capital
    assert sum(each.placed for each in found.proposals) == found.capital
    assert sum(each.change for each in found.proposals) == 0
    assert all(each.wanted >= 0 and each.reasons for each in found.proposals)
    step = found.capital * policy.most_step_ppm // PPM
    for each in found.proposals[1:]:
        assert abs(each.change) <= step


@given(USES, CENTS, CENTS, POLICIES)
def test_nothing_grows_that_loses_or_that_nobody_measured_or_beyond_its_limit(
    uses: tuple[Measured, ...], in_float: int, need: int, policy: DivisionPolicy
) -> None:
    found = divide(uses, in_float=in_float, need=need, policy=policy)
    for told in uses:
        proposal = found.of(told.use)
        if proposal.change > 0:
            assert told.earned is not None and told.earned >= 0
            assert told.placed and proposal.wanted <= told.most
            assert Why.BUSY in proposal.reasons
            assert told.used * PPM > told.placed * policy.target_use_ppm


@given(USES, CENTS, CENTS, POLICIES)
def test_the_float_comes_first(
    uses: tuple[Measured, ...], in_float: int, need: int, policy: DivisionPolicy
) -> None:
    found = divide(uses, in_float=in_float, need=need, policy=policy)
    rest = found.of(Use.FLOAT).wanted
    if any(each.change > 0 for each in found.proposals[1:]):
        assert rest >= need
    if need - rest > policy.least_change:
        # Short all the same: each of the others has given all of it, or as much as a step is.
        step = found.capital * policy.most_step_ppm // PPM
        for each in found.proposals[1:]:
            assert each.wanted == 0 or -each.change >= step
        assert found.of(Use.FLOAT).reasons == (Why.FLOAT_SHORT,)


@given(USES, CENTS, CENTS, POLICIES)
def test_the_order_they_are_told_in_changes_nothing(
    uses: tuple[Measured, ...], in_float: int, need: int, policy: DivisionPolicy
) -> None:
    found = divide(uses, in_float=in_float, need=need, policy=policy)
    assert divide(uses[::-1], in_float=in_float, need=need, policy=policy) == found


@given(USES, CENTS, CENTS, POLICIES)
def test_a_division_that_was_carried_out_is_one_to_rest_at(
    uses: tuple[Measured, ...], in_float: int, need: int, policy: DivisionPolicy
) -> None:
    policy = replace(policy, most_step_ppm=PPM)
    first = divide(uses, in_float=in_float, need=need, policy=policy)
    after = tuple(replace(each, placed=first.of(each.use).wanted) for each in uses)
    second = divide(after, in_float=first.of(Use.FLOAT).wanted, need=need, policy=policy)
    for each in second.proposals:
        if each.use is not Use.FLOAT:
            assert each.change >= 0 or Why.FLOAT_FIRST not in each.reasons
            # What shrank does not shrink again, and nothing swings back.
            assert first.of(each.use).change * each.change >= 0


@given(USES, CENTS, CENTS, st.integers(0, 10**8))
def test_a_use_that_earned_more_is_never_given_less(
    uses: tuple[Measured, ...], in_float: int, need: int, more: int
) -> None:
    ranges = uses[0]
    if ranges.earned is None:
        return
    before = divide(uses, in_float=in_float, need=need, policy=AT_ONCE)
    better = (replace(ranges, earned=ranges.earned + more), *uses[1:])
    after = divide(better, in_float=in_float, need=need, policy=AT_ONCE)
    assert after.of(Use.RANGES).wanted >= before.of(Use.RANGES).wanted


def told(found: Division) -> dict[str, tuple[int, tuple[str, ...]]]:
    return {
        each.use.value: (each.wanted, tuple(why.value for why in each.reasons))
        for each in found.proposals
    }


def test_a_day_in_figures() -> None:
    """$1M: ranges are busy and earn, orders lie idle, exchanges are used and unmeasured."""
    found = divide(
        [
            use(Use.RANGES, 10_000_000, 10_000_000, 50_000, most=13_000_000),
            use(Use.ORDERS, 10_000_000, 3_500_000, 1_000),
            use(Use.EXCHANGES, 20_000_000, 20_000_000, None),
        ],
        in_float=60_000_000,
        need=50_000_000,
        policy=DivisionPolicy(),
    )
    assert told(found) == {
        "float": (62_000_000, ("takes_the_rest",)),
        "ranges": (13_000_000, ("busy", "at_limit")),
        "orders": (5_000_000, ("idle",)),
        "exchanges": (20_000_000, ("return_unknown",)),
    }


def test_the_worst_return_gives_first_what_the_float_lacks() -> None:
    found = divide(
        [
            use(Use.RANGES, 10_000, 7_000, 100),
            use(Use.ORDERS, 10_000, 7_000, 10),
            use(Use.EXCHANGES, 10_000, 7_000, None),
        ],
        in_float=10_000,
        need=25_000,
        policy=AT_ONCE,
    )
    assert told(found) == {
        "float": (25_000, ("takes_the_rest",)),
        "ranges": (10_000, ("within_band",)),
        "orders": (5_000, ("within_band", "float_first")),
        "exchanges": (0, ("within_band", "float_first")),
    }


def test_what_loses_is_taken_back_by_steps() -> None:
    policy = DivisionPolicy(most_step_ppm=100_000)
    found = divide(
        [use(Use.RANGES, 5_000_000, 5_000_000, -1)], in_float=5_000_000, need=0, policy=policy
    )
    assert told(found)["ranges"] == (4_000_000, ("loses", "by_steps"))


def test_nothing_is_begun_and_little_is_left_alone() -> None:
    found = divide(
        [
            use(Use.RANGES, 0, 0, None),
            use(Use.ORDERS, 1_000_000, 660_000, 5),
            use(Use.EXCHANGES, 3_040_000, 3_000_000, 5, most=3_000_000),
        ],
        in_float=9_000_000,
        need=1_000_000,
        policy=DivisionPolicy(),
    )
    assert not found.is_change
    assert told(found)["ranges"] == (0, ("not_in_use",))
    assert told(found)["orders"] == (1_000_000, ("within_band",))
    assert told(found)["exchanges"] == (3_040_000, ("busy", "at_limit"))


@pytest.mark.parametrize(
    "uses",
    [
        [use(Use.FLOAT, 1, 1)],
        [use(Use.RANGES, 1, 1), use(Use.RANGES, 1, 1)],
        [use(Use.RANGES, -1, 1)],
    ],
)
def test_what_makes_no_sense_is_refused(uses: list[Measured]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        divide(uses, in_float=0, need=0, policy=AT_ONCE)


@pytest.mark.parametrize(
    "bad", [{"target_use_ppm": 0}, {"most_step_ppm": PPM + 1}, {"least_change": -1}]
)
def test_a_policy_without_sense_is_none(bad: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        DivisionPolicy(**bad)
