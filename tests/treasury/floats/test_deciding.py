"""When a float is short, from where it is filled, and within which bounds. Pure."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.treasury.floats.deciding import (
    E18,
    FloatPolicy,
    Refill,
    Rest,
    Sight,
    Source,
    Way,
    Why,
    decide_refill,
)
from gateway.treasury.floats.replaying import decided_again, parts_of

DOLLAR, ETHER = 10**6, 10**18
POLICY = FloatPolicy(
    cover_ppm=1_000_000,
    low_ppm=1_000_000,
    full_ppm=1_200_000,
    least_cents=10_000,
    most_cents=2_500_000,
    most_daily_cents=4_000_000,
)
WETH = Source(Way.CONVERT, "WETH@1", units=15_000 * DOLLAR, gives=5 * ETHER)
PAPER = Source(Way.MOVE, "paper", units=90_000 * DOLLAR, gives=90_000 * DOLLAR)
COLD = Source(Way.PERSON, "custody:cold:1", units=500_000 * DOLLAR, gives=500_000 * DOLLAR)
SHORT = Sight(
    held=95_000 * DOLLAR,
    coming=0,
    reserved=20_000 * DOLLAR,
    available=80_000 * DOLLAR,
    decimals=6,
    usd=E18,
    sources=(COLD, PAPER, WETH),
)


def test_what_the_desk_holds_is_sold_first_as_much_as_there_is() -> None:
    assert decide_refill(SHORT, POLICY) == Refill(Way.CONVERT, "WETH@1", 15_000 * DOLLAR, 5 * ETHER)


def test_only_what_is_missing_to_full_is_brought_and_only_that_is_given() -> None:
    sight = replace(SHORT, held=99_000 * DOLLAR, coming=19_500 * DOLLAR)
    assert decide_refill(sight, POLICY) == Refill(Way.CONVERT, "WETH@1", 1_500 * DOLLAR, ETHER // 2)


def test_an_exchange_comes_next_within_what_one_refill_may_be_of() -> None:
    sight = replace(SHORT, held=0, sources=(COLD, PAPER))
    told = decide_refill(sight, POLICY)
    assert told == Refill(Way.MOVE, "paper", 25_000 * DOLLAR, 25_000 * DOLLAR)


def test_a_person_is_asked_last_and_for_all_of_it() -> None:
    told = decide_refill(replace(SHORT, held=0, sources=(COLD,)), POLICY)
    assert told == Refill(Way.PERSON, "custody:cold:1", 120_000 * DOLLAR, 120_000 * DOLLAR)


def test_what_is_not_where_the_books_have_it_is_left_for_what_is() -> None:
    doubtful = replace(WETH, differs=True)
    told = decide_refill(replace(SHORT, sources=(COLD, PAPER, doubtful)), POLICY)
    assert isinstance(told, Refill) and told.name == "paper"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"held": 100_000 * DOLLAR}, Why.ENOUGH),
        ({"coming": 25_000 * DOLLAR}, Why.UNDER_WAY),
        ({"under_way": True}, Why.UNDER_WAY),
        ({"resting": True}, Why.RESTING),
        ({"halted": True}, Why.HALTED),
        ({"allowed": False}, Why.SWITCHED_OFF),
        ({"usd": 0}, Why.NO_PRICE),
        ({"sources": ()}, Why.NO_SOURCE),
        ({"sources": (WETH, PAPER), "spent_cents": 3_995_000}, Why.DAY_SPENT),
        ({"sources": (replace(WETH, differs=True),)}, Why.BOOKS_DIFFER),
        ({"sources": (replace(WETH, units=99 * DOLLAR),)}, Why.NO_SOURCE),
    ],
)
def test_why_nothing_is_brought(changes: dict[str, object], why: Why) -> None:
    assert decide_refill(replace(SHORT, **changes), POLICY) == Rest(why)  # type: ignore[arg-type]


def test_between_low_and_full_it_rests_so_that_it_does_not_flutter() -> None:
    """It is filled to 120 % of the need, and asked for again below 100 %."""
    for held in (100_000, 110_000, 119_999):
        told = decide_refill(replace(SHORT, held=held * DOLLAR), POLICY)
        assert told == Rest(Why.ENOUGH)


def test_the_days_limit_does_not_keep_a_person_from_being_asked() -> None:
    told = decide_refill(replace(SHORT, spent_cents=POLICY.most_daily_cents), POLICY)
    assert isinstance(told, Refill) and told.way is Way.PERSON


UNITS = st.integers(0, 2**128)
SIGHTS = st.builds(
    Sight,
    held=UNITS,
    coming=UNITS,
    reserved=UNITS,
    available=UNITS,
    decimals=st.integers(0, 24),
    usd=st.integers(0, 10**24),
    spent_cents=st.integers(0, 10**7),
    allowed=st.booleans(),
    halted=st.booleans(),
    under_way=st.booleans(),
    resting=st.booleans(),
    sources=st.lists(
        st.builds(
            Source,
            way=st.sampled_from(Way),
            name=st.sampled_from(["a", "b"]),
            units=UNITS,
            gives=st.integers(1, 2**128),
            differs=st.booleans(),
        ),
        max_size=4,
    ).map(tuple),
)


@given(sight=SIGHTS)
def test_no_refill_is_beyond_its_bounds_and_each_can_be_replayed(sight: Sight) -> None:
    told = decide_refill(sight, POLICY)
    kept = json.loads(json.dumps(parts_of(sight, POLICY)))
    assert decided_again(kept) == told
    if not isinstance(told, Refill):
        return
    assert sight.is_short(POLICY) and sight.allowed and not sight.halted
    assert not (sight.under_way or sight.resting) and sight.usd > 0
    source = max(
        (each for each in sight.sources if (each.way, each.name) == (told.way, told.name)),
        key=lambda each: each.units,
    )
    assert 0 < told.units <= source.units and 0 < told.gives <= source.gives
    assert sight.held + sight.coming + told.units <= -(-sight.need(POLICY) * 12 // 10)
    assert sight.cents(told.units) >= POLICY.least_cents
    if told.way is not Way.PERSON:
        assert any(
            not each.differs
            for each in sight.sources
            if (each.way, each.name) == (told.way, told.name)
        )
        assert sight.cents(told.units) <= POLICY.most_cents
        assert sight.cents(told.units) + sight.spent_cents <= POLICY.most_daily_cents
