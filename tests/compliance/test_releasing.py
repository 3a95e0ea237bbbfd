"""Held money goes only after two people agreed and nobody called it off."""

import pytest

from gateway.compliance import services
from gateway.compliance.errors import NoHold
from gateway.compliance.models import Hold, Verdict
from gateway.compliance.releasing import hold_release_propose
from gateway.compliance.selectors import verdict_states
from gateway.custody.approvals.carrying import acts_carry_out_due
from gateway.custody.approvals.services import act_agree, act_cancel
from gateway.events.ids import uuid7
from tests.compliance.test_screening import LISTED, NOW, chain, load, screened  # noqa: F401
from tests.custody.approvals.conftest import ADA, BEA, delay_passed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("chain")]


def held() -> Verdict:
    load(LISTED)
    verdict = screened(sender=LISTED)
    assert verdict is not None
    return verdict


def test_held_money_goes_after_two_people_and_a_delay_and_not_before() -> None:
    verdict = held()
    act = hold_release_propose(deposit_id=verdict.deposit_id, by=ADA, reason="namesake")
    assert (act.shop_id, act.decider) == (None, "house")
    act_agree(act_id=act.id, by=BEA)
    assert acts_carry_out_due() == 0
    assert verdict_states([verdict.deposit_id]) == {verdict.deposit_id: "held"}
    delay_passed(act.id)
    assert acts_carry_out_due() == 1
    assert verdict_states([verdict.deposit_id]) == {verdict.deposit_id: "released"}
    hold = Hold.objects.get(verdict=verdict)
    assert (hold.proposed_by, hold.approved_by) == (f"user:{ADA}", f"user:{BEA}")


def test_a_release_that_was_called_off_leaves_the_hold_as_it_was() -> None:
    verdict = held()
    act = hold_release_propose(deposit_id=verdict.deposit_id, by=ADA, reason="namesake")
    act_agree(act_id=act.id, by=BEA)
    act_cancel(act_id=act.id, by=ADA, reason="not a namesake")
    delay_passed(act.id)
    assert acts_carry_out_due() == 0
    assert verdict_states([verdict.deposit_id]) == {verdict.deposit_id: "held"}


def test_a_hold_that_was_decided_meanwhile_is_not_released() -> None:
    verdict = held()
    act = hold_release_propose(deposit_id=verdict.deposit_id, by=ADA, reason="namesake")
    act_agree(act_id=act.id, by=BEA)
    services.hold_block(deposit_id=verdict.deposit_id, by="ada", reason="listed", now=NOW)
    services.hold_approve(deposit_id=verdict.deposit_id, by="bea", now=NOW)
    delay_passed(act.id)
    assert acts_carry_out_due() == 0
    act.refresh_from_db()
    assert act.state == "failed"
    assert verdict_states([verdict.deposit_id]) == {verdict.deposit_id: "blocked"}
    with pytest.raises(NoHold):
        hold_release_propose(deposit_id=uuid7(), by=ADA, reason="x")
