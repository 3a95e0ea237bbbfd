"""Inventory under way is never lost sight of, whatever is told, again, late or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.ledger import accounts
from gateway.ledger.accounts import AccountName
from gateway.market.hedging.moving import (
    Arrived,
    Asked,
    GivenUp,
    Left,
    Move,
    MoveRefused,
    MoveState,
    Refused,
    Returned,
    SaidUnmade,
    Seen,
    Unseen,
    Waited,
    step,
)
from gateway.money.assets import Asset

USDC = Asset("USDC@31337", 6)
HOT, EXCHANGE = accounts.custody_hot(31337), AccountName("exchange:kraken")
WAY = accounts.in_transit("31337-kraken")
MOVE = Move("31337-kraken", HOT, EXCHANGE, USDC, 1_000, due_after_ms=60_000)


def told(*happenings, move=MOVE):
    """The move after all of it, and the balances of every account it touched."""
    balances: dict[str, int] = {}
    for each in happenings:
        move, posted = step(move, each)
        for line in posted:
            balances[line.account] = balances.get(line.account, 0) + line.amount.units
    return move, {name: units for name, units in balances.items() if units}


def test_what_arrives_less_paid_the_way():
    move, balances = told(Asked(1), Left(1_000), Seen(), Arrived(990))
    assert move.state is MoveState.ARRIVED
    assert balances == {HOT: -1_000, EXCHANGE: 990, accounts.venue_fees(): 10}


def test_a_silence_raises_an_alarm_and_leaves_the_value_in_transit():
    move, balances = told(Asked(1), Left(1_000), Waited(60_000), Waited(60_002), Waited(90_000))
    assert (move.state, move.overdue) == (MoveState.LEFT, True)
    assert balances == {HOT: -1_000, WAY: 1_000}


def test_what_was_given_up_and_arrives_takes_the_loss_back():
    _, balances = told(Asked(1), Left(1_000), GivenUp())
    assert balances == {HOT: -1_000, accounts.losses(): 1_000}
    found, balances = told(Asked(1), Left(1_000), GivenUp(), Arrived(1_000))
    assert found.state is MoveState.ARRIVED and balances == {HOT: -1_000, EXCHANGE: 1_000}


def test_what_a_person_says_was_never_made_moved_nothing_and_may_leave_after_all():
    assert told(Asked(1), SaidUnmade())[1] == {}
    found, balances = told(Asked(1), SaidUnmade(), SaidUnmade(), Left(1_000), Arrived(990))
    assert found.state is MoveState.ARRIVED
    assert balances == {HOT: -1_000, EXCHANGE: 990, accounts.venue_fees(): 10}
    assert told(Asked(1), SaidUnmade(), Refused())[0].state is MoveState.REFUSED


def test_a_refused_move_moved_nothing_and_a_returned_one_is_back_but_for_the_fee():
    assert told(Asked(1), Refused())[1] == {}
    assert told(Asked(1), Left(1_000), Returned(995))[1] == {HOT: -5, accounts.venue_fees(): 5}


@pytest.mark.parametrize(
    "happenings",
    [
        (Left(1_000),),
        (Asked(1), Left(1_000), Refused()),
        (Asked(1), Left(1_000), Left(999)),
        (Asked(1), Left(1_000), Arrived(1_001)),
        (Asked(1), Left(0)),
        (SaidUnmade(),),
        (Asked(1), Left(1_000), SaidUnmade()),
        (Asked(1), Refused(), SaidUnmade()),
        (Asked(1), Left(1_000), Arrived(1_000), Returned(1_000)),
    ],
)
def test_a_report_that_contradicts_is_refused(happenings):
    with pytest.raises(MoveRefused):
        told(*happenings)


units = st.integers(-1, 1_100)
happening = st.one_of(
    st.builds(Asked, st.integers(0, 10**6)),
    st.just(Refused()),
    st.just(SaidUnmade()),
    st.builds(Left, units),
    st.just(Seen()),
    st.just(Unseen()),
    st.builds(Arrived, units),
    st.builds(Returned, units),
    st.just(GivenUp()),
    st.builds(Waited, st.integers(0, 10**6)),
)


@given(st.lists(happening, max_size=30))
def test_the_books_hold_exactly_what_is_under_way(happenings):
    move, balances = MOVE, dict.fromkeys((HOT, EXCHANGE, WAY), 0)
    for each in happenings:
        before = move
        try:
            move, posted = step(move, each)
        except MoveRefused:
            assert move == before
            continue
        for line in posted:
            balances[line.account] = balances.get(line.account, 0) + line.amount.units
        again, nothing = step(move, each) if each != Unseen() else (move, ())
        assert (again, nothing) == (move, ())
        assert sum(balances.values()) == 0
        under_way = move.state in {MoveState.LEFT, MoveState.SEEN}
        assert balances[WAY] == (move.left if under_way else 0)
