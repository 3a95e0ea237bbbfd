"""Hedges traded on a made-up exchange over real HTTP: whatever it does, the books are right."""

from typing import Any

import msgspec
import pytest

from gateway.ledger import accounts
from gateway.ledger.models import Entry
from gateway.ledger.postings import credit, debit
from gateway.market.hedges.exchange_models import ExchangeFill, ExchangeOrder
from gateway.market.hedges.models import Hedge, HedgeStep
from gateway.market.snapshot_store import current_snapshot, forget_snapshot, publish_snapshot
from gateway.market.supervising import desk_halt
from gateway.money.amounts import Amount
from tests.market.exchanges.conftest import NAME, PLACE, Trading
from tests.market.exchanges.fake_binance import PLACE as PLACES
from tests.market.execution.conftest import USDC
from tests.market.hedges.conftest import DOLLAR, ETHER, WETH, Killed, kill_at

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain")]

ORDER = ("GET", "/api/v3/order")
TRADES = ("GET", "/api/v3/myTrades")
DEPTH = ("GET", "/api/v3/depth")


def test_a_position_is_sold_where_that_costs_least(trading: Trading) -> None:
    trading.hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    spent = trading.hedging.desk.booked(accounts.desk(), USDC)
    trading.run()
    hedge, order = Hedge.objects.get(), trading.order()
    assert (hedge.status, hedge.sold_units, order.status) == ("done", 5 * ETHER, "done")
    assert not HedgeStep.objects.exists()  # the pools would have given less
    (placed,) = trading.fake.placed()
    assert placed["newClientOrderId"] == order.client_id
    assert (placed["side"], placed["quantity"], placed["timeInForce"]) == ("SELL", "5", "IOC")
    # at 2,999.50 with a fee of a basis point
    assert hedge.bought_units == 5 * 2_999_500_000
    fee = 5 * 299_950
    assert trading.hedging.desk.booked(accounts.desk(), USDC) - spent == -hedge.bought_units
    assert trading.held(USDC) == 300_000 * DOLLAR + hedge.bought_units - fee
    assert trading.held(WETH) == 95 * ETHER
    assert hedge.cost_cents == (5 * 3_000 * DOLLAR - hedge.bought_units + fee) // 10_000
    entry = Entry.objects.get(kind="hedge")
    assert entry.key == f"exchange:{NAME}:{WETH.code}-{USDC.code}:28000"
    assert entry.refs["reason"] == "beyond_band" and entry.refs["order_id"] == str(order.id)
    assert [body["filled_e18"] for body in trading.said("exchange.order_done")] == [str(5 * ETHER)]
    trading.agrees()
    trading.compare()
    assert trading.said("exchange.stopped") == []


def test_a_short_position_is_bought_back_with_the_fee_in_what_it_brings(trading: Trading) -> None:
    trading.hedging.owe(3 * ETHER, got=9_000 * DOLLAR)
    trading.run()
    hedge = Hedge.objects.get()
    assert (hedge.side, hedge.status) == ("buy", "done")
    assert abs(trading.hedging.position()) <= hedge.band_units
    assert trading.fake.placed()[0]["side"] == "BUY"
    assert hedge.bought_units == pytest.approx(3 * ETHER, rel=1e-3)
    assert trading.hedging.desk.booked(accounts.venue_fees(), WETH) == hedge.bought_units // 10_000
    trading.agrees()
    trading.compare()


def test_pools_and_exchange_share_what_neither_takes_well_alone(trading: Trading) -> None:
    trading.fake.bids[:] = [["2999.50", "2.0000"], ["2950.00", "100.0000"]]
    trading.hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    trading.run()
    hedge = Hedge.objects.get()
    assert (hedge.status, hedge.sold_units) == ("done", 5 * ETHER)
    assert trading.order().sold_units == 2 * ETHER
    swapped = [step.sold_units for step in HedgeStep.objects.filter(kind="swap")]
    assert sum(swapped) == 3 * ETHER
    trading.agrees()


def test_a_pair_that_no_pool_trades_is_hedged_there_all_the_same(
    trading: Trading, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = trading.hedging.desk.publish

    def publish_without_pools(**prices: str) -> None:
        usual(**prices)
        publish_snapshot(msgspec.structs.replace(current_snapshot(), pools=()))
        forget_snapshot()

    monkeypatch.setattr(trading.hedging.desk, "publish", publish_without_pools)
    trading.hedging.take_in(3 * ETHER, owed=9_000 * DOLLAR)
    trading.run()
    hedge = Hedge.objects.get()
    assert (hedge.status, hedge.sold_units) == ("done", 3 * ETHER)
    assert not HedgeStep.objects.exists()  # nothing was left for a router, nothing was swapped
    assert trading.order().sold_units == 3 * ETHER
    trading.agrees()


def test_an_exchange_that_is_dear_to_use_is_not_used_for_little(trading: Trading) -> None:
    trading.configure(fixed_cost_usd_cents=50_000)
    trading.hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    trading.run()
    assert Hedge.objects.get().status == "done" and not ExchangeOrder.objects.exists()


def test_a_large_position_is_worked_there_in_slices(trading: Trading, settings: Any) -> None:
    settings.HEDGING = {"max_slices": 4}
    trading.hedging.take_in(60 * ETHER, owed=180_000 * DOLLAR)
    refilled = [["2999.90", "5.0000"], ["2999.50", "15.0000"], ["2995.00", "40.0000"]]
    for _ in range(20):
        trading.fake.bids[:] = [list(level) for level in refilled]
        for outgoing in trading.hedging.turn():
            trading.hedging.desk.send(outgoing)
        trading.carry()
        trading.hedging.later()
        if Hedge.objects.get().status == "done":
            break
    hedge = Hedge.objects.get()
    assert (hedge.style, hedge.status, hedge.sold_units) == ("twap", "done", hedge.units)
    slices = set(ExchangeOrder.objects.values_list("slice_number", flat=True))
    assert len(slices) > 1
    trading.agrees()


POINTS = (
    "order_planned",
    "order_marked",
    "order_placed",
    "order_told",
    "fills_told",
    "fill_booked",
    "order_kept",
)


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_any_step_it_trades_once(trading: Trading, point: str) -> None:
    trading.fake.bids[:] = [["2999.50", "2.0000"], ["2999.40", "90.0000"]]
    trading.hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    trading.hedging.turn()
    for _ in range(3):
        try:
            trading.carry(reached=kill_at(point))
        except Killed:
            trading.hedging.restart()
    trading.later(61)
    trading.carry()
    trading.hedging.later()
    trading.run()
    hedge = Hedge.objects.get()
    assert (hedge.status, hedge.sold_units) == ("done", 5 * ETHER)
    assert trading.hedging.position() == 0
    # never asked for, it is late or lost, and made anew; anything later is found by its name
    assert len(trading.fake.placed()) == 1
    ends = {"order_planned": {"refused", "done"}, "order_marked": {"lost", "done"}}
    statuses = {order.status for order in ExchangeOrder.objects.all()}
    assert statuses == ends.get(point, {"done"})
    trading.agrees()


@pytest.mark.parametrize("point", ["leased", "seen", "worked", "planned", "begun"])
def test_killed_at_any_point_of_a_turn_one_order_is_made(trading: Trading, point: str) -> None:
    trading.hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    for _ in range(3):
        with pytest.raises(Killed):
            trading.hedging.turn(reached=kill_at(point))
        trading.hedging.restart()
    trading.run()
    assert ExchangeOrder.objects.count() == 1 and ExchangeFill.objects.count() == 1
    trading.agrees()


def test_a_refused_order_is_tried_again_not_forever(trading: Trading) -> None:
    trading.fake.before = lambda method, path, words: (
        (400, {"code": -2010, "msg": "Account has insufficient balance."})
        if (method, path) == PLACES
        else None
    )
    trading.hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    for _ in range(5):
        trading.hedging.turn()
        trading.carry()
        trading.hedging.later()
    hedge = Hedge.objects.get()
    assert (hedge.status, hedge.attempts) == ("failed", 3)
    assert {order.status for order in ExchangeOrder.objects.all()} == {"refused"}
    trading.agrees()


def test_the_kill_switch_stops_an_order_that_was_not_asked_for(trading: Trading) -> None:
    trading.hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    trading.hedging.turn()
    desk_halt(reason="a drill", by="nobody", now=trading.hedging.now())
    trading.carry()
    order = trading.order()
    assert (order.status, order.failure_code) == ("refused", "not_allowed")
    assert trading.fake.placed() == []


def test_an_order_whose_book_is_old_is_not_asked_for(trading: Trading) -> None:
    trading.hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    trading.hedging.turn()
    trading.later(61)
    trading.carry()
    order = trading.order()
    assert (order.status, order.failure_code, trading.fake.placed()) == ("refused", "too_late", [])


def test_what_lies_there_is_named_by_the_books_not_by_the_exchange(trading: Trading) -> None:
    gone = Amount(97 * ETHER, WETH)
    trading.hedging.post(credit(PLACE, gone), debit(accounts.capital(), gone))
    trading.hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    trading.run()
    assert sum(order.sold_units for order in ExchangeOrder.objects.all()) <= 3 * ETHER
    assert Hedge.objects.get().sold_units == 5 * ETHER
