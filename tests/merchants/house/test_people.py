"""Who has which role of the house: given by two, taken by one, written down."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gateway.custody.approvals.carrying import acts_carry_out_due
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_agree
from merchants.accounts.errors import (
    HouseRoleHeld,
    HouseRoleOwn,
    LastOfHouse,
    RoleUnknown,
    TooFewOfHouse,
)
from merchants.accounts.house_roles import house_role_propose, house_role_take
from merchants.accounts.models import Membership, User
from merchants.accounts.selectors import roles_of
from merchants.accounts.services import member_add
from merchants.audit.models import Record
from tests.checkout.test_views import assert_strict
from tests.custody.approvals.conftest import delay_passed
from tests.faces import PASSWORD, Staff

pytestmark = pytest.mark.django_db
PAGE = "/house/people"


@pytest.fixture
def newcomer(staff: Staff) -> User:
    """Somebody with an account and no role anywhere."""
    return User.objects.create(email="nora@house.example", name="Nora")


def said(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return str(answer.content.decode())


def proposed(olga: Client, **form: str) -> Act:
    told = {"email": "nora@house.example", "role": "desk", "reason": "she trades", **form}
    assert olga.post(PAGE, told).status_code == 302
    return Act.objects.get(kind="house_role", state="proposed")


def acts() -> list[tuple[str, str]]:
    return [
        (one.act, one.detail["role"]) for one in Record.objects.filter(shop_id=None).order_by("id")
    ]


def test_the_page_tells_who_has_which_role(staff: Staff, olga: Client) -> None:
    staff.user("desk")
    answer = olga.get(PAGE)
    assert_strict(answer)
    text = said(answer)
    for words in ("Operator", "operator@shop.example", "Desk", "No second factor", "Nothing yet"):
        assert words in text, words
    officer = said(staff.client("compliance_officer").get(PAGE))
    assert "Propose to give a role" in officer and "/take" in officer
    for role, status in (("desk", 403), ("owner", 404)):
        assert staff.client(role).get(PAGE).status_code == status


def test_a_role_is_given_once_another_agreed(staff: Staff, olga: Client, newcomer: User) -> None:
    act = proposed(olga)
    assert roles_of(user=newcomer, shop_id=None) == frozenset()
    assert "Nora" in said(olga.get(PAGE)), "what waits is told"
    assert "Give a role of the house" in said(olga.get(f"/house/approvals/{act.id}"))
    staff.with_password("compliance_officer").refresh_from_db()
    officer = staff.client("compliance_officer")
    officer.post(f"/house/approvals/{act.id}/agree", {"password": PASSWORD})
    delay_passed(act.id)
    assert acts_carry_out_due() == 1
    assert roles_of(user=newcomer, shop_id=None) == {"desk"}
    assert acts() == [("house_role.given", "desk")]
    text = said(olga.get(PAGE))
    assert "Role of the house given: Desk, Nora" in text
    assert "Operator, Compliance_Officer" in text


def test_nobody_has_a_part_in_giving_a_role_to_themselves(
    staff: Staff, olga: Client, newcomer: User
) -> None:
    own = {"email": "operator@shop.example", "role": "desk", "reason": "x"}
    assert "two others decide" in said(olga.post(PAGE, own), 422)
    member_add(user_id=newcomer.pk, role="operator")
    act = proposed(olga)
    nora = Client()
    nora.force_login(newcomer, backend="django.contrib.auth.backends.ModelBackend")
    assert f"/house/approvals/{act.id}/agree" not in said(nora.get(f"/house/approvals/{act.id}"))
    act_agree(act_id=act.id, by=newcomer.pk)
    delay_passed(act.id)
    acts_carry_out_due()
    act.refresh_from_db()
    assert act.state == "failed" and act.end_reason.startswith("house_role_own")
    assert roles_of(user=newcomer, shop_id=None) == {"operator"}


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"email": "nobody@house.example"}, "Nobody signs in with that address"),
        ({"role": "owner"}, "Choose one of the roles"),
        ({"reason": " "}, "Say why"),
    ],
)
def test_what_can_not_be_proposed_is_said(
    olga: Client, newcomer: User, form: dict[str, str], words: str
) -> None:
    told = {"email": "nora@house.example", "role": "desk", "reason": "she trades", **form}
    assert words in said(olga.post(PAGE, told), 422)
    assert not Act.objects.exists()


def test_a_role_is_taken_by_one_and_at_once(staff: Staff, olga: Client, newcomer: User) -> None:
    staff.user("desk")
    member_add(user_id=newcomer.pk, role="desk")
    path = f"{PAGE}/{newcomer.pk}/take"
    assert staff.client("desk").post(path, {"role": "desk"}).status_code == 403
    assert olga.post(path, {"role": "desk"})["Location"] == PAGE
    assert roles_of(user=newcomer, shop_id=None) == frozenset()
    assert acts() == [("house_role.taken", "desk")]
    assert "quicker" in said(olga.post(path, {"role": "desk"}), 404)
    assert acts() == [("house_role.taken", "desk")]


def test_the_last_who_can_sign_in_keeps_the_role(staff: Staff, newcomer: User) -> None:
    owner, now = staff.user("operator"), timezone.now()
    member_add(user_id=newcomer.pk, role="operator")
    User.objects.filter(id=newcomer.pk).update(is_active=False)
    with pytest.raises(LastOfHouse):
        house_role_take(user_id=owner.pk, role="operator", by=owner, now=now)
    User.objects.filter(id=newcomer.pk).update(is_active=True)
    house_role_take(user_id=owner.pk, role="operator", by=owner, now=now)
    assert Membership.objects.get(shop=None, role="operator").user_id == newcomer.pk


def of_house(email: str, role: str) -> User:
    user = User.objects.create(email=f"{email}@house.example", name=email)
    member_add(user_id=user.pk, role=role)
    return user


def test_no_operator_alone_gets_rid_of_all_the_others(staff: Staff, newcomer: User) -> None:
    rogue, now = staff.user("operator"), timezone.now()
    officer, good, third = staff.user("compliance_officer"), newcomer, of_house("tom", "operator")
    member_add(user_id=good.pk, role="operator")
    taken: dict[str, Any] = {"role": "operator", "now": now}
    house_role_take(user_id=third.pk, by=rogue, **taken)
    with pytest.raises(TooFewOfHouse):
        house_role_take(user_id=good.pk, by=rogue, **taken)
    house_role_take(user_id=rogue.pk, by=officer, **taken)
    assert Membership.objects.get(shop=None, role="operator").user_id == good.pk


def test_the_page_says_why_one_of_two_stays(staff: Staff, olga: Client, newcomer: User) -> None:
    member_add(user_id=newcomer.pk, role="operator")
    path = f"{PAGE}/{newcomer.pk}/take"
    assert "two must be left with it" in said(olga.post(path, {"role": "operator"}), 409)
    assert acts() == []
    officer = staff.client("compliance_officer")
    assert officer.post(path, {"role": "operator"})["Location"] == PAGE
    assert roles_of(user=newcomer, shop_id=None) == frozenset()


@pytest.mark.parametrize("leaves", ["maker", "checker"])
def test_who_lost_their_role_during_the_delay_gives_none(
    staff: Staff, newcomer: User, leaves: str
) -> None:
    officer, now = staff.user("compliance_officer"), timezone.now()
    pair = {"maker": of_house("mia", "operator"), "checker": of_house("che", "operator")}
    of_house("otto", "operator")
    told = {"email": newcomer.email, "role": "desk", "reason": "x"}
    act = house_role_propose(by=pair["maker"].pk, **told)
    act_agree(act_id=act.id, by=pair["checker"].pk)
    house_role_take(user_id=pair[leaves].pk, role="operator", by=officer, now=now)
    delay_passed(act.id)
    acts_carry_out_due()
    act.refresh_from_db()
    assert act.state == "failed" and act.end_reason.startswith("house_role_unbacked")
    assert roles_of(user=newcomer, shop_id=None) == frozenset()


def test_an_officer_proposes_as_well(staff: Staff, newcomer: User) -> None:
    officer, other = staff.user("compliance_officer"), of_house("oda", "compliance_officer")
    told = {"email": newcomer.email, "role": "operator", "reason": "x"}
    act = house_role_propose(by=officer.pk, **told)
    act_agree(act_id=act.id, by=other.pk)
    delay_passed(act.id)
    assert acts_carry_out_due() == 1
    assert roles_of(user=newcomer, shop_id=None) == {"operator"}


def test_the_verbs_refuse_too(staff: Staff, newcomer: User) -> None:
    olga = staff.user("operator")
    told: dict[str, Any] = {"reason": "x", "by": olga.pk, "email": newcomer.email}
    with pytest.raises(RoleUnknown):
        house_role_propose(**told, role="owner")
    with pytest.raises(HouseRoleOwn):
        house_role_propose(**{**told, "email": olga.email}, role="desk")
    member_add(user_id=newcomer.pk, role="desk")
    with pytest.raises(HouseRoleHeld):
        house_role_propose(**told, role="desk")


def test_the_page_asks_as_much_of_many_people_as_of_few(staff: Staff, olga: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert olga.get(PAGE).status_code == 200
        return len(queries)

    olga.get(PAGE)
    before = asked()
    for number in range(5):
        user = User.objects.create(email=f"p{number}@house.example", name=f"P{number}")
        member_add(user_id=user.pk, role="desk")
    assert asked() == before
