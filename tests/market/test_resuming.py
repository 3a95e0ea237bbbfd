"""One person stops the desk; two let it go on, about the very halt that they saw."""

import pytest

from gateway.custody.approvals.carrying import acts_carry_out_due
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_agree, act_cancel
from gateway.events.models import Event
from gateway.market.errors import HaltUnknown
from gateway.market.models import DeskHalt
from gateway.market.resuming import desk_resume_propose
from gateway.market.supervising import desk_halt
from tests.custody.approvals.conftest import ADA, BEA, delay_passed
from tests.market.test_risk_wired import NOW

pytestmark = pytest.mark.django_db


def agreed() -> Act:
    act = desk_resume_propose(asset="", reason="it is over", by=ADA)
    return act_agree(act_id=act.id, by=BEA)


def due(act: Act) -> int:
    delay_passed(act.id)
    return acts_carry_out_due()


def test_the_desk_stays_halted_until_two_people_agreed_and_the_delay_passed() -> None:
    desk_halt(reason="a bridge was robbed", by="ana", now=NOW)
    act = agreed()
    assert (acts_carry_out_due(), DeskHalt.objects.count()) == (0, 1)
    assert due(act) == 1
    assert not DeskHalt.objects.exists()
    told = Event.objects.get(type="desk.resumed")
    assert told.body["by"] == f"user:{ADA} user:{BEA}"


def test_called_off_it_stays_halted() -> None:
    desk_halt(reason="a bridge was robbed", by="ana", now=NOW)
    act = agreed()
    act_cancel(act_id=act.id, by=BEA, reason="another one")
    assert (due(act), DeskHalt.objects.count()) == (0, 1)


def test_a_halt_that_came_meanwhile_is_not_let_go() -> None:
    desk_halt(reason="a bridge was robbed", by="ana", now=NOW)
    act = agreed()
    desk_halt(reason="and another", by="ben", now=NOW.replace(microsecond=7))
    assert (due(act), DeskHalt.objects.get().reason) == (0, "and another")
    act.refresh_from_db()
    assert act.end_reason.startswith("act_changed")


def test_what_is_not_halted_can_not_be_let_go() -> None:
    with pytest.raises(HaltUnknown):
        desk_resume_propose(asset="", reason="x", by=ADA)
