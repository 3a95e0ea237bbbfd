"""Alerts are gathered: what belongs together is one case, and nothing is lost or doubled."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from gateway.compliance.alerts.models import Alert
from gateway.compliance.cases.deadlines import HOUSE_DEADLINES, due_of
from gateway.compliance.cases.grouping import WINDOW
from gateway.compliance.cases.models import Case, CaseAlert, CaseSnapshot
from gateway.compliance.cases.record_models import RecordEntry
from gateway.compliance.cases.services import alert_gather
from gateway.compliance.errors import ListEmpty
from gateway.compliance.holds import hold_block, hold_release
from gateway.compliance.loading import list_load
from gateway.custody.approvals.models import Act
from gateway.events import relay
from gateway.events.models import Event
from tests.compliance.cases.conftest import (
    NOW,
    SHOP,
    closed,
    held_case,
    proposed,
    raised,
    taken,
)
from tests.invoices.conftest import World

pytestmark = pytest.mark.django_db


def verbs(case: Case) -> list[str]:
    entries = RecordEntry.objects.filter(about=str(case.id)).order_by("number")
    return list(entries.values_list("verb", flat=True))


def test_an_alert_opens_a_case_with_its_evidence_deadlines_record_and_event(
    case_of: Callable[..., Case],
) -> None:
    case = case_of(severity="low")
    assert (case.about, case.mode, case.shop_id) == (f"shop:{SHOP}", "test", SHOP)
    assert (case.state, case.severity, case.assignee) == ("open", "low", None)
    due = due_of(HOUSE_DEADLINES, opened_at=case.opened_at, severity="low")
    assert (case.first_look_due, case.decide_due) == (due.first_look, due.decide)
    assert case.due_at == due.first_look
    snapshot = CaseSnapshot.objects.get(case=case)
    assert snapshot.moment == "opened"
    (alert,) = snapshot.evidence["alerts"]
    assert alert["evidence"] == {"score": "0.91", "name": "Zwiebelkuchen"}
    assert verbs(case) == ["opened"]
    event = Event.objects.get(type="case.opened")
    assert (event.subject, event.shop_id) == (f"case:{case.id}", None)


def test_alerts_about_the_same_join_one_case_and_the_worst_counts(
    case_of: Callable[..., Case],
) -> None:
    case = case_of(severity="low")
    same = case_of(kind="refund_spike", severity="high")
    assert same.id == case.id
    assert (same.severity, same.due_at) == (
        "high",
        due_of(HOUSE_DEADLINES, opened_at=case.opened_at, severity="high").first_look,
    )
    assert case_of(severity="medium").severity == "high"
    assert verbs(case) == ["opened", "alert_joined", "alert_joined"]
    assert case.gathered.count() == 3


@pytest.mark.parametrize("told", [{"about": "list:ofac"}, {"mode": "live"}])
def test_another_subject_or_mode_is_another_case(
    case_of: Callable[..., Case], told: dict[str, str]
) -> None:
    assert case_of().id != case_of(**told).id


def test_what_comes_long_after_is_a_case_that_follows(case_of: Callable[..., Case]) -> None:
    first = case_of()
    second = case_of(now=NOW + WINDOW + timedelta(seconds=1))
    assert second.follows_id == first.id
    third = case_of(now=NOW + WINDOW + timedelta(days=1))
    assert third.id == second.id


def test_what_comes_after_it_was_closed_is_a_case_that_follows(
    case_of: Callable[..., Case],
) -> None:
    first = closed(case_of())
    second = case_of()
    assert (second.follows_id, second.state) == (first.id, "open")


def test_the_same_event_handled_again_changes_nothing(case_of: Callable[..., Case]) -> None:
    case = case_of()
    alert = Alert.objects.get()
    assert alert_gather(alert_id=alert.id, now=NOW).id == case.id
    assert verbs(case) == ["opened"]
    assert CaseAlert.objects.count() == 1


def test_an_alert_that_got_worse_makes_its_case_worse(case_of: Callable[..., Case]) -> None:
    case = case_of(fingerprint="same", severity="low")
    again = case_of(fingerprint="same", severity="high")
    assert (again.id, again.severity) == (case.id, "high")
    assert verbs(case) == ["opened", "alert_worsened"]


@pytest.mark.usefixtures("chain")
def test_new_evidence_takes_a_proposal_back(case_of: Callable[..., Case]) -> None:
    case = taken(case_of())
    act = proposed(case)
    case = case_of()
    act.refresh_from_db()
    assert (act.state, case.state, case.maker) == ("cancelled", "investigating", None)
    assert verbs(case) == ["opened", "assigned", "proposed", "sent_back", "alert_joined"]
    assert not Act.objects.filter(state="proposed").exists()


def test_held_money_opens_a_case_and_what_becomes_of_it_is_noted(world: World) -> None:
    case = held_case(world)
    assert (case.severity, case.shop_id) == ("high", world.shop_id)
    alert = case.gathered.get().alert
    assert alert.kind == "held_payment"
    evidence = CaseSnapshot.objects.get(case=case).evidence
    (deposit,) = evidence["deposits"]
    assert case.about == f"deposit:{deposit['id']}"
    assert evidence["holds"][0]["state"] == "open"
    assert evidence["verdicts"][0]["matches"] == alert.facts["matches"]
    assert evidence["known"]["shop"]["name"] == "Café Amélie"
    assert evidence["known"]["invoice"]["id"] == deposit["invoice_id"]
    assert {part["kind"] for part in evidence["machine"]} == {"case_deadlines", "deposit_verdict"}
    from gateway.chains.models import Deposit

    world.decide(Deposit.objects.get(id=deposit["id"]), hold_release)
    assert verbs(case) == ["opened", "hold_decided"]


def test_each_outcome_of_a_hold_is_noted(world: World) -> None:
    from gateway.chains.models import Deposit

    case = held_case(world)
    world.decide(Deposit.objects.get(id=case.about.partition(":")[2]), hold_block)
    entry = RecordEntry.objects.get(about=str(case.id), verb="hold_decided")
    assert '"outcome":"blocked"' in entry.facts


def test_a_list_that_is_refused_is_one_case_of_the_house(drain: Callable[[], int]) -> None:
    for _ in range(2):
        with pytest.raises(ListEmpty):
            list_load(lines=[], source="ofac", loaded_by="t", now=NOW)
        drain()
    case = Case.objects.get()
    assert (case.about, case.shop_id, case.severity) == ("list:ofac", None, "high")
    assert case.gathered.get().alert.times == 2


@pytest.mark.django_db(transaction=True)
def test_alerts_that_come_at_once_open_one_case() -> None:
    alerts = [raised() for _ in range(4)]
    problems: list[Exception] = []
    barrier = threading.Barrier(4)

    def run(alert: Alert) -> None:
        try:
            barrier.wait()
            alert_gather(alert_id=alert.id, now=NOW)
        except Exception as error:
            problems.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[alert]) for alert in alerts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    case = Case.objects.get()
    assert case.gathered.count() == 4
    assert sorted(verbs(case)) == ["alert_joined"] * 3 + ["opened"]


def test_a_handler_that_dies_leaves_nothing_and_is_done_again(monkeypatch: Any) -> None:
    raised()
    with monkeypatch.context() as broken:
        broken.setattr("gateway.compliance.cases.opening.record", lambda *a, **k: 1 / 0)
        relay.drain(limit=10)
    assert not Case.objects.exists()
    assert not Event.objects.filter(type="case.opened").exists()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE events_outbox SET due_at = clock_timestamp()")
    relay.drain(limit=10)
    assert Case.objects.count() == 1
