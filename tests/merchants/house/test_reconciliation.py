"""The house's pages on reconciliation: the latest word, a difference, and closing it by two."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gateway.settlement.reconciling.models import (
    Difference,
    DifferenceNote,
    ReconciliationLine,
    ReconciliationRun,
)
from merchants.accounts.models import User
from merchants.accounts.services import member_add
from tests.checkout.test_views import assert_strict
from tests.faces import Staff

pytestmark = pytest.mark.django_db
HERE = "/house/reconciliation"
HOT, USDC = "custody:hot:31337", "USDC@31337"


@pytest.fixture
def looked(open_shop: Any) -> Difference:
    """A run that found the treasury short, deposits under way, and a node that was down."""
    now = timezone.now()
    run = ReconciliationRun.objects.create(asked_by="beat", version=1, started_at=now, ended_at=now)
    facts: dict[str, Any] = {"run": run, "mode": "test", "asset": USDC, "decimals": 6, "at": now}
    item = {"kind": "not_booked_yet", "reference": "deposit:1", "units": "2000000", "place": "7"}
    short = ReconciliationLine.objects.create(
        **facts,
        account=HOT,
        state="differs",
        booked_units=60_000_000,
        told_units=55_500_000,
        difference_units=-4_500_000,
        block_number=91,
        source="1 × Dev",
    )
    ReconciliationLine.objects.create(
        **facts,
        account="custody:deposits:31337",
        state="under_way",
        booked_units=1_000_000,
        told_units=3_000_000,
        items=[item],
        block_number=91,
        read=20_000,
        held=31_000,
    )
    ReconciliationLine.objects.create(
        **{**facts, "asset": "ETH@31337", "decimals": 18},
        account=HOT,
        state="not_compared",
        reason="node_down",
    )
    cause = {"kind": "unknown_outgoing", "reference": "0x" + "ab" * 32, "units": "-4500000"}
    return Difference.objects.create(
        mode="test",
        account=HOT,
        asset=USDC,
        decimals=6,
        units=-4_500_000,
        causes=[{**cause, "place": "88"}],
        is_missing=True,
        first_line=short,
        last_line=short,
        opened_at=now,
    )


@pytest.fixture
def otto(open_shop: Any) -> Client:
    """Another operator."""
    user = User.objects.create(email="otto@house.example", name="Otto")
    member_add(user_id=user.id, role="operator", shop_id=None)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_every_account_has_its_latest_word(olga: Client, looked: Difference) -> None:
    answer = olga.get(HERE)
    assert_strict(answer)
    page = answer.content.decode()
    for word in (HOT, "−4.5", "Differs", "Not compared", "block 91", "20,000 / 31,000"):
        assert word.replace("−", "-") in page.replace("−", "-"), word
    assert f"{HERE}/differences/{looked.id}" in page


def test_a_difference_says_which_transaction_it_comes_from(
    olga: Client, looked: Difference
) -> None:
    answer = olga.get(f"{HERE}/differences/{looked.id}")
    assert_strict(answer)
    page = answer.content.decode()
    assert "0x" + "ab" * 32 in page
    assert "A transfer out that nobody here sent" in page
    assert "wait until this is closed" in page


def test_two_people_close_it(olga: Client, otto: Client, looked: Difference) -> None:
    act = f"{HERE}/differences/{looked.id}/act"
    assert olga.post(act, {"act": "note", "text": "asking the bank"}).status_code == 302
    assert olga.post(act, {"act": "assign", "text": "olga"}).status_code == 302
    assert olga.post(act, {"act": "explain", "text": " "}).status_code == 422
    assert olga.post(act, {"act": "explain", "text": "a fee"}).status_code == 302
    assert olga.post(act, {"act": "explain", "text": "a fee"}).status_code == 409
    assert "Another person must agree" in olga.get(act.removesuffix("/act")).content.decode()
    assert olga.post(act, {"act": "withdraw"}).status_code == 302
    assert olga.post(act, {"act": "explain", "text": "a fee"}).status_code == 302
    assert otto.post(act, {"act": "explain", "text": "seen"}).status_code == 302
    looked.refresh_from_db()
    assert (looked.status, looked.closed_by) == ("explained", "otto@house.example")
    assert DifferenceNote.objects.filter(difference=looked).count() == 6
    assert olga.post(act, {"act": "explain", "text": "again"}).status_code == 409


def test_history_of_an_account_and_of_differences(olga: Client, looked: Difference) -> None:
    page = olga.get(f"{HERE}/history?account={HOT}&asset={USDC}").content.decode()
    assert "block 91" in page
    assert str(looked.id) in olga.get(f"{HERE}/history").content.decode()
    assert olga.get(f"{HERE}/history?cursor=nonsense").status_code == 404


def test_comparing_now_says_what_could_not_be(olga: Client, looked: Difference) -> None:
    answer = olga.post(f"{HERE}/run", follow=True)
    assert answer.status_code == 200
    assert ReconciliationRun.objects.latest("id").asked_by == "operator@shop.example"


@pytest.mark.parametrize(
    ("role", "sees", "acts"),
    [("compliance_officer", 200, 403), ("desk", 403, 403), ("owner", 404, 404)],
)
def test_who_may_see_and_who_may_act(
    staff: Staff, looked: Difference, role: str, sees: int, acts: int
) -> None:
    client = staff.client(role)
    assert client.get(HERE).status_code == sees
    assert client.get(f"{HERE}/differences/{looked.id}").status_code == sees
    act = f"{HERE}/differences/{looked.id}/act"
    assert client.post(act, {"act": "note", "text": "x"}).status_code == acts
    assert client.post(f"{HERE}/run").status_code == acts
