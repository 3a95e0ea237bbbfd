"""A case ends by two people, on the evidence both had before them, and never over held money."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from gateway.chains.models import Deposit
from gateway.compliance.alerts.models import Alert
from gateway.compliance.cases import closing
from gateway.compliance.cases.errors import (
    CaseNotReady,
    CaseReasonMissing,
    DispositionUnfit,
    HoldStillOpen,
)
from gateway.compliance.cases.models import Case, CaseDecision, CaseSnapshot
from gateway.compliance.cases.record_models import RecordEntry
from gateway.compliance.cases.services import case_close_propose, case_reopen
from gateway.compliance.holds import hold_block, hold_release
from gateway.custody.approvals.carrying import acts_carry_out_due, acts_expire_due
from gateway.custody.approvals.errors import SamePerson
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_agree, act_cancel, act_reject
from gateway.events.models import Event
from tests.compliance.cases.conftest import (
    ADA,
    BEA,
    NOW,
    closed,
    held_case,
    proposed,
    taken,
)
from tests.custody.approvals.conftest import delay_passed, lifetime_passed
from tests.faults.in_process import Killed, killer, passing
from tests.invoices.conftest import LISTED, World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("chain")]
CaseOf = Callable[..., Case]


def test_it_is_closed_by_two_people_after_a_delay(case_of: CaseOf) -> None:
    case = taken(case_of())
    act = proposed(case, "report")
    assert (act.shop_id, act.decider) == (None, "house")
    with pytest.raises(SamePerson):
        act_agree(act_id=act.id, by=ADA)
    act_agree(act_id=act.id, by=BEA)
    assert acts_carry_out_due() == 0
    delay_passed(act.id)
    assert acts_carry_out_due() == 1
    case.refresh_from_db()
    assert (case.state, case.disposition, case.maker, case.checker) == (
        *("closed", "report"),
        *(ADA, BEA),
    )
    decision = CaseDecision.objects.get(case=case)
    assert (decision.act_id, decision.maker, decision.checker) == (act.id, ADA, BEA)
    assert decision.snapshot.moment == "proposed"
    assert Alert.objects.filter(closed_at__isnull=True).count() == 0
    last = RecordEntry.objects.order_by("-number")[0]
    assert (last.verb, last.actor) == ("closed", f"user:{BEA}")
    told = Event.objects.get(type="case.closed")
    assert told.shop_id is None
    assert "report" not in str(told.body)


@pytest.mark.parametrize(
    "end",
    [
        lambda act: act_reject(act_id=act.id, by=BEA, reason="not enough"),
        lambda act: act_cancel(act_id=act.id, by=ADA, reason="not enough"),
        lambda act: (lifetime_passed(act.id), acts_expire_due()),
    ],
)
def test_what_is_called_off_is_worked_on_again(
    case_of: CaseOf, end: Callable[[Act], object]
) -> None:
    case = taken(case_of())
    end(proposed(case))
    case.refresh_from_db()
    assert (case.state, case.assignee, case.maker, case.disposition) == (
        *("investigating", ADA, None),
        "",
    )
    assert RecordEntry.objects.order_by("-number")[0].verb == "sent_back"
    closed(case, "watch")


def test_it_is_proposed_with_a_reason_and_once(case_of: CaseOf) -> None:
    case = taken(case_of())
    with pytest.raises(CaseReasonMissing):
        case_close_propose(case_id=case.id, by=ADA, disposition="watch", reason="", now=NOW)
    proposed(case)
    with pytest.raises(CaseNotReady):
        proposed(case)


def test_a_case_with_an_open_hold_is_not_closed(world: World) -> None:
    case = taken(held_case(world))
    for disposition in ("no_action", "block", "report"):
        with pytest.raises(HoldStillOpen):
            proposed(case, disposition)
    assert CaseSnapshot.objects.filter(case=case).count() == 1


def test_a_shops_case_does_not_wait_for_each_of_its_held_payments(
    world: World, case_of: CaseOf
) -> None:
    held_case(world)
    case = case_of(about=f"shop:{world.shop_id}", shop_id=world.shop_id)
    assert case.snapshots.get().evidence["holds"][0]["state"] == "open"
    assert closed(case, "watch").disposition == "watch"


def test_a_payers_case_waits_for_the_payers_held_money(world: World, case_of: CaseOf) -> None:
    held_case(world)
    case = taken(case_of(about=f"address:0x{LISTED.hex()}", shop_id=None))
    with pytest.raises(HoldStillOpen):
        proposed(case, "watch")


def test_the_database_closes_no_case_over_held_money(world: World) -> None:
    case = taken(held_case(world))
    snapshot = CaseSnapshot.objects.get(case=case)
    CaseDecision.objects.create(
        case=case,
        act_id=case.id,
        snapshot=snapshot,
        disposition="report",
        reason="x",
        maker=ADA,
        checker=BEA,
        rules="1",
        outcome="{}",
        outcome_hash=bytes(32),
        decided_at=NOW,
    )
    with pytest.raises(DatabaseError, match="waits for a decision"), transaction.atomic():
        Case.objects.filter(id=case.id).update(
            state="closed",
            disposition="report",
            maker=ADA,
            checker=BEA,
            closed_at=NOW,
            gathers=False,
        )


def test_how_it_ends_is_no_contradiction_to_what_became_of_the_money(world: World) -> None:
    case = taken(held_case(world))
    world.decide(Deposit.objects.get(id=case.about.partition(":")[2]), hold_block)
    for disposition in ("no_action", "false_positive", "watch"):
        with pytest.raises(DispositionUnfit):
            proposed(case, disposition)
    assert closed(case, "block").disposition == "block"


def test_money_that_was_let_go_was_not_blocked(world: World) -> None:
    case = taken(held_case(world))
    world.decide(Deposit.objects.get(id=case.about.partition(":")[2]), hold_release)
    with pytest.raises(DispositionUnfit):
        proposed(case, "block")
    assert closed(case, "false_positive").disposition == "false_positive"


def test_a_hold_that_opened_meanwhile_fails_the_closing(world: World) -> None:
    """Even where its alert has not come to the case yet."""
    case = taken(held_case(world))
    deposit = Deposit.objects.get(id=case.about.partition(":")[2])
    world.decide(deposit, hold_release)
    act = proposed(case, "watch")
    act_agree(act_id=act.id, by=BEA)
    delay_passed(act.id)
    from gateway.compliance.models import Hold, Verdict

    verdict = Verdict.objects.get(deposit_id=deposit.id, current=True)
    Verdict.objects.filter(id=verdict.id).update(current=False)
    again = Verdict.objects.create(
        deposit_id=deposit.id,
        state="held",
        versions=[],
        versions_key="",
        checked=[],
        matches=[{"address": ""}],
        given_at=NOW,
    )
    Hold.objects.create(verdict=again, deposit_id=deposit.id, opened_at=NOW)
    assert acts_carry_out_due() == 0
    act.refresh_from_db()
    case.refresh_from_db()
    assert (act.state, case.state) == ("failed", "investigating")
    assert act.end_reason.startswith("case_hold_open")


def test_evidence_that_changed_under_the_act_fails_the_closing(case_of: CaseOf) -> None:
    case = taken(case_of())
    act = proposed(case)
    act_agree(act_id=act.id, by=BEA)
    delay_passed(act.id)
    closing.snapshot_take(case, "proposed", now=NOW)
    assert acts_carry_out_due() == 0
    act.refresh_from_db()
    assert act.end_reason.startswith("case_evidence_changed")


def test_maker_is_not_checker_in_the_database(case_of: CaseOf) -> None:
    case = case_of()
    with pytest.raises(IntegrityError, match="maker_is_not_checker"), transaction.atomic():
        CaseDecision.objects.create(
            case=case,
            act_id=case.id,
            snapshot=CaseSnapshot.objects.get(case=case),
            disposition="watch",
            reason="x",
            maker=ADA,
            checker=ADA,
            rules="1",
            outcome="{}",
            outcome_hash=bytes(32),
            decided_at=NOW,
        )


def test_a_reopened_case_needs_a_decision_of_its_own(case_of: CaseOf) -> None:
    case = closed(case_of())
    case_reopen(case_id=case.id, by=ADA, reason="more", now=NOW)
    with pytest.raises(DatabaseError, match="no decision"), transaction.atomic():
        Case.objects.filter(id=case.id).update(
            state="closed",
            disposition="no_action",
            maker=ADA,
            checker=BEA,
            closed_at=NOW,
            gathers=False,
        )
    case.refresh_from_db()
    closed(case)
    assert CaseDecision.objects.filter(case=case).count() == 2


def test_a_process_that_dies_with_the_record_written_has_closed_nothing(case_of: CaseOf) -> None:
    case = taken(case_of())
    act = proposed(case)
    act_agree(act_id=act.id, by=BEA)
    delay_passed(act.id)
    written = RecordEntry.objects.count()
    with pytest.raises(Killed), passing(killer("case.recorded")), transaction.atomic():
        acts_carry_out_due()
    case.refresh_from_db()
    assert case.state == "proposed"
    assert RecordEntry.objects.count() == written
    assert acts_carry_out_due() == 1
    case.refresh_from_db()
    assert case.state == "closed"


def test_killed_between_the_verb_and_the_act_nothing_is_half_done(
    case_of: CaseOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = taken(case_of())
    act = proposed(case)
    act_agree(act_id=act.id, by=BEA)
    delay_passed(act.id)
    with monkeypatch.context() as broken:
        broken.setattr(closing, "record", lambda *a, **k: 1 / 0)
        assert acts_carry_out_due() == 0
    case.refresh_from_db()
    act.refresh_from_db()
    assert (act.state, case.state) == ("approved", "proposed")
    assert not CaseDecision.objects.exists()
    assert acts_carry_out_due() == 1
