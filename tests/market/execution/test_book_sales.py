"""What our own order book takes better than a pool is sold there, and the deposits only swept."""

from datetime import timedelta
from typing import Any

import pytest

from gateway.ledger import accounts
from gateway.ledger.accounts import AccountName
from gateway.ledger.checks import ledger_checks
from gateway.ledger.journal import entry_post
from gateway.ledger.models import Entry
from gateway.ledger.postings import credit, debit, entry_of
from gateway.market.book.events import Side
from gateway.market.execution.models import FillBatch, FillRequest
from gateway.market.execution.planning import book_sale_of
from gateway.market.hedges.selectors import books
from gateway.market.orders import memory
from gateway.market.orders.funds import free_units
from gateway.market.orders.markets import market_open
from gateway.market.orders.models import Order
from gateway.market.orders.services import order_cancel, order_place
from gateway.market.snapshot_store import current_snapshot
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from tests.market.execution.conftest import CHAIN_ID, USDC, Desk
from tests.market.orders.conftest import ANN, DESK

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain")]

WETH = Asset(f"WETH@{CHAIN_ID}", 18)
MILLI_ETH, ETHER, DOLLAR = 10**15, 10**18, 10**6


class Buying:
    """Ann has 30,000 USDC in the house and buys WETH in its book."""

    def __init__(self, desk: Desk) -> None:
        memory.forget()
        self.desk = desk
        self.market = market_open(
            name="WETH-USDC",
            base=WETH.code,
            quote=USDC.code,
            lot_units=10**14,
            tick_units=1,
            now=desk.now(),
        )
        desk.till.pay(bytes(desk.till.chain.treasury), units=30_000 * DOLLAR, symbol="USDC")
        amount = Amount(30_000 * DOLLAR, USDC)
        lines = entry_of(
            debit(accounts.custody_hot(CHAIN_ID), amount), credit(AccountName(ANN), amount)
        )
        entry_post(key="test:in", kind="test", postings=lines, refs={}, now=desk.now())

    def bid(self, units: int, price: str) -> Order:
        self.desk.publish()
        return order_place(
            owner=ANN,
            market=self.market.name,
            side=Side.BUY,
            units=units,
            price=self.market.terms.ticks_of(price),
            client_id=f"bid{Order.objects.count()}",
            by="ann",
            snapshot=current_snapshot(),
            now=self.desk.now(),
        )

    def batch(self) -> list[Any]:
        """The batch's waiting time passes, by the chain's clock."""
        self.desk.till.rpc.call("evm_increaseTime", [20])
        self.desk.till.mine(1)
        self.desk.publish()
        return self.desk.batch(later_seconds=0)

    def statuses(self) -> list[tuple[str, bool]]:
        return list(FillRequest.objects.order_by("id").values_list("status", "in_book"))


@pytest.fixture
def buying(desk: Desk, valkey: object) -> Buying:
    return Buying(desk)


def test_a_better_bid_takes_the_deposits_which_are_then_swept(buying: Buying) -> None:
    desk = buying.desk
    bid = buying.bid(100 * MILLI_ETH, "2999")
    for units in (5 * MILLI_ETH, 7 * MILLI_ETH):
        desk.credited("WETH", units)
    (queued,) = buying.batch()
    assert queued.purpose == "sweep"
    bid.refresh_from_db()
    assert bid.filled * 10**14 == 12 * MILLI_ETH
    assert buying.statuses() == [("batched", True), ("batched", True)]
    entry = Entry.objects.get(kind="trade")
    assert entry.refs["by"] == "fill"
    # bought for 2 USDC, sold for 12 / 1,000 of 2,999
    assert desk.booked(accounts.desk(), WETH) == 0
    assert desk.booked(accounts.desk(), USDC) == 2_000_000 - 35_988_000
    # a deposit that is only swept is no sale to come: hedges and orders count it no second time
    assert books(chain_ids=[CHAIN_ID], now=desk.now()).filling == {}
    assert free_units([(DESK, WETH.code)]) == {(DESK, WETH.code): 0}
    desk.send(queued)
    assert buying.statuses() == [("swept", True), ("swept", True)]
    desk.custody_agrees()
    assert ledger_checks() == []


def test_a_bid_below_what_the_pools_give_is_left_alone(buying: Buying) -> None:
    desk = buying.desk
    bid = buying.bid(100 * MILLI_ETH, "2950")
    desk.credited("WETH", 5 * MILLI_ETH)
    (queued,) = buying.batch()
    assert queued.purpose == "fill"
    bid.refresh_from_db()
    assert (bid.filled, buying.statuses()) == (0, [("batched", False)])


def test_what_the_book_has_no_room_for_goes_to_the_pools(buying: Buying) -> None:
    desk = buying.desk
    bid = buying.bid(6 * MILLI_ETH, "2999")
    for units in (5 * MILLI_ETH, 7 * MILLI_ETH):
        desk.credited("WETH", units)
    queued = buying.batch()
    assert sorted(each.purpose for each in queued) == ["fill", "sweep"]
    for each in queued:
        desk.send(each)
    bid.refresh_from_db()
    assert bid.filled * 10**14 == 5 * MILLI_ETH
    assert sorted(buying.statuses()) == [("filled", False), ("swept", True)]
    assert desk.booked(accounts.desk(), WETH) == 0
    desk.custody_agrees()
    assert ledger_checks() == []


def test_a_bid_that_left_after_the_snapshot_costs_nothing(buying: Buying) -> None:
    desk = buying.desk
    bid = buying.bid(100 * MILLI_ETH, "2999")
    desk.credited("WETH", 5 * MILLI_ETH)
    desk.till.rpc.call("evm_increaseTime", [20])
    desk.till.mine(1)
    desk.publish()
    order_cancel(owner=ANN, order_id=bid.id, client_id="gone", by="ann", now=desk.now())
    (queued,) = desk.batch(later_seconds=0)
    assert queued.purpose == "fill" and buying.statuses() == [("batched", False)]
    assert not Entry.objects.filter(kind="trade").exists()


def test_a_sweep_that_failed_is_tried_again_and_sold_no_second_time(buying: Buying) -> None:
    desk = buying.desk
    bid = buying.bid(100 * MILLI_ETH, "2999")
    desk.credited("WETH", 5 * MILLI_ETH)
    (queued,) = buying.batch()
    desk.send(queued, gas=60_000)
    assert FillBatch.objects.get().status == "failed"
    assert buying.statuses() == [("pending", True)]
    FillRequest.objects.update(not_before=desk.now())
    (again,) = buying.batch()
    assert again.purpose == "sweep"
    desk.send(again)
    bid.refresh_from_db()
    assert bid.filled * 10**14 == 5 * MILLI_ETH
    assert buying.statuses() == [("swept", True)]
    assert desk.booked(accounts.desk(), WETH) == 0
    desk.custody_agrees()
    assert ledger_checks() == []


def test_a_stale_book_is_none(buying: Buying) -> None:
    desk = buying.desk
    buying.bid(100 * MILLI_ETH, "2999")
    desk.publish()
    token = Amount(MILLI_ETH, WETH)
    asked: dict[str, Any] = {"token": token, "settlement_asset": USDC.code}
    snapshot, now = current_snapshot(), desk.now()
    assert book_sale_of(snapshot=snapshot, now=now, **asked) is not None
    assert book_sale_of(snapshot=snapshot, now=now + timedelta(seconds=11), **asked) is None
