"""Saying on the desk's pages what became of what an exchange does not tell of."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gateway.events.ids import uuid7
from gateway.market.hedges.exchange_models import ExchangeOrder
from gateway.market.hedges.models import InventoryMove
from tests.merchants.desk.conftest import DOLLAR, ETHER, USDC, WETH, make_hedge, make_move

pytestmark = pytest.mark.django_db
WHO = "desk@shop.example"
E18 = 10**18


@pytest.fixture(autouse=True)
def _paper(tmp_path: Path, settings: Any) -> None:
    path = tmp_path / "exchange.json"
    path.write_text(json.dumps({"balances": {}}))
    held = {WETH.code: {"currency": "ETH"}, USDC.code: {"currency": "USDC"}}
    settings.EXCHANGES = [
        {"name": "paper", "kind": "recorded", "file": str(path), "assets": held, "trade": True}
    ]


@pytest.fixture
def withdrawal(open_shop: Any) -> InventoryMove:
    now = timezone.now()
    return make_move(
        exchange="paper",
        is_deposit=False,
        state="asked",
        asked_at=now - timedelta(hours=1),
        requested_at=now - timedelta(hours=1),
        told="unknown",
        told_at=now,
    )


@pytest.fixture
def order(open_shop: Any) -> ExchangeOrder:
    now = timezone.now()
    return ExchangeOrder.objects.create(
        hedge=make_hedge(status="sent"),
        exchange="paper",
        slice_number=0,
        status="asked",
        client_id=str(uuid7()),
        base=WETH.code,
        quote=USDC.code,
        sells=True,
        size=2 * E18,
        price=2_980 * E18,
        fair=3_000 * E18,
        units_in=2 * ETHER,
        expected_units=5_990 * DOLLAR,
        worth_units=6_000 * DOLLAR,
        worth_cents=600_000,
        deadline=now,
        created_at=now - timedelta(hours=2),
        asked_at=now - timedelta(hours=2),
        told="silent",
        told_at=now,
    )


def test_a_withdrawal_was_not_made(dora: Client, withdrawal: InventoryMove) -> None:
    path = f"/desk/moves/{withdrawal.id}"
    page = dora.get(path).content.decode()
    assert "It does not know of it" in page and "It was not made" in page
    silent = dora.post(f"{path}/unmade", {"reason": " "}, follow=True).content.decode()
    assert "Say why" in silent
    dora.post(f"{path}/unmade", {"reason": "their page shows none"})
    withdrawal.refresh_from_db()
    assert (withdrawal.state, withdrawal.ended_by) == ("unmade", WHO)
    page = dora.get(path).content.decode()
    assert "Never made, a person says" in page and "their page shows none" in page
    # and whoever finds out that it was can still say so
    assert "/made" in page and "/unmade" not in page


def test_a_withdrawal_was_made_by_this_transaction(dora: Client, withdrawal: InventoryMove) -> None:
    path = f"/desk/moves/{withdrawal.id}"
    form = {"transaction": "0x" + "77" * 32, "amount": "500", "reason": "their page shows it"}
    for wrong, told in (
        ({"transaction": "0x77"}, "0x and 64 digits"),
        ({"amount": "x"}, "That is not an amount"),
        ({"amount": "900"}, "can&#x27;t be what was taken"),
    ):
        answer = dora.post(f"{path}/made", {**form, **wrong}, follow=True)
        assert told in answer.content.decode()
    dora.post(f"{path}/made", form)
    withdrawal.refresh_from_db()
    assert (withdrawal.state, withdrawal.named_by) == ("asked", WHO)
    assert withdrawal.named_units == 500 * DOLLAR
    assert "Looked for on the chain" in dora.get(path).content.decode()


def test_while_the_exchange_tells_nobody_else_does(dora: Client, withdrawal: InventoryMove) -> None:
    InventoryMove.objects.update(told="pending")
    path = f"/desk/moves/{withdrawal.id}"
    page = dora.get(path).content.decode()
    assert "It is working on it" in page and "The exchange itself tells of it" in page
    assert 'data-while="say" hidden' in page
    answer = dora.post(f"{path}/unmade", {"reason": "x"}, follow=True).content.decode()
    assert "The exchange itself tells of it" in answer
    withdrawal.refresh_from_db()
    assert withdrawal.state == "asked"


def test_an_order_was_made(dora: Client, order: ExchangeOrder) -> None:
    path = f"/desk/exchanges/orders/{order.id}"
    assert f'href="{path}"' in dora.get(f"/desk/hedges/{order.hedge_id}").content.decode()
    assert f'href="{path}"' in dora.get("/desk/exchanges/paper").content.decode()
    page = dora.get(path).content.decode()
    assert "It does not answer" in page and "Nothing of it is in the books" in page
    form = {
        "trade": "28000",
        "size": "2",
        "cost": "5990",
        "fee": "0.599",
        "currency": "USDC",
        "all": "yes",
        "reason": "their page shows it",
    }
    for wrong, told in (
        ({"size": "two"}, "as numbers"),
        ({"size": "3"}, "can&#x27;t be of the order"),
        ({"reason": ""}, "Say why"),
        ({"trade": "", "size": "", "cost": "", "fee": ""}, "name what was traded"),
    ):
        assert told in dora.post(f"{path}/made", {**form, **wrong}, follow=True).content.decode()
    for _ in range(2):
        dora.post(f"{path}/made", form)
    order.refresh_from_db()
    assert (order.status, order.ended_by, order.bought_units) == ("done", WHO, 5_990 * DOLLAR)
    assert order.fills.count() == 1
    page = dora.get(path).content.decode()
    assert "/desk/entries/" in page and "28000" in page and 'name="trade"' not in page


def test_an_order_was_not_made(dora: Client, order: ExchangeOrder) -> None:
    path = f"/desk/exchanges/orders/{order.id}"
    dora.post(f"{path}/unmade", {"reason": "their page shows none"})
    order.refresh_from_db()
    assert (order.status, order.failure_code, order.ended_by) == ("lost", "said_not_made", WHO)


@pytest.mark.parametrize("role", ["owner", "accountant", "compliance_officer"])
def test_nobody_else_says_anything(
    staff: Any, order: ExchangeOrder, withdrawal: InventoryMove, role: str
) -> None:
    client = staff.client(role)
    for path in (
        f"/desk/exchanges/orders/{order.id}/unmade",
        f"/desk/exchanges/orders/{order.id}/made",
        f"/desk/moves/{withdrawal.id}/unmade",
        f"/desk/moves/{withdrawal.id}/made",
    ):
        assert client.post(path, {"reason": "x"}).status_code in (403, 404)
    nothing = uuid7()
    assert client.get(f"/desk/exchanges/orders/{nothing}").status_code in (403, 404)


def test_what_is_not_there_is_not_found(dora: Client, open_shop: Any) -> None:
    nothing = uuid7()
    assert dora.get(f"/desk/exchanges/orders/{nothing}").status_code == 404
    assert dora.post(f"/desk/moves/{nothing}/made", {"reason": "x"}).status_code == 404
