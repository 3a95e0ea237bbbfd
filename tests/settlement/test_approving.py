"""Payouts above a limit, new destinations and looser limits wait for two people."""

from typing import Any

import pytest
from django.test import override_settings

from gateway.custody.approvals.carrying import acts_carry_out_due
from gateway.custody.approvals.errors import ActOpenAlready, SamePerson
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_agree, act_cancel, act_reject
from gateway.events import relay
from gateway.events.ids import uuid7
from gateway.events.models import Event
from gateway.settlement.approving import waiting_for
from gateway.settlement.destinations import destination_waiting, payout_destination_change
from gateway.settlement.limits import shop_limits_change
from gateway.settlement.models import Payout
from gateway.settlement.requesting import payout_cancel, payout_request
from gateway.shops.errors import TermsRefused
from gateway.shops.models import Shop
from gateway.shops.selectors import shop_view
from gateway.shops.services import shop_approve, shop_set_payout_address, shop_set_terms
from tests.custody.approvals.conftest import ADA, BEA, delay_passed, told_of
from tests.settlement.asking import balance, events, status
from tests.settlement.conftest import WALLET, World

OTHER = b"\x0c" * 20
LIMIT = {"test": {"payout_limits": {"USDC": "0.0001"}}}
"""100 base units a day."""


@pytest.fixture
def limited() -> Any:
    with override_settings(APPROVALS=LIMIT):
        yield


def ask(world: World, units: int, **changes: Any) -> Payout:
    return payout_request(
        **{
            "shop_id": world.shop_id,
            "units": units,
            "idempotency_key": str(uuid7()),
            "by": ADA,
            "now": world.now,
            **changes,
        }
    )


def act_of(payout: Payout) -> Act:
    return Act.objects.get(subject=f"payout:{payout.id}")


def do(act: Act) -> None:
    """The delay passes, beat comes by, and everybody hears of it."""
    delay_passed(act.id)
    acts_carry_out_due()
    relay.drain(limit=1000)


def test_a_payout_above_the_limit_waits_for_a_second_person_and_the_delay(
    world: World, limited: None
) -> None:
    world.fund(1_000)
    world.paid(500)
    payout = ask(world, 101)
    relay.drain(limit=1000)
    assert (status(payout), balance(world)) == ("requested", (399, 101))
    assert waiting_for([payout]) == {payout.id: "approval"}
    requested = Event.objects.get(subject=f"payout:{payout.id}", type="payout.requested")
    assert requested.body["waiting_for"] == "approval"
    act = act_of(payout)
    assert (act.decider, act.maker, act.body["units"]) == ("house", ADA, "101")
    with pytest.raises(SamePerson):
        act_agree(act_id=act.id, by=ADA)
    act_agree(act_id=act.id, by=BEA)
    assert acts_carry_out_due() == 0
    assert status(payout) == "requested"
    do(act)
    assert status(payout) == "sending"
    assert events(payout)[:2] == ["payout.requested", "payout.approved"]
    assert waiting_for([payout]) == {}


def test_at_the_limit_it_goes_as_before_and_small_ones_add_up(world: World, limited: None) -> None:
    world.fund(1_000)
    world.paid(500)
    first = ask(world, 60)
    assert (status(first), status(ask(world, 40))) == ("approved", "approved")
    third = ask(world, 1)
    assert (status(third), act_of(third).body["window_units"]) == ("requested", "101")
    act_agree(act_id=act_of(third).id, by=BEA)
    do(act_of(third))
    # A day later there is room again, and what people agreed to took none of it.
    later = ask(world, 100, now=world.now.replace(day=world.now.day + 1, second=1))
    assert status(later) == "approved"


def test_what_people_agreed_to_leaves_the_limit_as_it_was(world: World, limited: None) -> None:
    world.paid(500)
    large = ask(world, 150)
    act_agree(act_id=act_of(large).id, by=BEA)
    assert status(ask(world, 100)) == "approved"


def test_the_shops_own_limit_is_its_own_peoples(world: World) -> None:
    world.paid(500)
    shop_set_terms(shop_id=world.shop_id, changes={"payout_limit_units": 50}, now=world.now)
    assert act_of(ask(world, 51)).decider == "shop"
    assert status(ask(world, 50)) == "approved"


def test_rejected_or_called_off_the_money_is_the_shops_again(world: World, limited: None) -> None:
    world.paid(500)
    no, off = ask(world, 101), ask(world, 120)
    act_reject(act_id=act_of(no).id, by=BEA, reason="who asked for this?")
    act_agree(act_id=act_of(off).id, by=BEA)
    act_cancel(act_id=act_of(off).id, by=ADA, reason="wrong amount")
    relay.drain(limit=1000)
    assert [status(no), status(off)] == ["cancelled", "cancelled"]
    assert balance(world) == (500, 0)
    delay_passed(act_of(off).id)
    assert acts_carry_out_due() == 0
    assert told_of(act_of(no)) == ["proposed", "rejected"]


def test_a_payout_that_its_shop_takes_back_needs_nobody_any_more(
    world: World, limited: None
) -> None:
    world.paid(500)
    payout = ask(world, 101)
    act_agree(act_id=act_of(payout).id, by=BEA)
    payout_cancel(shop_id=world.shop_id, payout_id=payout.id, now=world.now)
    # Even if the delay passes before anybody hears of it.
    delay_passed(act_of(payout).id)
    assert acts_carry_out_due() == 0
    relay.drain(limit=1000)
    assert (status(payout), act_of(payout).state) == ("cancelled", "failed")
    assert balance(world) == (500, 0)
    again = ask(world, 101)
    payout_cancel(shop_id=world.shop_id, payout_id=again.id, now=world.now)
    relay.drain(limit=1000)
    assert act_of(again).state == "cancelled"


@pytest.mark.parametrize("change", [{"destination": OTHER}, {"units": 400, "taken_units": 400}])
def test_a_row_that_was_changed_after_people_saw_it_does_not_go(
    world: World, limited: None, change: dict[str, Any]
) -> None:
    world.paid(500)
    payout = ask(world, 101)
    act_agree(act_id=act_of(payout).id, by=BEA)
    Payout.objects.filter(id=payout.id).update(**change)
    with override_settings(APPROVALS=LIMIT):
        delay_passed(act_of(payout).id)
        assert acts_carry_out_due() == 0
    assert act_of(payout).state == "failed"
    assert status(payout) != "approved"


def test_what_a_program_or_a_schedule_asks_for_needs_two_people(
    world: World, limited: None
) -> None:
    world.paid(200)
    payout = ask(world, 150, by=None)
    act = act_of(payout)
    assert (act.maker, act.origin, status(payout)) == (None, "schedule", "requested")
    act = act_agree(act_id=act.id, by=ADA)
    assert act.state == "proposed"
    assert act_agree(act_id=act.id, by=BEA).state == "approved"


# --- destinations --------------------------------------------------------------------------------


def change(world: World, address: bytes) -> Act | None:
    return payout_destination_change(shop_id=world.shop_id, address=address, by=ADA, now=world.now)


def address_of(world: World) -> bytes | None:
    return shop_view(shop_id=world.shop_id).payout_address


def test_a_new_destination_cools_off_while_the_old_one_stays_in_force(world: World) -> None:
    world.open_shop()
    world.paid(500)
    act = change(world, OTHER)
    assert act is not None
    assert destination_waiting(shop_id=world.shop_id) == act
    with pytest.raises(ActOpenAlready):
        change(world, b"\x0d" * 20)
    act_agree(act_id=act.id, by=BEA)
    before = ask(world, 10)
    assert (address_of(world), bytes(before.destination)) == (WALLET, WALLET)
    do(act)
    assert address_of(world) == OTHER
    assert bytes(ask(world, 10).destination) == OTHER
    assert bytes(Payout.objects.get(id=before.id).destination) == WALLET


def test_the_first_destination_of_a_test_shop_is_set_at_once(world: World) -> None:
    world.open_shop(payout_address=None)
    assert change(world, OTHER) is None
    assert address_of(world) == OTHER
    assert change(world, OTHER) is None
    assert not Act.objects.exists()


def test_the_first_destination_of_a_live_shop_waits_like_any_other(world: World) -> None:
    world.open_shop(payout_address=None)
    shop_approve(shop_id=world.shop_id, live=True, now=world.now)
    act = change(world, OTHER)
    assert act is not None
    assert (act.delay_seconds, act.mode) == (86_400, "live")
    assert address_of(world) is None


def test_a_change_seen_beside_an_address_that_is_gone_is_not_made(world: World) -> None:
    world.open_shop()
    act = change(world, OTHER)
    assert act is not None
    act_agree(act_id=act.id, by=BEA)
    shop_set_payout_address(shop_id=world.shop_id, address=b"\x0e" * 20, now=world.now)
    do(act)
    act.refresh_from_db()
    assert (act.state, address_of(world)) == ("failed", b"\x0e" * 20)


# --- limits --------------------------------------------------------------------------------------


def limit(world: World, **changes: int | None) -> Act | None:
    return shop_limits_change(
        shop_id=world.shop_id, changes=changes, reason="asked", by=ADA, now=world.now
    )


def test_to_tighten_a_limit_takes_one_person_and_to_loosen_it_two(world: World) -> None:
    world.open_shop()
    assert limit(world, payout_limit_units=500, max_open_lock_units=100) is None
    assert shop_view(shop_id=world.shop_id).terms.payout_limit_units == 500
    act = limit(world, payout_limit_units=900, max_open_lock_units=50)
    assert act is not None
    terms = shop_view(shop_id=world.shop_id).terms
    assert (terms.payout_limit_units, terms.max_open_lock_units) == (500, 100)
    act_agree(act_id=act.id, by=BEA)
    do(act)
    terms = shop_view(shop_id=world.shop_id).terms
    assert (terms.payout_limit_units, terms.max_open_lock_units) == (900, 50)
    assert act.decider == "house"


def test_no_limit_of_its_own_is_looser_than_any(world: World) -> None:
    world.open_shop()
    assert limit(world, payout_limit_units=500) is None
    assert limit(world, payout_limit_units=None) is not None
    assert limit(world, payout_limit_units=400) is None


def test_limits_that_changed_meanwhile_are_looked_at_again(world: World) -> None:
    world.open_shop()
    act = limit(world, at_risk_cap_units=100)
    assert act is not None
    act_agree(act_id=act.id, by=BEA)
    shop_set_terms(shop_id=world.shop_id, changes={"at_risk_cap_units": 7}, now=world.now)
    do(act)
    act.refresh_from_db()
    assert act.state == "failed"
    assert shop_view(shop_id=world.shop_id).terms.at_risk_cap_units == 7


@pytest.mark.parametrize("changes", [{}, {"fee_bps": 0}, {"at_risk_cap_units": -1}])
def test_only_limits_are_changed_so(world: World, changes: dict[str, int]) -> None:
    world.open_shop()
    with pytest.raises(TermsRefused):
        limit(world, **changes)
    assert Shop.objects.get(id=world.shop_id).terms["fee_bps"] == 50
