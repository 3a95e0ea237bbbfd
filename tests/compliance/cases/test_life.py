"""A case goes only where it may, in one person's hands, and ends by two."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.compliance.cases import life
from gateway.compliance.cases.errors import (
    CaseClosed,
    CaseError,
    CaseEscalatedAlready,
    CaseMoved,
    CaseNotReady,
    CaseNotYours,
    DispositionUnknown,
    SamePerson,
)
from gateway.compliance.cases.life import CaseLife

ADA, BEA = UUID(int=1), UUID(int=2)
PEOPLE = st.sampled_from([ADA, BEA, UUID(int=3)])

moves = st.one_of(
    st.tuples(st.just("assigned"), st.none() | PEOPLE, st.none() | PEOPLE),
    st.tuples(st.just("investigated"), PEOPLE),
    st.tuples(st.just("escalated")),
    st.tuples(st.just("proposed"), PEOPLE, st.sampled_from([*life.DISPOSITIONS, "forget"])),
    st.tuples(st.just("sent_back")),
    st.tuples(st.just("closed"), PEOPLE),
    st.tuples(st.just("reopened"), PEOPLE),
)


def step(case: CaseLife, move: tuple[Any, ...]) -> CaseLife:
    match move:
        case ("assigned", expected, to):
            return life.assigned(case, expected=expected, to=to)
        case ("proposed", by, disposition):
            return life.proposed(case, by=by, disposition=disposition)
        case (name, by):
            return getattr(life, name)(case, by=by)
        case (name,):
            return getattr(life, name)(case)
    raise AssertionError(move)


@given(st.lists(moves, max_size=40))
def test_whatever_is_tried_a_case_stays_whole(tried: list[tuple[Any, ...]]) -> None:
    case = CaseLife()
    for move in tried:
        try:
            case = step(case, move)
        except CaseError:
            continue
        assert case.state in life.STATES
        assert (case.state == "open") <= (case.assignee is None)
        assert (case.state == "triage") <= (case.assignee is not None)
        assert (case.state in ("proposed", "closed")) == (case.maker is not None)
        assert (case.maker is None) == (case.disposition is None)
        assert (case.state == "closed") == (case.checker is not None)
        assert case.checker is None or case.checker != case.maker


def worked_on(**told: Any) -> CaseLife:
    return CaseLife(**{"state": "investigating", "assignee": ADA, **told})


def test_of_two_officers_who_reach_for_it_one_wins() -> None:
    taken = life.assigned(CaseLife(), expected=None, to=ADA)
    assert (taken.state, taken.assignee) == ("triage", ADA)
    with pytest.raises(CaseMoved):
        life.assigned(taken, expected=None, to=BEA)
    handed = life.assigned(taken, expected=ADA, to=BEA)
    assert (handed.state, handed.assignee) == ("triage", BEA)
    laid_down = life.assigned(handed, expected=BEA, to=None)
    assert (laid_down.state, laid_down.assignee) == ("open", None)


def test_one_under_investigation_stays_so_in_nobodys_hands() -> None:
    assert life.assigned(worked_on(), expected=ADA, to=None).state == "investigating"


def test_only_who_works_on_it_moves_it_on() -> None:
    for move in (
        lambda: life.investigated(worked_on(state="triage"), by=BEA),
        lambda: life.proposed(worked_on(), by=BEA, disposition="watch"),
    ):
        with pytest.raises(CaseNotYours):
            move()


def test_what_is_not_ready_cannot_be_skipped() -> None:
    with pytest.raises(CaseNotReady):
        life.investigated(worked_on(), by=ADA)
    with pytest.raises(CaseNotYours):
        life.proposed(CaseLife(), by=ADA, disposition="watch")
    with pytest.raises(CaseNotReady):
        life.proposed(worked_on(state="proposed", maker=ADA), by=ADA, disposition="watch")
    with pytest.raises(DispositionUnknown):
        life.proposed(worked_on(), by=ADA, disposition="forget")


def test_who_proposed_it_cannot_close_it() -> None:
    proposed = life.proposed(worked_on(), by=ADA, disposition="report")
    with pytest.raises(SamePerson):
        life.closed(proposed, by=ADA)
    closed = life.closed(proposed, by=BEA)
    assert (closed.state, closed.maker, closed.checker) == ("closed", ADA, BEA)
    with pytest.raises(CaseClosed):
        life.assigned(closed, expected=ADA, to=BEA)
    again = life.reopened(closed, by=BEA)
    assert (again.state, again.assignee, again.disposition) == ("investigating", BEA, None)


def test_it_is_escalated_once() -> None:
    urgent = life.escalated(CaseLife())
    assert urgent.is_escalated
    with pytest.raises(CaseEscalatedAlready):
        life.escalated(urgent)
