"""What newly happened is looked at once: live tables alert, those in shadow are counted."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from gateway.compliance.alerts.models import Alert
from gateway.compliance.alerts.services import alerts_close
from gateway.compliance.cases.models import Case
from gateway.compliance.cases.replaying import decision_replay, overall
from gateway.compliance.scenarios import watching
from gateway.compliance.scenarios.judging import JudgingFailed
from gateway.compliance.scenarios.models import (
    ObservationRow,
    ScenarioVersion,
    ShadowHit,
    WaitingObservation,
)
from gateway.compliance.scenarios.observing import observation_keep
from gateway.compliance.scenarios.tasks import watch_observations
from gateway.compliance.scenarios.versions import version_shadow
from gateway.compliance.scenarios.watching import running_versions, subject_watch
from gateway.events.ids import uuid7
from tests.compliance.cases.conftest import closed
from tests.compliance.scenarios.kit import NOW, PAYER, SHOP, address, kept, seen, written
from tests.compliance.scenarios.test_versions import live
from tests.custody.approvals.conftest import ADA

pytestmark = pytest.mark.django_db


def watched() -> None:
    running = running_versions()
    while subject_watch(running=running, now=NOW):
        pass


def running(state: str = "live", **changes: Any) -> ScenarioVersion:
    version = written(author=ADA, **changes)
    return live(version) if state == "live" else version_shadow(version_id=version.id, now=NOW)


def test_the_third_payment_within_a_day_alerts_about_the_payer_with_what_was_counted() -> None:
    version = running()
    for hours in (30, 3, 2, 1):
        kept(seen(hours))
    watched()
    alert = Alert.objects.get()
    assert (alert.kind, alert.about, alert.severity) == ("scenario_many_payments", PAYER, "medium")
    assert (alert.mode, alert.times) == ("test", 1)
    assert alert.facts["features"] == {"out_count_24h": 3}
    assert alert.versions == {"many_payments": f"1 {version.hash}"}
    assert not WaitingObservation.objects.exists()


def test_the_same_again_is_counted_in_the_same_alert() -> None:
    running()
    for hours in (5, 4, 3, 2):
        kept(seen(hours))
    watched()
    assert Alert.objects.get().times == 2


def test_what_people_laid_aside_rests_unless_it_gets_worse() -> None:
    running(rows=[([">= 6"], "high"), ([">= 3"], "medium")])
    for hours in (9, 8, 7):
        kept(seen(hours))
    watched()
    alerts_close(alert_ids=[Alert.objects.get().id], now=NOW)
    kept(seen(6))
    watched()
    assert Alert.objects.count() == 1
    kept(seen(5))
    kept(seen(4))
    watched()
    assert Alert.objects.get(closed_at__isnull=True).severity == "high"


def test_a_table_in_shadow_is_counted_by_day_and_tells_nobody() -> None:
    version = running("shadow")
    for hours in (5, 4, 3, 2):
        kept(seen(hours))
    watched()
    assert not Alert.objects.exists()
    hit = ShadowHit.objects.get()
    assert (hit.version_id, hit.about, hit.times) == (version.id, PAYER, 2)


def test_a_draft_and_what_was_laid_aside_are_not_asked() -> None:
    written(author=ADA)
    for hours in (3, 2, 1):
        kept(seen(hours))
    watched()
    assert not Alert.objects.exists() and not ShadowHit.objects.exists()


def test_live_and_test_money_have_histories_of_their_own() -> None:
    running()
    kept(seen(3), mode="live")
    kept(seen(2), mode="live")
    kept(seen(1), mode="test")
    watched()
    assert not Alert.objects.exists()


def test_what_comes_late_is_judged_by_the_time_at_which_it_happened() -> None:
    running()
    kept(seen(1))
    watched()
    kept(seen(40))
    kept(seen(39))
    watched()
    assert not Alert.objects.exists()
    kept(seen(38))
    watched()
    assert Alert.objects.get().facts["at"] == seen(38).at.isoformat()


def test_an_event_that_is_heard_of_twice_is_observed_once() -> None:
    event_id = uuid7()
    told = {
        "event_id": event_id,
        "mode": "test",
        "kind": "deposit",
        "at": NOW,
        "shop_id": None,
        "source": PAYER,
        "target": SHOP,
    }
    assert observation_keep(**told)
    assert not observation_keep(**told)
    assert ObservationRow.objects.count() == 1
    assert WaitingObservation.objects.count() == 2


def test_what_was_observed_can_not_be_rewritten_or_taken_away() -> None:
    row = kept(seen())
    with pytest.raises(DatabaseError), transaction.atomic():
        ObservationRow.objects.filter(id=row.id).update(cents=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        ObservationRow.objects.filter(id=row.id).delete()


def test_money_that_comes_back_over_others_hands_is_seen_with_the_way_it_took() -> None:
    running(
        scenario="round_trip",
        triggers=["payout"],
        columns=["cycle_hops_30d"],
        rows=[(["2..6"], "high")],
    )
    other, second = address(7), "shop:0198c0de-0000-7000-8000-000000000002"
    kept(seen(9, source=PAYER, target=SHOP, cents=100_000))
    kept(seen(8, kind="payout", source=SHOP, target=other, cents=99_000))
    kept(seen(7, source=other, target=second, cents=98_500))
    kept(seen(6, kind="payout", source=second, target=PAYER, cents=98_000))
    watched()
    alert = Alert.objects.get()
    assert alert.about == PAYER
    assert alert.facts["features"] == {"cycle_hops_30d": 4}
    assert alert.facts["cycles"]["cycle_hops_30d"]["path"] == [second, PAYER, SHOP, other]


def test_a_case_about_it_replays_to_the_same_bits(drain: Callable[[], int]) -> None:
    running(columns=["out_count_24h", "out_cents_24h"], rows=[([">= 3", ">= 2"], "high")])
    for hours in (3, 2, 1):
        kept(seen(hours))
    watched()
    drain()
    case = closed(Case.objects.get(about=PAYER), "false_positive")
    findings = decision_replay(case.decisions.get())
    assert "scenario 1" in [finding.what for finding in findings]
    assert overall(findings) == "equal", findings


def test_evidence_that_was_tampered_with_is_found_out(drain: Callable[[], int]) -> None:
    from gateway.compliance.cases.replaying import part_replay

    running()
    for hours in (3, 2, 1):
        kept(seen(hours))
    watched()
    part = json.loads(Alert.objects.get().evidence)["replay"]
    assert part_replay(part).result == "equal"
    part["input"]["features"]["out_count_24h"] = 2
    assert part_replay(part).result == "differs"
    part["input"]["table"]["columns"] = ["their_mood"]
    assert part_replay(part).result == "unknown"


def test_the_first_run_loads_what_came_with_the_program() -> None:
    assert watch_observations() == 0
    assert ScenarioVersion.objects.filter(state="shadow").count() == 14
    for hours in range(12):
        kept(seen(hours / 20))
    assert watch_observations() == 2
    assert set(ShadowHit.objects.values_list("version__scenario", "about")) == {
        ("velocity", PAYER),
        ("split_invoices", PAYER),
    }


def test_whose_history_takes_long_to_go_through_rests_and_loses_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from gateway.compliance.scenarios import tasks

    version = running("shadow")
    monkeypatch.setattr(tasks, "LONG_SECONDS", -1.0)
    monkeypatch.setattr(tasks, "REST_TIMES", 10_000)
    kept(seen(3))
    assert watch_observations() == 2
    kept(seen(2))
    kept(seen(1))
    assert watch_observations() == 0
    assert WaitingObservation.objects.count() == 4
    tasks._rests_until.clear()
    assert watch_observations() == 2
    tasks._rests_until.clear()
    assert ShadowHit.objects.get(version=version).about == PAYER


def test_a_table_that_gives_no_answer_keeps_nobody_else_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from gateway.compliance.scenarios import tasks

    running()
    for hours in (3, 2, 1):
        kept(seen(hours))
    judge = watching.Judge.judge

    def gives_none(self: Any, features: Any) -> Any:
        raise JudgingFailed("many_payments took longer than 0.25 s")

    monkeypatch.setattr(watching.Judge, "judge", gives_none)
    assert watch_observations() == 1  # the shop, of which this table asks nothing
    failed = Alert.objects.get()
    assert (failed.kind, failed.about, failed.severity) == ("monitoring_failed", PAYER, "high")
    monkeypatch.setattr(watching.Judge, "judge", judge)
    assert watch_observations() == 0
    tasks._rests_until.clear()
    assert watch_observations() == 1
    assert Alert.objects.filter(kind="scenario_many_payments", about=PAYER).exists()
