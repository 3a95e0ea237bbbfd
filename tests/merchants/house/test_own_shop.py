"""Nobody decides for the house about a shop that they work in, neither first nor second."""

from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.utils import timezone

from gateway.chains.models import Deposit
from gateway.compliance.cases.models import Case
from gateway.compliance.deciding import hold_block_propose
from gateway.compliance.destinations.models import DestinationVerdict
from gateway.compliance.destinations.releasing import destination_release_propose
from gateway.compliance.knowing.files import file_open
from gateway.compliance.models import Hold
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_propose
from gateway.events.ids import uuid7
from gateway.settlement.models import Payout
from gateway.settlement.standing import shop_status_propose
from gateway.shops.selectors import shop_view
from merchants.accounts.models import User
from merchants.accounts.services import member_add
from tests.faces import PASSWORD, Staff
from tests.invoices.conftest import LISTED
from tests.merchants.house.test_approvals import said
from tests.merchants.house.test_holds import second_officer

pytestmark = pytest.mark.django_db
REFUSED = "You work in this shop: somebody else of the house must decide about it."


@pytest.fixture
def held(staff: Staff) -> Deposit:
    world = staff.world
    return world.confirmed(world.issue(order_id="table 4"), sender=LISTED)


@pytest.fixture
def officer(staff: Staff) -> Client:
    return staff.client("compliance_officer")


@pytest.fixture
def partner(staff: Staff) -> tuple[User, Client]:
    """An officer who manages the shop, too."""
    user, client = second_officer()
    member_add(user_id=user.id, role="manager", shop_id=staff.world.shop_id)
    return user, client


def test_who_works_in_the_shop_is_not_the_second_person_about_its_money(
    held: Deposit, officer: Client, partner: tuple[User, Client], staff: Staff
) -> None:
    by = staff.user("compliance_officer").pk
    act = hold_block_propose(deposit_id=held.id, by=by, reason="theirs")
    agree = f"/house/approvals/{act.id}/agree"
    answer = partner[1].post(agree, {"password": PASSWORD})
    assert REFUSED in said(answer, 422)
    act.refresh_from_db()
    assert (act.state, act.checker) == ("proposed", None)
    with pytest.raises(CommandError, match="work in this shop"):
        call_command("approvals", "agree", str(act.id), "--by", "otto@house.example")
    cancel = f"/house/approvals/{act.id}/cancel"
    partner[1].post(cancel, {"reason": "stop"})
    act.refresh_from_db()
    assert act.state == "cancelled", "who stops something gains nothing by it"


def test_nor_the_first(held: Deposit, partner: tuple[User, Client]) -> None:
    _user, client = partner
    hold = Hold.objects.get(deposit_id=held.id)
    answer = client.post(f"/house/holds/{hold.id}", {"decision": "release", "reason": "all well"})
    assert REFUSED in said(answer, 422)
    case = Case.objects.get(about=f"deposit:{held.id}")
    assert REFUSED in said(client.post(f"/house/cases/{case.id}/take"), 422)
    case.refresh_from_db()
    assert case.assignee is None
    assert not Act.objects.exists()


def test_nor_decides_about_its_file_or_its_standing(
    staff: Staff, partner: tuple[User, Client], officer: Client
) -> None:
    shop_id = staff.world.shop_id
    file_open(shop_id=shop_id, now=timezone.now())
    refuse: dict[str, Any] = {"do": "refuse", "reason": "x", "note": "x"}
    answer = partner[1].post(f"/house/verification/{shop_id}", refuse)
    assert REFUSED in said(answer, 422)
    closing = {"do": "status", "status": "closing", "reason": "x"}
    assert REFUSED in said(partner[1].post(f"/house/shops/{shop_id}", closing), 422)
    act = shop_status_propose(
        shop_id=shop_id,
        status="closing",
        reason="x",
        by=staff.user("compliance_officer").pk,
    )
    agree = f"/house/approvals/{act.id}/agree"
    assert REFUSED in said(partner[1].post(agree, {"password": PASSWORD}), 422)
    stop = {"do": "suspend", "reason": "my till was stolen"}
    partner[1].post(f"/house/shops/{shop_id}", stop)
    assert shop_view(shop_id=shop_id).status == "suspended", "that lets nobody have anything"


def test_nor_says_of_who_is_behind_it_that_a_list_means_another(
    staff: Staff, partner: tuple[User, Client]
) -> None:
    file = file_open(shop_id=staff.world.shop_id, now=timezone.now())
    about = f"subject:{file.company_id}"
    told = {"about": about, "source": "ofac", "entity_id": "7", "reason": "x"}
    assert REFUSED in said(partner[1].post("/house/whitelist", told), 422)
    assert not Act.objects.exists()
    act = act_propose(
        kind="good_guy",
        subject=f"{about}:ofac:7",
        payload={"mode": "test", "about": about, "source": "ofac", "entity_id": "7", "said": ""},
        reason="x",
        maker=staff.user("compliance_officer").pk,
    )
    agree = f"/house/approvals/{act.id}/agree"
    assert REFUSED in said(partner[1].post(agree, {"password": PASSWORD}), 422)


def test_nor_lets_money_go_to_an_address_that_it_pays(
    staff: Staff, partner: tuple[User, Client]
) -> None:
    now = timezone.now()
    address = bytes.fromhex("ab" * 20)
    verdict = DestinationVerdict.objects.create(
        mode="test",
        chain_id=31337,
        address=address,
        state="high",
        reasons=["listed_direct"],
        versions=[],
        versions_key="ofac#1",
        wallet_verdict_id=uuid7(),
        policy="test",
        given_at=now,
    )
    by = staff.user("compliance_officer").pk
    act = destination_release_propose(verdict_id=verdict.id, by=by, reason="x")
    agree = f"/house/approvals/{act.id}/agree"
    typed = {"address": f"0x{address.hex()}", "chain": "31337", "do": "release", "reason": "x"}
    payout = Payout.objects.create(
        shop_id=staff.world.shop_id,
        mode="test",
        asset="USDC@31337",
        decimals=6,
        units=1,
        taken_asset="USDC@31337",
        taken_decimals=6,
        taken_units=1,
        chain_id=31337,
        destination=address,
        trigger="demand",
        idempotency_key="x",
        requested_at=now,
    )
    assert REFUSED in said(partner[1].post(agree, {"password": PASSWORD}), 422)
    assert REFUSED in said(partner[1].post("/house/screening/wallet", typed), 422)
    payout.delete()
    partner[1].post(agree, {"password": PASSWORD})
    act.refresh_from_db()
    assert act.checker == partner[0].pk, "another shop's is as ever"


def test_of_other_shops_they_decide_as_ever(
    staff: Staff, held: Deposit, partner: tuple[User, Client]
) -> None:
    user, client = partner
    user.memberships.filter(shop_id=staff.world.shop_id).delete()
    hold = Hold.objects.get(deposit_id=held.id)
    client.post(f"/house/holds/{hold.id}", {"decision": "block", "reason": "theirs"})
    assert Act.objects.get().maker == user.pk
