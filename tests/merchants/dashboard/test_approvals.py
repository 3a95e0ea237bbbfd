"""What two people decide, as the shop sees it: asked, agreed to, called off."""

from typing import Any

import pytest
from django.test import Client, override_settings

from gateway.chains.addresses import checksum
from gateway.custody.approvals.carrying import acts_carry_out_due
from gateway.custody.approvals.models import Act
from gateway.events import relay
from gateway.settlement.destinations import payout_destination_change
from gateway.settlement.models import Payout
from gateway.settlement.requesting import payout_request
from gateway.shops.selectors import shop_view
from tests.checkout.test_views import assert_strict
from tests.custody.approvals.conftest import delay_passed
from tests.faces import PASSWORD, Staff

pytestmark = pytest.mark.django_db

NEW = bytes.fromhex("1234567890abcdef1234567890abcdef12345678")
LIMIT = {"test": {"payout_limits": {"USDC": "0.000001"}}}


@pytest.fixture
def here(staff: Staff) -> str:
    return f"/dashboard/{staff.world.shop_id}/approvals"


@pytest.fixture
def act(staff: Staff) -> Act:
    """The owner wants payouts elsewhere."""
    found = payout_destination_change(
        shop_id=staff.world.shop_id,
        address=NEW,
        by=staff.user("owner").pk,
        now=staff.world.now,
    )
    assert found is not None
    return found


def said(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return str(answer.content.decode())


def say(client: Client, here: str, act: Act, verb: str, **form: str) -> Any:
    return client.post(f"{here}/{act.id}/{verb}", form, follow=True)


def test_the_queue_and_an_act_keep_to_the_content_policy(staff: Staff, here: str, act: Act) -> None:
    for page in (here, f"{here}/{act.id}"):
        answer = staff.client("manager").get(page)
        assert_strict(answer)
        assert "Send payouts to another address" in said(answer)


def test_who_proposed_it_is_told_that_another_must_approve(
    staff: Staff, here: str, act: Act
) -> None:
    text = said(staff.client("owner").get(f"{here}/{act.id}"))
    assert "You proposed it: another person must approve it." in text
    assert "an officer of the house does" in text
    assert f"{here}/{act.id}/agree" not in text
    assert f"{here}/{act.id}/cancel" in text
    assert say(staff.client("owner"), here, act, "agree", password=PASSWORD).status_code == 403


def test_a_manager_approves_with_their_password_and_it_is_done_after_the_delay(
    staff: Staff, here: str, act: Act
) -> None:
    staff.with_password("manager").refresh_from_db()
    manager = staff.client("manager")
    wrong = say(manager, here, act, "agree", password="wrong")
    assert "That isn&#x27;t your password" in said(wrong, 422)
    text = said(say(manager, here, act, "agree", password=PASSWORD))
    assert "Approved. It is done when its delay has passed" in text
    assert "Manager" in text
    assert shop_view(shop_id=staff.world.shop_id).payout_address != NEW
    delay_passed(act.id)
    assert acts_carry_out_due() == 1
    assert shop_view(shop_id=staff.world.shop_id).payout_address == NEW
    assert "Done" in said(manager.get(here))


@pytest.mark.parametrize("role", ["owner", "manager", "operator"])
def test_either_of_the_two_and_the_house_call_it_off(
    staff: Staff, here: str, act: Act, role: str
) -> None:
    staff.with_password("manager").refresh_from_db()
    say(staff.client("manager"), here, act, "agree", password=PASSWORD)
    client = staff.client(role)
    root = "/house/approvals" if role == "operator" else here
    assert "Say why" in said(say(client, root, act, "cancel", reason=" "), 422)
    text = said(say(client, root, act, "cancel", reason="not our address"))
    assert "Cancelled. Nothing of it is done." in text
    assert "not our address" in said(staff.client("owner").get(f"{here}/{act.id}"))
    delay_passed(act.id)
    assert acts_carry_out_due() == 0


@pytest.mark.parametrize("role", ["cashier", "accountant", "developer"])
def test_it_is_closed_to_other_roles(staff: Staff, here: str, act: Act, role: str) -> None:
    client = staff.client(role)
    assert client.get(here).status_code == 403
    assert client.get(f"{here}/{act.id}").status_code == 403
    for verb in ("agree", "reject", "cancel"):
        assert say(client, here, act, verb, reason="x", password=PASSWORD).status_code == 403
    act.refresh_from_db()
    assert act.state == "proposed"


def test_another_shops_act_is_not_there(staff: Staff, here: str, act: Act) -> None:
    from gateway.shops.services import shop_open
    from merchants.accounts.services import member_add

    other = shop_open(
        name="Other", pricing_currency="EUR", settlement_asset="USDC@31337", now=staff.world.now
    )
    member_add(user_id=staff.user("manager").pk, shop_id=other.id, role="owner")
    client = staff.client("manager")
    there = f"/dashboard/{other.id}/approvals"
    assert client.get(f"{there}/{act.id}").status_code == 404
    assert say(client, there, act, "cancel", reason="x").status_code == 404


def test_no_other_site_approves(staff: Staff, here: str, act: Act) -> None:
    staff.with_password("manager").refresh_from_db()
    strict = staff.client("manager", enforce_csrf_checks=True)
    assert say(strict, here, act, "agree", password=PASSWORD).status_code == 403


def test_the_settings_say_that_an_address_waits(staff: Staff, here: str, act: Act) -> None:
    owner = staff.client("owner")
    page = f"/dashboard/{staff.world.shop_id}/settings"
    text = said(owner.get(page))
    assert "Another address waits" in text
    assert f"{here}/{act.id}" in text
    staff.with_password("owner").refresh_from_db()
    form = {"section": "address", "address": "0x" + "77" * 20, "password": PASSWORD}
    refused = said(staff.client("owner").post(page, form), 422)
    assert "Something like this waits already" in refused


def paid_out(staff: Staff, units: int) -> Payout:
    return payout_request(
        shop_id=staff.world.shop_id,
        units=units,
        idempotency_key=f"k{units}",
        by=staff.user("owner").pk,
        now=staff.world.now,
    )


@override_settings(APPROVALS=LIMIT)
def test_a_payout_above_the_houses_limit_is_for_an_officer_of_the_house(
    staff: Staff, here: str
) -> None:
    settled(staff)
    payout = paid_out(staff, 1_000_000)
    act = Act.objects.get(subject=f"payout:{payout.id}")
    page = said(staff.client("owner").get(f"/dashboard/{staff.world.shop_id}/payouts"))
    assert "A payout above the limit waits for people." in page
    text = said(staff.client("manager").get(f"{here}/{act.id}"))
    assert "an officer of the house approves it" in text
    staff.with_password("manager").refresh_from_db()
    manager = staff.client("manager")
    assert say(manager, here, act, "agree", password=PASSWORD).status_code == 403
    staff.with_password("operator").refresh_from_db()
    operator = staff.client("operator")
    assert "Pay out 1 USDC" in said(operator.get("/house/approvals"))
    said(say(operator, "/house/approvals", act, "agree", password=PASSWORD))
    assert "an officer of the house" in said(manager.get(f"{here}/{act.id}"))
    delay_passed(act.id)
    assert acts_carry_out_due() == 1
    payout.refresh_from_db()
    assert payout.status == "approved"


@override_settings(APPROVALS=LIMIT)
def test_what_a_schedule_asked_for_is_taken_up_by_one_and_approved_by_another(
    staff: Staff, here: str
) -> None:
    settled(staff)
    payout = payout_request(
        shop_id=staff.world.shop_id, units=2_000, idempotency_key="s", now=staff.world.now
    )
    act = Act.objects.get(subject=f"payout:{payout.id}")
    staff.with_password("owner").refresh_from_db()
    owner = staff.client("owner")
    assert "You would be the first" in said(owner.get(f"{here}/{act.id}"))
    text = said(say(owner, here, act, "agree", password=PASSWORD))
    assert "Taken up. Another person must approve it now." in text
    assert f"{here}/{act.id}/agree" not in text


def settled(staff: Staff) -> None:
    """The shop has money that is final."""
    from tests.settlement.conftest import World as Paid

    paid = Paid(now=staff.world.now, shop_id=staff.world.shop_id)
    paid.paid(5_000_000)
    relay.drain(limit=1000)


def test_history_goes_on_by_cursor(staff: Staff, here: str) -> None:
    from gateway.custody.approvals.services import act_cancel
    from gateway.events.cursors import PAGE_SIZE

    owner = staff.user("owner").pk
    for number in range(PAGE_SIZE + 1):
        found = payout_destination_change(
            shop_id=staff.world.shop_id,
            address=bytes([number + 1]) * 20,
            by=owner,
            now=staff.world.now,
        )
        assert found is not None
        act_cancel(act_id=found.id, by=owner, reason="no")
    client = staff.client("owner")
    first = said(client.get(here))
    assert 'rel="next"' in first
    following = first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    assert said(client.get(following)).count(f"{here}/0") == 1
    assert client.get(f"{here}?cursor=nonsense").status_code == 404


def test_an_address_is_shown_as_one_compares_it(staff: Staff, here: str, act: Act) -> None:
    text = said(staff.client("manager").get(f"{here}/{act.id}"))
    assert f"<b>{checksum(NEW)[:6]}</b>" in text or 'class="address"' in text
