"""What is kept until when, what a hold keeps longer, what is erased, and what still stands then."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from gateway.compliance.alerts.models import Alert
from gateway.compliance.cases import replaying
from gateway.compliance.cases.exporting import record_lines
from gateway.compliance.cases.models import Case, CaseDecision, CaseNote, CaseSnapshot
from gateway.compliance.cases.record_models import RecordEntry, RecordOpening
from gateway.compliance.cases.replaying import NotReplayable, decision_replay, overall
from gateway.compliance.cases.selectors import facts_of, notes_of
from gateway.compliance.cases.services import case_note
from gateway.compliance.cases.verifying import export_check
from gateway.compliance.inquiring.selectors import asked_of
from gateway.compliance.inquiring.services import inquiry_keep
from gateway.compliance.knowing.errors import HoldSamePerson
from gateway.compliance.knowing.fields import subject_declare
from gateway.compliance.knowing.models import LegalHold, Subject
from gateway.compliance.naming.models import NameVerdict
from gateway.compliance.naming.scoring import NameQuery
from gateway.compliance.naming.services import party_put
from gateway.compliance.reporting.models import Report
from gateway.compliance.reporting.services import report_read
from gateway.compliance.retaining import due, tasks
from gateway.compliance.retaining.configuration import schedule_in_force, schedules_known
from gateway.compliance.retaining.errors import NothingToHold, SchedulesUnreadable
from gateway.compliance.retaining.holding import (
    about_named,
    hold_ask_lift,
    hold_lift,
    hold_place,
)
from gateway.compliance.retaining.models import Erasure, Sweep
from gateway.compliance.retaining.schedules import HOUSE_SCHEDULE
from gateway.compliance.retaining.sweeping import sweep
from gateway.compliance.sealed.models import SealingKey
from gateway.compliance.sealed.sealing import sealed_value
from gateway.events.ids import uuid7
from gateway.events.models import Event
from gateway.events.moments import years_after
from tests.compliance.cases.conftest import closed, raised, taken
from tests.compliance.reporting.conftest import (
    ADA,
    BEA,
    NOW,
    _the_house,
    acknowledged,
    case_of,
    chain,
    kept,
    reported,
    world,
)
from tests.faults.in_process import Killed, killer, passing

__all__ = ["_the_house", "case_of", "chain", "kept", "reported", "world"]
pytestmark = pytest.mark.django_db
CaseOf = Callable[..., Case]
NAME = "Zwiebelkuchen"
FIVE = timedelta(days=5 * 366)
TEN = timedelta(days=10 * 366)


@pytest.fixture(autouse=True)
def _naming() -> Any:
    """A machine whose question is sealed: it answers with the name's length."""

    def replay(told: Any) -> dict[str, int]:
        if "name" not in told:
            raise NotReplayable("no name")
        return {"letters": len(told["name"])}

    replaying.register("letters", "1", replay)
    yield
    del replaying._replayers["letters", "1"]


@pytest.fixture
def ada() -> Subject:
    return subject_declare(
        shop_id=uuid7(), kind="person", fields={"name": NAME}, now=NOW - timedelta(days=100)
    )


@pytest.fixture
def decided(ada: Subject, case_of: CaseOf) -> CaseDecision:
    """A case about a person whose name stands sealed in its evidence, closed as a false alarm."""
    about = f"subject:{ada.id}"
    query = sealed_value({"name": NAME}, about=about, now=NOW)
    part = {"kind": "letters", "version": "1", "input": query, "output": {"letters": len(NAME)}}
    case = taken(case_of(about=about, evidence={"query": query, "replay": part}))
    case_note(case_id=case.id, by=ADA, text=f"{NAME} is another", now=NOW)
    closed(case, "false_positive")
    return CaseDecision.objects.select_related("snapshot").get(case=case)


def results(decision: CaseDecision) -> dict[str, str]:
    return {finding.what: finding.result for finding in decision_replay(decision)}


def ended(subject: Subject) -> None:
    Subject.objects.filter(id=subject.id).update(retain_until=timezone.now(), erased_at=NOW)


def test_a_name_lies_nowhere_in_clear_and_the_decision_comes_out_again(
    decided: CaseDecision,
) -> None:
    for model in (Alert, CaseSnapshot, CaseNote):
        for row in model.objects.values():
            assert NAME not in str(row), model
    assert set(results(decided).values()) == {"equal"}
    assert results(decided)["letters 1"] == "equal"
    alert = Alert.objects.get()
    assert facts_of([alert])[alert.id]["query"] == {"name": NAME}
    assert [note.text for note in notes_of(decided.case)] == [f"{NAME} is another"]


def test_after_its_time_the_name_is_gone_and_the_commitments_stand(
    decided: CaseDecision, ada: Subject
) -> None:
    content, chained = decided.snapshot.content, list(RecordEntry.objects.values_list("hash"))
    ended(ada)
    later = timezone.now() + FIVE
    told = sweep(now=later)
    abouts = {line["about"] for line in told.report["erased"]}
    assert abouts == {f"case:{decided.case_id}", f"subject:{ada.id}"}
    assert not SealingKey.objects.exists()
    found = results(decided)
    assert found["evidence"] == "equal" and found["outcome"] == "equal"
    assert found[f"sealed for subject:{ada.id}"] == "unknown"
    assert found["letters 1"] == "unknown" and found["record"] == "unknown"
    assert overall(decision_replay(decided)) == "unknown"
    assert CaseSnapshot.objects.get(id=decided.snapshot_id).content == content
    entries = list(RecordEntry.objects.order_by("number").values_list("hash"))
    assert entries[: len(chained)] == chained
    assert export_check(record_lines()).is_good
    assert not RecordOpening.objects.filter(
        number__in=RecordEntry.objects.filter(about=str(decided.case_id)).values("number")
    ).exists()
    assert notes_of(decided.case)[0].text is None
    alert = Alert.objects.get()
    assert facts_of([alert])[alert.id]["query"] == {"erased": f"subject:{ada.id}"}
    assert sweep(now=later).erased == 0
    assert Erasure.objects.count() == 2
    with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
        Erasure.objects.all().delete()


def test_evidence_of_somebody_a_shop_still_has_us_know_is_kept(
    decided: CaseDecision, ada: Subject
) -> None:
    told = sweep(now=timezone.now() + FIVE)
    assert [line["about"] for line in told.report["erased"]] == [f"case:{decided.case_id}"]
    assert results(decided)["letters 1"] == "equal"


def test_what_is_kept_longer_hides_nobody_behind_it(
    monkeypatch: pytest.MonkeyPatch, case_of: CaseOf
) -> None:
    monkeypatch.setattr(due, "AT_ONCE", 1)
    cases = []
    for _number in range(3):
        person = subject_declare(shop_id=uuid7(), kind="person", fields={"name": NAME}, now=NOW)
        evidence = {"query": sealed_value({"name": NAME}, about=f"subject:{person.id}", now=NOW)}
        case = taken(case_of(about=f"subject:{person.id}", evidence=evidence))
        closed(case, "false_positive")
        cases.append((case, person))
    first, last = cases[0], cases[-1]
    hold_place(about=f"case:{first[0].id}", by="ada", reason="a court", now=NOW)
    for _case, person in cases:
        ended(person)
    erased = set()
    for _day in range(len(cases)):
        told = sweep(now=timezone.now() + FIVE)
        erased |= {line["about"] for line in told.report["erased"]}
    assert {f"case:{last[0].id}", f"subject:{last[1].id}"} <= erased
    assert f"case:{first[0].id}" not in erased


def test_a_page_of_keys_is_judged_at_once_and_an_erased_case_is_not_looked_at_again(
    case_of: CaseOf, django_assert_num_queries: Any
) -> None:
    for _number in range(3):
        person = subject_declare(shop_id=uuid7(), kind="person", fields={"name": NAME}, now=NOW)
        evidence = {"query": sealed_value({"name": NAME}, about=f"subject:{person.id}", now=NOW)}
        closed(taken(case_of(about=f"subject:{person.id}", evidence=evidence)), "false_positive")
        ended(person)
    schedule, later = schedule_in_force(), timezone.now() + FIVE
    with django_assert_num_queries(7):
        judged = due.evidence_kept(schedule, before=later)
    assert [due.about_kept(schedule, kept.about) for kept in judged] == judged
    assert len(judged) == 3
    sweep(now=later)
    with django_assert_num_queries(1):
        assert due.cases_kept(schedule, before=later) == []


def test_a_longer_term_of_alerts_hides_nobody_whom_no_alert_is_about(
    ada: Subject, settings: Any
) -> None:
    settings.RETAINING = {
        "schedules": [{"version": "2027", "terms": {"alert": {"years": 9, "source": "a letter"}}}]
    }
    sealed_value({"name": NAME}, about=f"subject:{ada.id}", now=NOW)
    Subject.objects.filter(id=ada.id).update(retain_until=NOW + FIVE)
    found = due.evidence_kept(schedule_in_force(), before=NOW + FIVE + timedelta(days=1))
    assert [kept.about for kept in found] == [f"subject:{ada.id}"]


def test_an_open_case_or_alert_about_somebody_keeps_what_is_sealed_for_them(
    decided: CaseDecision, ada: Subject
) -> None:
    ended(ada)
    raised(about=f"subject:{ada.id}", evidence={"n": 1})
    told = sweep(now=timezone.now() + FIVE)
    assert f"subject:{ada.id}" not in {line["about"] for line in told.report["erased"]}
    assert SealingKey.objects.filter(about=f"subject:{ada.id}").exists()


@pytest.mark.parametrize("kind", ["subject", "case", "alert"])
def test_a_hold_keeps_it_and_two_people_let_it_go(
    kind: str, decided: CaseDecision, ada: Subject
) -> None:
    ids = {"subject": ada.id, "case": decided.case_id, "alert": Alert.objects.get().id}
    hold = hold_place(about=f"{kind}:{ids[kind]}", by="ada", reason="a court", now=NOW)
    ended(ada)
    later = timezone.now() + FIVE
    told = sweep(now=later)
    assert told.erased == 0 and told.held == 2
    assert told.report["held"][0]["held_by"] == [f"{kind}:{ids[kind]}"]
    assert results(decided)["letters 1"] == "equal"
    hold_ask_lift(hold_id=hold.id, by="ada", reason="it is over", now=later)
    with pytest.raises(HoldSamePerson):
        hold_lift(hold_id=hold.id, by="ada", now=later)
    assert sweep(now=later).erased == 0
    hold_lift(hold_id=hold.id, by="bea", now=later)
    assert sweep(now=later).erased == 2
    verbs = RecordEntry.objects.filter(about="", verb__startswith="hold_")
    assert [entry.verb for entry in verbs.order_by("number")] == [
        *("hold_placed", "hold_lift_asked", "hold_lifted")
    ]
    assert not any(str(ids[kind]) in entry.facts for entry in verbs)


def test_the_database_keeps_what_a_hold_stands_on_whoever_erases(
    decided: CaseDecision,
) -> None:
    hold_place(about=f"case:{decided.case_id}", by="ada", reason="a court", now=NOW)
    with pytest.raises(IntegrityError, match="legal hold"), transaction.atomic():
        SealingKey.objects.filter(about=f"case:{decided.case_id}").delete()


def test_a_hold_is_placed_on_what_there_is(ada: Subject) -> None:
    for kind, named in (("subject", str(uuid7())), ("case", str(ada.id)), ("subject", "x")):
        with pytest.raises(NothingToHold):
            hold_place(about=about_named(kind, named), by="ada", reason="why", now=NOW)
    with pytest.raises(NothingToHold):
        about_named("shop", str(ada.id))
    ended(ada)
    with pytest.raises(NothingToHold):
        hold_place(about=f"subject:{ada.id}", by="ada", reason="why", now=NOW)


def test_a_report_is_kept_from_its_filing_and_its_case_as_long(reported: Report) -> None:
    acknowledged(reported)
    Report.objects.filter(id=reported.id).update(acknowledged_at=NOW + timedelta(days=700))
    assert sweep(now=NOW + FIVE).erased == 0
    told = sweep(now=NOW + FIVE + timedelta(days=710))
    abouts = {line["about"] for line in told.report["erased"]}
    assert {reported.about, f"case:{reported.case_id}"} <= abouts
    assert report_read(report_id=reported.id, by=BEA, now=NOW)[1] is None


def test_what_is_about_kept_money_is_kept_for_ten_years(kept: Report) -> None:
    acknowledged(kept, number="OFAC-2026-1")
    assert sweep(now=NOW + FIVE).erased == 0
    told = sweep(now=timezone.now() + TEN)
    assert {line["term"] for line in told.report["erased"]} == {"sanctions"}
    assert kept.about in {line["about"] for line in told.report["erased"]}


def test_a_report_that_is_not_filed_keeps_its_case(reported: Report) -> None:
    assert sweep(now=NOW + TEN).erased == 0


def test_what_is_next_is_told_before(decided: CaseDecision, ada: Subject) -> None:
    Subject.objects.filter(id=ada.id).update(retain_until=NOW + FIVE)
    told = sweep(now=NOW + FIVE - timedelta(days=80))
    assert told.erased == 0
    assert f"subject:{ada.id}" in {line["about"] for line in told.report["coming"]}
    assert Event.objects.filter(type="retention.swept", shop_id=None).exists()


def test_mere_looks_are_forgotten_after_a_year() -> None:
    for days, about in ((400, ""), (300, ""), (400, "subject:x")):
        NameVerdict.objects.create(
            mode="test",
            about=about,
            state="clear",
            query={"name": NAME},
            matches=[],
            set_aside=[],
            versions=[{"source": "ofac", "number": 1, "hash": ""}],
            versions_key="ofac#1",
            scorer_version="names-1",
            given_at=timezone.now() - timedelta(days=days),
        )
    now = timezone.now()
    old, new = (
        inquiry_keep(kind="name", by=uuid7(), asked={"name": NAME}, found={}, now=now - age)
        for age in (timedelta(days=400), timedelta(days=300))
    )
    assert asked_of([old, new]) == [{"name": NAME}, {"name": NAME}]
    assert tasks.erase_what_was_kept_long_enough() == 0
    assert NameVerdict.objects.count() == 2
    assert Sweep.objects.count() == 1
    assert asked_of([old, new]) == [None, {"name": NAME}], "who looked stays, whom does not"


def test_the_key_of_names_is_no_evidence_and_stays_until_they_are_erased(ada: Subject) -> None:
    party_put(about=f"subject:{ada.id}", query=NameQuery(NAME), mode="test", shop_id=None, now=NOW)
    ended(ada)
    assert sweep(now=NOW + TEN).erased == 0
    assert SealingKey.objects.filter(about=f"names:subject:{ada.id}").exists()


WRONG: list[Any] = [
    {"schedules": [{"version": "x", "terms": {"case": {"years": 4, "source": "s"}}}]},
    {"schedules": [{"version": "x", "terms": {"sanctions": {"years": 5, "source": "s"}}}]},
    {"schedules": [{"version": "x", "terms": {"case": {"years": 6, "source": " "}}}]},
    {"schedules": [{"version": "x", "terms": {"other": {"years": 6, "source": "s"}}}]},
    {"schedules": [{"version": "2026-11", "terms": {}}]},
    {"schedules": [{"terms": {}}]},
    {"other": []},
    [],
]


@pytest.mark.parametrize("told", WRONG)
def test_a_schedule_below_the_law_is_refused(told: Any, settings: Any) -> None:
    settings.RETAINING = told
    with pytest.raises(SchedulesUnreadable):
        schedules_known()


def test_a_later_version_counts_and_says_by_what(settings: Any) -> None:
    source = "a regulator's letter"
    settings.RETAINING = {
        "schedules": [{"version": "2027", "terms": {"case": {"years": 7, "source": source}}}]
    }
    schedule = schedule_in_force()
    assert schedule.version == "2027" and schedule.terms["case"].source == source
    assert schedule.terms["report"] == HOUSE_SCHEDULE.terms["report"]
    start = datetime(2028, 2, 29, tzinfo=UTC)
    assert schedule.ends("case", since=start) == datetime(2035, 2, 28, tzinfo=UTC)
    assert years_after(start, 4) == datetime(2032, 2, 29, tzinfo=UTC)


def test_holds_are_placed_and_lifted_from_the_command_line(ada: Subject) -> None:
    out = StringIO()
    call_command(
        "legal_hold", "place", "subject", str(ada.id), by="ada", reason="order", stdout=out
    )
    hold = LegalHold.objects.get()
    assert str(hold.id) in out.getvalue()
    call_command("legal_hold", "ask", str(hold.id), by="ada", reason="over", stdout=out)
    with pytest.raises(CommandError, match="second_person_needed"):
        call_command("legal_hold", "lift", str(hold.id), by="ada", stdout=out)
    call_command("legal_hold", "list", stdout=out)
    assert "ada asks to lift it" in out.getvalue()
    call_command("legal_hold", "lift", str(hold.id), by="bea", stdout=out)
    with pytest.raises(CommandError, match="legal_hold_on_nothing"):
        call_command(
            "legal_hold", "place", "case", str(UUID(int=1)), by="a", reason="b", stdout=out
        )


def test_a_process_that_dies_as_it_erases_leaves_it_to_the_next_round(
    decided: CaseDecision,
) -> None:
    later = timezone.now() + FIVE
    with pytest.raises(Killed), passing(killer("retention.key_thrown_away")):
        sweep(now=later)
    assert SealingKey.objects.filter(about=f"case:{decided.case_id}").exists()
    assert not Erasure.objects.exists() and not Sweep.objects.exists()
    assert sweep(now=later).erased == 1
