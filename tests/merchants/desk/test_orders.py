"""The desk's orders in our own book, from the pages: placed, changed, cancelled, closed."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gateway.ledger import accounts
from gateway.ledger.accounts import AccountName
from gateway.ledger.postings import credit, debit
from gateway.market.orders import memory
from gateway.market.orders.markets import market_open
from gateway.market.orders.models import Order, Trade, Twap
from gateway.money.amounts import Amount
from tests.merchants.desk.conftest import CHAIN_ID, DOLLAR, ETHER, USDC, WETH

pytestmark = pytest.mark.django_db
WHO = "desk@shop.example"
ANN = AccountName("pool:00000000-0000-0000-0000-000000000001")


@pytest.fixture(autouse=True)
def _no_book_of_another_database() -> Iterator[None]:
    memory.forget()
    yield
    memory.forget()


@pytest.fixture
def book(post: Callable[..., None]) -> None:
    """A market, and capital to trade in it with."""
    market_open(
        name="WETH-USDC",
        base=WETH.code,
        quote=USDC.code,
        lot_units=10**14,
        tick_units=1,
        now=timezone.now(),
    )
    hot = accounts.custody_hot(CHAIN_ID)
    for owner in (accounts.capital(), ANN):
        post(
            debit(hot, Amount(10 * ETHER, WETH)),
            credit(owner, Amount(10 * ETHER, WETH)),
            debit(hot, Amount(30_000 * DOLLAR, USDC)),
            credit(owner, Amount(30_000 * DOLLAR, USDC)),
        )


def place(dora: Client, **typed: str) -> Any:
    form = {
        "market": "WETH-USDC",
        "side": "sell",
        "kind": "order",
        "amount": "0.5",
        "price": "3100",
        "time": "good_till_cancelled",
        "shown": "",
        "minutes": "30",
        "parts": "10",
        "draft": "d1",
        "confirmed": "yes",
    }
    return dora.post("/desk/orders/place", {**form, **typed})


def test_an_order_is_confirmed_placed_once_and_listed(dora, book):
    asked = place(dora, confirmed="").content.decode()
    assert "Yes, place it" in asked and "3,100" in asked
    assert not Order.objects.exists()
    assert place(dora).status_code == 302
    assert place(dora).status_code == 302, "the same form again is the same order"
    order = Order.objects.get()
    assert (order.by, order.owner, order.side, order.status) == (WHO, "desk", "sell", "open")
    listed = dora.get("/desk/orders").content.decode()
    assert f"/desk/orders/{order.id}" in listed and WHO in listed
    assert "3,100" in listed


def test_an_iceberg_shows_a_part_and_a_schedule_is_cut_in_parts(dora, book):
    assert place(dora, shown="0.1").status_code == 302
    iceberg = Order.objects.get()
    assert (iceberg.shown, iceberg.hidden) == (1_000, 4_000)
    assert "Iceberg" in dora.get("/desk/orders").content.decode()
    assert place(dora, kind="twap", draft="d2", amount="1", price="2900").status_code == 302
    twap = Twap.objects.get()
    assert (twap.parts, twap.by, twap.end_ms - twap.start_ms) == (10, WHO, 30 * 60_000)
    listed = dora.get("/desk/orders").content.decode()
    assert "Schedules under way" in listed
    dora.post(f"/desk/orders/schedules/{twap.id}/cancel")
    twap.refresh_from_db()
    assert twap.state == "cancelled"


def test_an_order_is_changed_and_cancelled_where_it_stands(dora, book):
    place(dora)
    order = Order.objects.get()
    path = f"/desk/orders/{order.id}"
    changed = dora.post(path, {"amount": "0.4", "price": "3100", "draft": "a1"})
    assert changed.status_code == 302
    order.refresh_from_db()
    assert order.lots == 4_000
    refused = dora.post(path, {"amount": "0.4", "price": "99999", "draft": "a2"})
    assert refused.status_code == 422
    assert "too far from our fair value" in refused.content.decode()
    assert dora.post(f"{path}/cancel", {"draft": "c1"}).status_code == 302
    order.refresh_from_db()
    assert order.status == "cancelled"
    assert "Change or cancel" not in dora.get(path).content.decode()


def test_a_fill_leads_to_its_entry(dora, book):
    from gateway.market.book.events import Side, TimeInForce
    from gateway.market.orders.services import order_place
    from gateway.market.snapshot_store import current_snapshot

    order_place(
        owner=ANN,
        market="WETH-USDC",
        side=Side.BUY,
        units=ETHER // 5,
        price=300_000,
        client_id="ann",
        by="ann",
        snapshot=current_snapshot(),
        now=timezone.now(),
        time_in_force=TimeInForce.GTC,
    )
    assert place(dora, price="2990").status_code == 302
    order = Order.objects.get(owner="desk")
    trade = Trade.objects.get()
    seen = dora.get(f"/desk/orders/{order.id}").content.decode()
    link = re.search(r'href="(/desk/entries/of/[^"]+)"', seen)
    assert link is not None
    entry = dora.get(link[1])
    assert entry.status_code == 200 and trade.entry_key in entry.content.decode()
    assert f'href="/desk/orders/{order.id}"' in entry.content.decode()


def test_all_orders_are_cancelled_after_a_question(dora, book):
    place(dora)
    place(dora, draft="d2", price="3200")
    assert "0.5 WETH" in dora.get("/desk/orders/cancel-all").content.decode().replace("\xa0", " ")
    assert Order.objects.filter(status="open").count() == 2
    done = dora.post("/desk/orders/cancel-all", {"draft": "x1"}, follow=True)
    assert "2 orders were cancelled" in done.content.decode()
    assert not Order.objects.filter(status="open").exists()


def test_a_position_without_a_counterpart_is_left_and_said(dora, book, long_of_ether):
    path = "/desk/orders/close/WETH-USDC"
    assert "Yes, close it" in dora.get(path).content.decode()
    done = dora.post(path, {"side": "sell", "draft": "k1"}, follow=True)
    assert "0 WETH closed, 2 WETH left" in done.content.decode().replace("\xa0", " ")
    nothing = dora.post(path, {"side": "buy", "draft": "k2"})
    assert nothing.status_code == 422
    assert dora.get("/desk/orders/close/NOPE").status_code == 404


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"amount": "x"}, "That is not an amount"),
        ({"amount": "0.00001"}, "whole number of lots"),
        ({"price": "3100.123456789"}, "whole number of ticks"),
        ({"price": "31000"}, "too far from our fair value"),
        ({"amount": "9.9"}, "more than one order by hand"),
        ({"kind": "twap", "minutes": "soon"}, "Type whole numbers"),
        ({"kind": "twap", "parts": "0"}, "Type whole numbers"),
        ({"market": "NOPE"}, "no such market"),
    ],
)
def test_what_is_refused_is_said_where_it_was_typed(dora, book, typed, words):
    answer = place(dora, **typed)
    assert answer.status_code >= 400
    assert words in answer.content.decode()
    assert not Order.objects.exists() and not Twap.objects.exists()


def test_strangers_place_nothing(staff, book):
    for role in ("owner", "compliance_officer"):
        client = staff.client(role)
        assert place(client).status_code in (403, 404)
        assert client.post("/desk/orders/cancel-all", {"draft": "x"}).status_code in (403, 404)
    assert not Order.objects.exists()
