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
from gateway.compliance.knowing.files import file_open
from gateway.compliance.models import Hold
from gateway.custody.approvals.models import Act
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


def test_of_other_shops_they_decide_as_ever(
    staff: Staff, held: Deposit, partner: tuple[User, Client]
) -> None:
    user, client = partner
    user.memberships.filter(shop_id=staff.world.shop_id).delete()
    hold = Hold.objects.get(deposit_id=held.id)
    client.post(f"/house/holds/{hold.id}", {"decision": "block", "reason": "theirs"})
    assert Act.objects.get().maker == user.pk
