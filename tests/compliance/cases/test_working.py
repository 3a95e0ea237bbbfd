"""What one officer does with a case, and what the database refuses whoever asks."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from gateway.compliance.cases.errors import (
    CaseClosed,
    CaseMoved,
    CaseNoteEmpty,
    CaseNotYours,
    CaseReasonMissing,
    CaseUnknown,
)
from gateway.compliance.cases.models import Case, CaseNote, CaseSnapshot
from gateway.compliance.cases.record_models import RecordEntry, RecordOpening
from gateway.compliance.cases.selectors import (
    CaseFilter,
    case_counts,
    case_get,
    cases_page,
    kinds_of,
    notes_of,
    record_of,
)
from gateway.compliance.cases.services import (
    case_assign,
    case_escalate,
    case_investigate,
    case_note,
    case_reopen,
    cases_tell_overdue,
)
from gateway.events.errors import BadCursor
from gateway.events.ids import uuid7
from gateway.events.models import Event
from gateway.tenancy.scope import house_scope
from tests.as_web import as_web, as_web_role
from tests.compliance.cases.conftest import ADA, BEA, NOW, SHOP, closed, proposed, raised, taken

pytestmark = pytest.mark.django_db
CaseOf = Callable[..., Case]


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_at_once_one_gets_it(case_of: CaseOf) -> None:
    case = case_of()
    barrier, results = threading.Barrier(2), []

    def run(officer: object) -> None:
        try:
            barrier.wait()
            case_assign(case_id=case.id, by=officer, expected=None, to=officer, now=NOW)
            results.append("taken")
        except CaseMoved:
            results.append("moved")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[officer]) for officer in (ADA, BEA)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["moved", "taken"]
    assert RecordEntry.objects.filter(verb="assigned").count() == 1


def test_it_is_taken_handed_over_and_laid_down(case_of: CaseOf) -> None:
    case = taken(case_of())
    assert (case.state, case.due_at) == ("triage", case.decide_due)
    case = case_assign(case_id=case.id, by=ADA, expected=ADA, to=BEA, now=NOW)
    with pytest.raises(CaseNotYours):
        case_investigate(case_id=case.id, by=ADA, now=NOW)
    case = case_investigate(case_id=case.id, by=BEA, now=NOW)
    assert case.state == "investigating"
    case = case_assign(case_id=case.id, by=BEA, expected=BEA, to=None, now=NOW)
    assert (case.state, case.assignee) == ("investigating", None)
    told = list(Event.objects.filter(subject=f"case:{case.id}").values_list("type", flat=True))
    assert sorted(told) == sorted(["case.opened", *["case.assigned"] * 3, "case.investigated"])


def test_notes_stay_as_they_were_written(case_of: CaseOf) -> None:
    case = case_of()
    note = case_note(case_id=case.id, by=ADA, text=" Rang him.\r\nNo answer. ", now=NOW)
    assert "Rang" not in note.text
    assert [one.text for one in notes_of(case)] == ["Rang him.\nNo answer."]
    for text in ("", "  ", "x" * 4_001, "a\0b"):
        with pytest.raises(CaseNoteEmpty):
            case_note(case_id=case.id, by=ADA, text=text, now=NOW)
    with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
        CaseNote.objects.update(text="He is fine.")
    with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
        CaseNote.objects.all().delete()
    with pytest.raises(CaseUnknown):
        case_note(case_id=uuid7(), by=ADA, text="x", now=NOW)


def test_personal_words_stand_in_the_record_by_commitment_only(case_of: CaseOf) -> None:
    case = case_of()
    case_note(case_id=case.id, by=ADA, text="Zwiebelkuchen again", now=NOW)
    entry = RecordEntry.objects.get(verb="noted")
    chained = "".join(
        part
        for one in RecordEntry.objects.all()
        for part in (one.facts, one.commitments, one.actor, one.about)
    )
    assert "Zwiebelkuchen" not in chained
    assert RecordOpening.objects.get(number=entry.number).value == '"Zwiebelkuchen again"'
    (_, _), (_, values) = record_of(case)
    assert values == {"text": "Zwiebelkuchen again"}
    RecordOpening.objects.filter(number=entry.number).delete()
    assert record_of(case)[1][1] == {}


def test_it_is_escalated_with_a_reason_and_stands_first(case_of: CaseOf) -> None:
    case_of(severity="high")
    later = case_of(about="list:ofac", severity="low")
    with pytest.raises(CaseReasonMissing):
        case_escalate(case_id=later.id, by=ADA, reason=" ", now=NOW)
    case_escalate(case_id=later.id, by=ADA, reason="the minister's", now=NOW)
    assert cases_page(CaseFilter(), now=NOW).items[0].id == later.id


@pytest.mark.usefixtures("chain")
def test_a_closed_case_is_reopened_with_deadlines_of_its_own(case_of: CaseOf) -> None:
    case = closed(case_of())
    with pytest.raises(CaseClosed):
        case_assign(case_id=case.id, by=BEA, expected=ADA, to=BEA, now=NOW)
    later = NOW + timedelta(days=40)
    case = case_reopen(case_id=case.id, by=BEA, reason="he came again", now=later)
    assert (case.state, case.assignee, case.disposition) == ("investigating", BEA, "")
    assert case.counted_from == later < case.decide_due
    assert case.gathers
    assert [one.moment for one in CaseSnapshot.objects.filter(case=case).order_by("id")] == [
        "opened",
        "proposed",
        "reopened",
    ]


@pytest.mark.usefixtures("chain")
def test_one_that_was_followed_gathers_nothing_more_when_it_is_reopened(case_of: CaseOf) -> None:
    first = closed(case_of())
    second = case_of()
    first = case_reopen(case_id=first.id, by=BEA, reason="he came again", now=NOW)
    assert not first.gathers
    assert case_of().id == second.id


def test_a_deadline_that_passed_is_told_once_for_each_deadline(case_of: CaseOf) -> None:
    case = case_of()
    late = case.due_at + timedelta(seconds=1)
    assert cases_tell_overdue(now=case.due_at) == 0
    assert cases_tell_overdue(now=late) == 1
    assert cases_tell_overdue(now=late) == 0
    taken(case)
    assert cases_tell_overdue(now=late) == 0
    case.refresh_from_db()
    assert cases_tell_overdue(now=case.decide_due + timedelta(seconds=1)) == 1
    assert Event.objects.filter(type="case.overdue").count() == 2


def test_the_queue_is_filtered_counted_and_paged(
    case_of: CaseOf, django_assert_num_queries
) -> None:
    cases = [case_of(about=f"list:l{number}", severity="low") for number in range(5)]
    high = case_of(severity="high")
    mine = taken(cases[3])
    case_escalate(case_id=cases[4].id, by=ADA, reason="first", now=NOW)

    def ids(**told: object) -> list[object]:
        return [case.id for case in cases_page(CaseFilter(**told), now=NOW).items]

    expected = [cases[4].id, high.id, *(case.id for case in cases[:3]), mine.id]
    assert ids() == expected
    assert ids(severity="high") == [high.id]
    assert ids(state="triage") == ids(assignee=ADA) == [mine.id]
    assert mine.id not in ids(unassigned=True)
    assert ids(overdue=True) == []
    found, cursor = [], None
    with django_assert_num_queries(3):
        while True:
            page = cases_page(CaseFilter(), now=NOW, cursor=cursor, size=2)
            found += [case.id for case in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
    assert found == expected
    with django_assert_num_queries(1):
        counts = case_counts(person=ADA, now=high.due_at + timedelta(seconds=1))
    assert counts.by_state == {
        "open": 5,
        "triage": 1,
        "investigating": 0,
        "proposed": 0,
        "closed": 0,
    }
    assert (counts.overdue, counts.mine) == (1, 1)
    with django_assert_num_queries(1):
        assert kinds_of([high]) == {high.id: [("name_match", 1)]}
    for bad in ("x", "AAAA", "?"):
        with pytest.raises(BadCursor):
            cases_page(CaseFilter(), now=NOW, cursor=bad)
    with pytest.raises(CaseUnknown):
        case_get(uuid7())


@pytest.mark.usefixtures("chain")
def test_closed_ones_are_paged_newest_first(case_of: CaseOf) -> None:
    cases = [closed(case_of(about=f"list:l{number}")) for number in range(3)]
    first = cases_page(CaseFilter(state="closed"), now=NOW, size=2)
    second = cases_page(CaseFilter(state="closed"), now=NOW, size=2, cursor=first.next_cursor)
    found = [case.id for case in (*first.items, *second.items)]
    assert found == [case.id for case in reversed(cases)]


def test_no_shop_sees_a_case_and_the_house_does(case_of: CaseOf) -> None:
    case = case_of()
    with as_web(SHOP):
        assert not Case.objects.exists()
        assert not RecordEntry.objects.exists()
        with pytest.raises(CaseUnknown):
            case_note(case_id=case.id, by=ADA, text="x", now=NOW)
    with as_web_role(), house_scope():
        taken(case)
        case_note(case_id=case.id, by=ADA, text="x", now=NOW)


@pytest.mark.usefixtures("chain")
def test_the_web_closes_no_case_by_itself(case_of: CaseOf) -> None:
    case = taken(case_of())
    proposed(case)
    with as_web_role(), house_scope():
        with pytest.raises(DatabaseError, match="no decision"), transaction.atomic():
            Case.objects.filter(id=case.id).update(
                state="closed", checker=BEA, closed_at=NOW, gathers=False
            )
    raised()
