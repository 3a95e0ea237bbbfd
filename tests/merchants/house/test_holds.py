"""Held money on the officers' pages: the list, one hold, and its three ways out."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from gateway.chains.models import Deposit
from gateway.compliance.deciding import hold_block_propose
from gateway.compliance.holds import hold_block
from gateway.compliance.models import Hold, Verdict
from gateway.compliance.selectors import verdict_states
from gateway.custody.approvals.carrying import acts_carry_out_due
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_cancel
from gateway.events.cursors import encode_cursor
from gateway.events.ids import uuid7
from merchants.accounts.models import User
from merchants.accounts.services import member_add, user_set_password
from tests.chain_rows import SHOPPER
from tests.checkout.test_views import assert_strict
from tests.custody.approvals.conftest import delay_passed
from tests.faces import PASSWORD, Staff
from tests.invoices.conftest import LISTED
from tests.merchants.house.test_approvals import said

pytestmark = pytest.mark.django_db
ROOT = "/house/holds"


@pytest.fixture
def held(staff: Staff) -> Deposit:
    """Money of a listed payer, before anybody is credited."""
    world = staff.world
    return world.confirmed(world.issue(order_id="table 4"), sender=LISTED)


@pytest.fixture
def officer(staff: Staff) -> Client:
    return staff.client("compliance_officer")


def hold_of(deposit: Deposit) -> Hold:
    return Hold.objects.get(deposit_id=deposit.id)


def second_officer() -> tuple[User, Client]:
    user = User.objects.create(email="otto@house.example", name="Otto")
    member_add(user_id=user.id, role="compliance_officer", shop_id=None)
    user_set_password(user_id=user.id, password=PASSWORD)
    user.refresh_from_db()
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user, client


def proposed(officer: Client, deposit: Deposit, **typed: str) -> Any:
    form = {"decision": "return", "reason": "the bank confirms who it is", **typed}
    return officer.post(f"{ROOT}/{hold_of(deposit).id}", form, follow=True)


def test_what_is_held_is_listed_with_what_it_is_held_for(
    officer: Client, held: Deposit, django_assert_max_num_queries: Any
) -> None:
    said(officer.get(ROOT))  # who signs in, and what is prepared once
    with django_assert_max_num_queries(11):
        answer = officer.get(ROOT)
    assert_strict(answer)
    page = said(answer)
    assert f"{ROOT}/{hold_of(held).id}" in page
    assert "Waits for a decision" in page
    assert "Café" in page and "ofac" in page
    assert "Nothing yet" in said(officer.get(f"{ROOT}?state=blocked"))


def test_nothing_held_is_said_to_be_nothing(officer: Client) -> None:
    assert "Nothing is held" in said(officer.get(ROOT))
    assert officer.get(f"{ROOT}?state=nonesuch").status_code == 404
    assert officer.get(f"{ROOT}?cursor=nonesuch").status_code == 404
    assert officer.get(f"{ROOT}/{uuid7()}").status_code == 404
    assert officer.get(f"{ROOT}?cursor={encode_cursor(uuid7())}").status_code == 200


def test_a_hold_shows_the_evidence(
    officer: Client, held: Deposit, django_assert_max_num_queries: Any
) -> None:
    path = f"{ROOT}/{hold_of(held).id}"
    said(officer.get(path))
    with django_assert_max_num_queries(18):
        answer = officer.get(path)
    assert_strict(answer)
    page = said(answer)
    for evidence in (
        LISTED.hex()[:4],
        "Judged by",
        "0x" + bytes(held.tx_hash).hex(),
        "It is booked as held",
        f"/invoices/{held.invoice_id}",
    ):
        assert evidence.lower() in page.lower(), evidence


def test_money_goes_back_after_another_officer_agreed_and_a_delay(
    officer: Client, held: Deposit, staff: Staff
) -> None:
    page = said(proposed(officer, held))
    assert "Give a held payment back" in page
    assert "You proposed it: another person must approve it." in page
    act = Act.objects.get(kind="hold_return")
    assert (act.shop_id, act.reason) == (None, "the bank confirms who it is")
    hold_page = said(officer.get(f"{ROOT}/{hold_of(held).id}"))
    assert "A decision is proposed" in hold_page
    assert 'name="decision"' not in hold_page
    _user, otto = second_officer()
    assert f"{ROOT}/{hold_of(held).id}" in said(otto.get(f"/house/approvals/{act.id}"))
    agree = f"/house/approvals/{act.id}/agree"
    assert officer.post(agree, {"password": PASSWORD}).status_code == 403
    said(otto.post(agree, {"password": PASSWORD}, follow=True))
    assert acts_carry_out_due() == 0
    delay_passed(act.id)
    assert acts_carry_out_due() == 1
    staff.world.drain()
    assert verdict_states([held.id]) == {held.id: "returned"}
    page = said(officer.get(f"{ROOT}/{hold_of(held).id}"))
    assert "Owed back to its payer" in page
    assert "the bank confirms who it is" in page
    assert "Otto" in page
    assert str(hold_of(held).id) in said(officer.get(f"{ROOT}?state=returned"))
    assert "Nothing is held" in said(officer.get(ROOT))


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"reason": " "}, "Say why"),
        ({"reason": "x" * 501}, "Say why"),
        ({"decision": ""}, "Choose what shall become of it."),
        ({"decision": "forget"}, "Choose what shall become of it."),
    ],
)
def test_a_decision_without_a_choice_or_a_reason_is_asked_again(
    officer: Client, held: Deposit, typed: dict[str, str], problem: str
) -> None:
    page = said(proposed(officer, held, **typed), 422)
    assert 'role="alert"' in page and problem in page
    assert not Act.objects.exists()


def test_who_comes_second_is_told_so(officer: Client, held: Deposit, staff: Staff) -> None:
    user, otto = second_officer()
    act = hold_block_propose(deposit_id=held.id, by=user.pk, reason="listed")
    assert "Something like this waits already." in said(proposed(officer, held), 422)
    act_cancel(act_id=act.id, by=user.pk, reason="a namesake, says the registry")
    page = said(officer.get(f"{ROOT}/{hold_of(held).id}"))
    assert "a namesake, says the registry" in page and 'name="decision"' in page
    staff.world.decide(held, hold_block)
    assert "Somebody was quicker: this is decided." in said(proposed(otto, held), 422)
    page = said(officer.get(f"{ROOT}/{hold_of(held).id}"))
    assert "Kept for good" in page and "ada, bea" in page


def test_what_was_credited_before_its_payer_was_listed_is_not_given_back_from_here(
    officer: Client, staff: Staff
) -> None:
    world = staff.world
    deposit = world.confirmed(world.issue())
    world.hear(deposit, "final")
    world.load_list(SHOPPER)
    world.drain()
    page = said(officer.get(f"{ROOT}/{hold_of(deposit).id}"))
    assert "It was credited before its payer was listed" in page
    assert "Kept back" in page
    assert 'value="return"' not in page
    refused = said(proposed(officer, deposit), 422)
    assert "This money was credited to its shop already" in refused
    world.load_list()
    world.drain()
    assert "no list names its payer any more" in said(officer.get(f"{ROOT}/{hold_of(deposit).id}"))


def test_a_payer_whom_the_chain_does_not_name_is_shown_as_unknown(
    officer: Client, staff: Staff
) -> None:
    world = staff.world
    deposit = world.confirmed(world.issue(), sender=bytes(20), tx_sender=bytes(20))
    page = said(officer.get(f"{ROOT}/{hold_of(deposit).id}"))
    assert "The chain names no payer" in page
    assert "No address: the chain names none." in page


@pytest.mark.parametrize(
    ("role", "status"),
    [("owner", 404), ("accountant", 404), ("cashier", 404), ("operator", 403), ("desk", 403)],
)
def test_nobody_but_officers_learns_what_is_held(
    staff: Staff, held: Deposit, role: str, status: int
) -> None:
    client = staff.client(role)
    hold: UUID = hold_of(held).id
    for path in (ROOT, f"{ROOT}/{hold}"):
        assert client.get(path).status_code == status
    answer = client.post(f"{ROOT}/{hold}", {"decision": "release", "reason": "mine"})
    assert answer.status_code == status
    assert not Act.objects.exists()


def test_the_shops_own_pages_stay_neutral(staff: Staff, held: Deposit) -> None:
    page = said(staff.client("owner").get(f"/dashboard/{held.shop_id}/invoices/{held.invoice_id}"))
    assert "A payment is being checked" in page
    for word in ("ofac", "sanction", LISTED.hex(), "/house/"):
        assert word not in page.lower(), word


def test_what_was_judged_by_old_lists_says_since_when(staff: Staff, officer: Client) -> None:
    deposit = staff.world.confirmed(staff.world.issue(), sender=LISTED)
    hold = Hold.objects.get(deposit_id=deposit.id)
    assert "nobody had checked since" not in officer.get(f"/house/holds/{hold.id}").content.decode()
    since = datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
    Verdict.objects.filter(id=hold.verdict_id).update(stale=True, lists_checked_at=since)
    seen = officer.get(f"/house/holds/{hold.id}").content.decode()
    assert "nobody had checked since" in seen
    assert "08:30" in seen
