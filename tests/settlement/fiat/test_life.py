"""A payout's way to a bank, without any bank: in whatever order things are told."""

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.settlement.fiat_life import Act, Happened, State, Way, step

ENDS = ("failed", "returned", "unsent")
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
EVERYTHING = st.lists(st.sampled_from(Happened), max_size=25)


def _run(happenings: list[Happened], way: Way = Way("transferring")) -> tuple[Way, Counter[Act]]:
    done: Counter[Act] = Counter()
    for happened in happenings:
        way, acts = step(way, happened)
        done.update(acts)
    return way, done


def _states(happenings: list[Happened]) -> tuple[State, list[Act]]:
    way, acts = Way("transferring"), list[Act]()
    for happened in happenings:
        way, more = step(way, happened)
        acts += more
    return way.state, acts


def test_a_payout_arrives() -> None:
    assert _states([Happened.TRANSFERRED, Happened.BANK_SENT, Happened.BANK_HAS]) == (
        "arrived",
        [Act.POST_LEFT, Act.ASK_BANK, Act.SAY_SENT, Act.POST_ARRIVED],
    )


def test_what_a_bank_refuses_is_fetched_before_it_is_the_shops_again() -> None:
    refused = [Happened.TRANSFERRED, Happened.BANK_SENT, Happened.BANK_REFUSED]
    assert _states(refused)[0] == "reversing"
    assert _states([*refused, Happened.NOT_BACK, Happened.CAME_BACK]) == (
        "failed",
        [
            *(Act.POST_LEFT, Act.ASK_BANK, Act.SAY_SENT, Act.FETCH),
            *(Act.FETCH_LATER, Act.POST_FAILED),
        ],
    )


def test_what_a_bank_sends_back_weeks_later_is_returned() -> None:
    sent = [Happened.TRANSFERRED, Happened.BANK_HAS, Happened.BANK_RETURNED, Happened.CAME_BACK]
    assert _states(sent)[0] == "returned"


def test_what_somebody_took_back_meanwhile_is_not_fetched_again() -> None:
    taken = [Happened.TRANSFERRED, Happened.CAME_BACK, Happened.BANK_REFUSED]
    state, acts = _states(taken)
    assert (state, Act.FETCH in acts, acts[-1]) == ("failed", False, Act.POST_FAILED)
    state, acts = _states([Happened.TRANSFERRED, Happened.CAME_BACK, Happened.BANK_HAS])
    assert (state, acts[-2:]) == ("returned", [Act.POST_ARRIVED, Act.POST_RETURNED])


WAYS = st.sampled_from([Way("transferring"), Way("transferring", is_direct=True)])


@UNHURRIED
@given(EVERYTHING, WAYS)
def test_nothing_is_booked_twice(happenings: list[Happened], begun: Way) -> None:
    way, done = _run(happenings, begun)
    assert all(done[act] <= 1 for act in Act if act is not Act.FETCH_LATER)
    assert done[Act.POST_LEFT] >= done[Act.POST_ARRIVED]
    assert done[Act.POST_ARRIVED] >= done[Act.POST_RETURNED]
    assert not (done[Act.POST_FAILED] and done[Act.POST_ARRIVED])
    assert not (done[Act.GIVE_BACK] and done[Act.POST_LEFT])
    assert done[Act.FETCH] <= done[Act.POST_LEFT]
    assert (way.state == "failed") == bool(done[Act.POST_FAILED])
    assert (way.state == "returned") == bool(done[Act.POST_RETURNED])


@UNHURRIED
@given(EVERYTHING, st.sampled_from(Happened), WAYS)
def test_telling_the_same_twice_tells_it_once(
    happenings: list[Happened], again: Happened, begun: Way
) -> None:
    once, _ = _run([*happenings, again], begun)
    twice, acts = step(once, again)
    assert twice == once
    assert acts in ((), (Act.FETCH_LATER,))


@UNHURRIED
@given(EVERYTHING, WAYS)
def test_an_end_is_an_end(happenings: list[Happened], begun: Way) -> None:
    way, _ = _run(happenings, begun)
    if way.state in ENDS:
        for happened in Happened:
            assert step(way, happened) == (way, ())


@UNHURRIED
@given(EVERYTHING, WAYS)
def test_money_that_left_is_always_somewhere(happenings: list[Happened], begun: Way) -> None:
    """In transit, or arrived, or on its way back, or back: by the books alike."""
    way, done = _run(happenings, begun)
    in_transit = done[Act.POST_LEFT] - done[Act.POST_ARRIVED] - done[Act.POST_FAILED]
    assert in_transit == (way.state in ("paying", "sent", "reversing"))


DIRECT = Way("transferring", is_direct=True)


def test_straight_to_a_bank_it_leaves_when_it_is_sent_and_nothing_is_fetched() -> None:
    sent, acts = step(DIRECT, Happened.BANK_SENT)
    assert (sent.state, acts) == ("sent", (Act.POST_LEFT, Act.SAY_SENT))
    assert step(sent, Happened.BANK_REFUSED)[1] == (Act.KEEP_WHY, Act.POST_FAILED)
    arrived, acts = step(sent, Happened.BANK_HAS)
    assert acts == (Act.POST_ARRIVED,)
    assert step(arrived, Happened.BANK_RETURNED)[1] == (Act.KEEP_WHY, Act.POST_RETURNED)
    assert step(DIRECT, Happened.BANK_REFUSED)[1] == (Act.GIVE_BACK,)


@UNHURRIED
@given(EVERYTHING)
def test_straight_to_a_bank_there_is_no_account_to_ask(happenings: list[Happened]) -> None:
    _, done = _run(happenings, DIRECT)
    assert not {Act.FETCH, Act.FETCH_LATER, Act.ASK_BANK} & set(done)
