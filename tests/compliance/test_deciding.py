"""Held money goes only after two people agreed and nobody called it off."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from gateway.compliance import services
from gateway.compliance.deciding import (
    hold_block_propose,
    hold_release_propose,
    hold_return_propose,
)
from gateway.compliance.errors import NoHold
from gateway.compliance.models import Hold, Verdict
from gateway.compliance.selectors import hold_get, holds_page, verdict_states, versions_named
from gateway.custody.approvals.carrying import acts_carry_out_due
from gateway.custody.approvals.errors import ActOpenAlready, SamePerson
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_agree, act_cancel
from gateway.events.ids import uuid7
from gateway.tenancy.scope import house_scope
from tests.as_web import as_web_role
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


@pytest.mark.parametrize(
    ("propose", "state"), [(hold_return_propose, "returned"), (hold_block_propose, "blocked")]
)
def test_to_give_back_or_to_keep_takes_two_people_and_a_delay_too(
    propose: Callable[..., Act], state: str
) -> None:
    verdict = held()
    act = propose(deposit_id=verdict.deposit_id, by=ADA, reason="the same person")
    with pytest.raises(SamePerson):
        act_agree(act_id=act.id, by=ADA)
    act_agree(act_id=act.id, by=BEA)
    assert acts_carry_out_due() == 0
    delay_passed(act.id)
    assert acts_carry_out_due() == 1
    assert verdict_states([verdict.deposit_id]) == {verdict.deposit_id: state}
    hold = Hold.objects.get(verdict=verdict)
    assert (hold.proposed_by, hold.approved_by) == (f"user:{ADA}", f"user:{BEA}")
    assert hold.reason == "the same person"


def test_of_two_decisions_about_one_hold_the_second_is_refused_until_the_first_is_over() -> None:
    verdict = held()
    act = hold_release_propose(deposit_id=verdict.deposit_id, by=ADA, reason="namesake")
    for propose in (hold_return_propose, hold_block_propose, hold_release_propose):
        with pytest.raises(ActOpenAlready):
            propose(deposit_id=verdict.deposit_id, by=BEA, reason="no")
    act_cancel(act_id=act.id, by=ADA, reason="no namesake")
    assert hold_block_propose(deposit_id=verdict.deposit_id, by=BEA, reason="listed").maker == BEA


def test_the_web_can_propose_and_agree_but_not_decide() -> None:
    verdict = held()
    with as_web_role(), house_scope():
        act = hold_block_propose(deposit_id=verdict.deposit_id, by=ADA, reason="listed")
        act_agree(act_id=act.id, by=BEA)
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            services.hold_block(deposit_id=verdict.deposit_id, by="ada", reason="x", now=NOW)
            services.hold_approve(deposit_id=verdict.deposit_id, by="bea", now=NOW)
    assert verdict_states([verdict.deposit_id]) == {verdict.deposit_id: "held"}


def test_holds_are_found_by_what_became_of_them_page_by_page(
    django_assert_num_queries: Any,
) -> None:
    load(LISTED)
    verdicts = [screened(sender=LISTED, log_index=index) for index in range(3)]
    last = verdicts[2]
    assert last is not None
    services.hold_block(deposit_id=last.deposit_id, by="ada", reason="listed", now=NOW)
    services.hold_approve(deposit_id=last.deposit_id, by="bea", now=NOW)
    with django_assert_num_queries(1):
        first = holds_page(state="open", size=1)
        assert [hold.verdict for hold in first.items] == [verdicts[0]]
    second = holds_page(state="open", size=1, cursor=first.next_cursor)
    assert [hold.verdict for hold in second.items] == [verdicts[1]]
    assert second.next_cursor is None
    assert [hold.verdict for hold in holds_page(state="blocked").items] == [last]
    assert not holds_page(state="released").items
    assert hold_get(second.items[0].id) == second.items[0]
    with django_assert_num_queries(1):
        assert [str(one) for one in versions_named(last)] == ["ofac #1"]
    with pytest.raises(NoHold):
        hold_get(uuid7())
