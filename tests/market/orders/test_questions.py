"""What pages and programs ask: right, paged, and in as many queries as they say."""

from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django.fixtures import DjangoAssertNumQueries

from gateway.events.errors import BadCursor
from gateway.market.orders import selectors
from gateway.market.orders.errors import BadMarketTerms, MarketConflict, OrderUnknown
from gateway.market.orders.markets import market_open, market_status_set
from gateway.market.orders.models import BookMarket
from gateway.market.orders.selectors import LevelView
from gateway.market.snapshot_store import forget_snapshot, publish_snapshot
from tests.market.orders.conftest import (
    ANN,
    BOB,
    DESK,
    DOLLAR,
    ETHER,
    LOT,
    MARKET,
    USDC,
    WETH,
    Trading,
    snapshot_at,
)


def test_orders_by_page(
    trading: Trading, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    placed = [trading.place(ANN, "sell", 10, 3_000 + n) for n in range(5)]
    trading.place(BOB, "sell", 10, 3_000)
    with django_assert_num_queries(1):
        first = selectors.orders(owner=ANN, size=2)
        names = [order.market.name for order in first.items]
    assert names == [MARKET, MARKET]
    second = selectors.orders(owner=ANN, size=2, cursor=first.next_cursor)
    third = selectors.orders(owner=ANN, size=2, cursor=second.next_cursor)
    seen = [order.id for page in (first, second, third) for order in page.items]
    assert seen == [order.id for order in reversed(placed)]
    assert third.next_cursor is None
    trading.cancel(placed[0])
    assert len(selectors.orders(owner=ANN, market=MARKET).items) == 4
    assert len(selectors.orders(owner=ANN, market="other").items) == 0
    assert len(selectors.orders(status=None).items) == 6
    with pytest.raises(BadCursor):
        selectors.orders(cursor="?")


def test_an_order_and_its_fills(
    trading: Trading, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    order = trading.place(ANN, "sell", 100, 3_000)
    for _ in range(3):
        trading.place(BOB, "buy", 10, 3_000)
    with django_assert_num_queries(1):
        found = selectors.order(owner=ANN, order_id=order.id)
        assert (found.filled, found.market.name) == (300, MARKET)
    with django_assert_num_queries(1):
        page = selectors.trades_of_order(order_id=order.id, size=2)
    rest = selectors.trades_of_order(order_id=order.id, cursor=page.next_cursor)
    assert [len(page.items), len(rest.items)] == [2, 1]
    assert page.items[0].sequence > page.items[1].sequence > rest.items[0].sequence
    assert len(selectors.trades(market=MARKET).items) == 3
    assert selectors.order(owner=None, order_id=order.id).id == order.id
    for owner, order_id in ((BOB, order.id), (ANN, uuid4())):
        with pytest.raises(OrderUnknown):
            selectors.order(owner=owner, order_id=order_id)


def test_depth_hides_icebergs_and_leaves_out_whom_one_asks_to(
    trading: Trading, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    trading.place(ANN, "sell", 1_000, 3_002, shown=100)
    trading.place(DESK, "sell", 50, 3_002)
    trading.place(DESK, "sell", 50, 3_001)
    trading.place(BOB, "buy", 20, 2_999)
    trading.place(BOB, "buy", 30, 2_998)
    ticks = trading.ticks
    with django_assert_num_queries(2):
        seen = selectors.depth(market_id=trading.market.id)
    assert seen.asks == (LevelView(ticks(3_001), 500), LevelView(ticks(3_002), 1_500))
    assert seen.bids == (LevelView(ticks(2_999), 200), LevelView(ticks(2_998), 300))
    theirs = selectors.depth(market_id=trading.market.id, levels=1, without=DESK)
    assert (theirs.asks, theirs.bids) == ((LevelView(ticks(3_002), 1_000),), seen.bids[:1])
    with django_assert_num_queries(3):
        (book,) = selectors.published_books(at_ms=7)
    assert book.asks == ((ticks(3_002), 1_000),)
    assert book.bids == ((ticks(2_999), 200), (ticks(2_998), 300))
    market_status_set(name=MARKET, status="cancel_only", by="test", now=trading.now)
    assert selectors.published_books(at_ms=7) == ()


def test_positions(trading: Trading, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    trading.place(ANN, "sell", 1_000, 3_000)
    trading.place(BOB, "buy", 500, 3_000)
    with django_assert_num_queries(1):
        ann, bob = selectors.positions()
        assert ann.market.name == MARKET
    assert (ann.base_units, ann.quote_units, ann.base_held) == (
        -ETHER // 2,
        1_500 * DOLLAR,
        ETHER // 2,
    )
    fee = 750_000
    assert (bob.base_units, bob.quote_units, bob.fee_units) == (
        ETHER // 2,
        -1_500 * DOLLAR - fee,
        fee,
    )
    assert bob.worth_at(trading.ticks(3_100)) == 50 * DOLLAR - fee
    assert [each.owner for each in selectors.positions(owner=BOB)] == [BOB]
    with django_assert_num_queries(1):
        assert selectors.twaps() == []


def test_a_place_costs_a_bounded_number_of_queries(
    trading: Trading, django_assert_max_num_queries: Any
) -> None:
    for n in range(30):
        trading.place(ANN, "sell", 10, 3_000 + n)
    with django_assert_max_num_queries(30):
        taken = trading.place(BOB, "buy", 300, 3_030)
    assert (taken.filled, taken.status) == (3_000, "filled")


# --- markets -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "more",
    [
        {"base": USDC.code},
        {"quote": WETH.code},
        {"quote": "LINK@31337"},
        {"base": "NONE@31337"},
        {"lot_units": 3},
        {"lot_units": 0},
        {"tick_units": 0},
        {"taker_fee_ppm": 100_000},
        {"bound_ppm": 0},
        {"name": ""},
    ],
)
def test_markets_that_cant_be(trading: Trading, more: dict[str, Any]) -> None:
    asked = {
        "name": "X",
        "base": WETH.code,
        "quote": USDC.code,
        "lot_units": LOT,
        "tick_units": 1,
        "now": trading.now,
    }
    with pytest.raises(BadMarketTerms):
        market_open(**{**asked, **more})
    assert BookMarket.objects.count() == 1


def test_a_market_keeps_its_terms_and_closes_when_it_is_empty(trading: Trading) -> None:
    asked = {"name": MARKET, "base": WETH.code, "quote": USDC.code, "now": trading.now}
    assert market_open(**asked, lot_units=LOT, tick_units=1).id == trading.market.id
    with pytest.raises(MarketConflict):
        market_open(**asked, lot_units=LOT, tick_units=2)
    order = trading.place(ANN, "sell", 10, 3_000)
    with pytest.raises(BadMarketTerms):
        market_status_set(name=MARKET, status="closed", by="test", now=trading.now)
    with pytest.raises(BadMarketTerms):
        market_status_set(name=MARKET, status="odd", by="test", now=trading.now)
    trading.cancel(order)
    market_status_set(name=MARKET, status="closed", by="test", now=trading.now)


# --- the command line ----------------------------------------------------------------------------


def run(*words: str) -> str:
    out = StringIO()
    call_command("orders", *words, stdout=out)
    return out.getvalue()


def test_from_the_command_line(trading: Trading, valkey: object) -> None:
    from django.utils import timezone

    publish_snapshot(snapshot_at(timezone.now()))
    forget_snapshot()
    told = run("place", MARKET, "sell", "0.5", "3000.25", "--by", "me", "--client-id", "a")
    assert "0.5 @ 3000.25 good_till_cancelled open filled=0 by=me" in told
    assert run("place", MARKET, "sell", "0.5", "3000.25", "--by", "me", "--client-id", "a") == told
    order_id = told.split()[0]
    assert order_id in run("list")
    assert run("depth", MARKET) == "sell 3000.25 0.5\n"
    assert "WETH-USDC open" in run("markets")
    assert "cancelled" in run("cancel", order_id, "--by", "me")
    assert run("list") == ""
    assert order_id in run("list", "--all")
    assert run("cancel-all", "--by", "me") == "0 orders cancelled\n"
    for words in (
        ("place", MARKET, "sell", "0.5", "3000.255", "--by", "me"),
        ("place", MARKET, "sell", "0.00001", "3000", "--by", "me"),
        ("place", MARKET, "sell", "0.5", "30000", "--by", "me"),
        ("cancel", str(uuid4()), "--by", "me"),
        ("close", MARKET, "sell", "--by", "me"),
    ):
        with pytest.raises(CommandError):
            run(*words)
    run("status", MARKET, "cancel_only", "--by", "me")
    run("status", MARKET, "open", "--by", "me")
    second = ("open", "L", "--base", "LINK@31337", "--quote", USDC.code)
    assert run(*second, "--lot-units", str(10**16), "--tick-units", "1") == "L open\n"
    assert "make its orders" in run("check")
