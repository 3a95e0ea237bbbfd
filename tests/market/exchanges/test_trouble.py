"""A made-up exchange that times out, forgets, repeats and lies: the books are right."""

from decimal import Decimal

import pytest

from gateway.chains.models import Token
from gateway.ledger.models import Entry
from gateway.market.hedges.exchange_models import ExchangeOrder
from gateway.market.hedges.models import Hedge, HedgeStep
from gateway.money.assets import Asset
from tests.market.exchanges.conftest import ENTRY, Trading
from tests.market.exchanges.fake_binance import PLACE as PLACES
from tests.market.exchanges.fake_binance import Answer, Drop
from tests.market.execution.conftest import CHAIN_ID
from tests.market.hedges.conftest import DOLLAR, ETHER, WETH

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain")]

ORDER = ("GET", "/api/v3/order")
TRADES = ("GET", "/api/v3/myTrades")
DEPTH = ("GET", "/api/v3/depth")


def test_a_time_out_in_the_middle_of_an_order_is_no_second_order(trading: Trading) -> None:
    def hang_up(method: str, path: str, words: dict[str, str], told: Answer) -> Answer:
        if (method, path) == PLACES:
            raise Drop
        return told

    trading.fake.after = hang_up
    trading.hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    trading.hedging.turn()
    trading.carry()
    assert trading.order().status == "asked"  # it may have acted
    trading.carry()
    assert trading.order().status == "done"
    trading.run()
    assert len(trading.fake.placed()) == 1
    assert Hedge.objects.get().sold_units == 5 * ETHER
    trading.agrees()


def test_an_order_that_never_arrived_is_given_up_and_made_anew(trading: Trading) -> None:
    lost: list[str] = []

    def swallow(method: str, path: str, words: dict[str, str]) -> None:
        if (method, path) == PLACES and not lost:
            lost.append(words["newClientOrderId"])
            raise Drop

    trading.fake.before = swallow
    trading.hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    trading.hedging.turn()
    trading.carry()
    trading.carry()
    assert trading.order().status == "asked"
    assert trading.hedging.turn() == []  # nothing else is tried while it may trade
    assert ExchangeOrder.objects.count() == 1
    trading.later(61)
    trading.carry()
    assert trading.order().status == "lost"
    assert Hedge.objects.get().attempts == 1
    trading.hedging.later()
    trading.run()
    assert [order.status for order in ExchangeOrder.objects.order_by("id")] == ["lost", "done"]
    assert Hedge.objects.get().sold_units == 5 * ETHER
    trading.agrees()


def test_an_order_that_the_exchange_lost_and_finds_again_is_booked(trading: Trading) -> None:
    hidden: dict[str, dict[str, object]] = {}
    trading.hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    trading.hedging.turn()

    def forget(method: str, path: str, words: dict[str, str], told: Answer) -> Answer:
        if (method, path) == PLACES:
            hidden.update(trading.fake.orders)
            trading.fake.orders.clear()
        return told

    trading.fake.after = forget
    trading.carry()
    trading.later(61)
    trading.carry()
    assert trading.order().status == "lost"
    trading.fake.after = lambda *words: words[3]
    trading.fake.orders.update(hidden)
    trading.later(61)
    trading.carry()
    order = trading.order()
    assert (order.status, order.sold_units, trading.fills()) == ("done", 5 * ETHER, 1)
    trading.run()
    assert trading.hedging.position() == 0
    trading.agrees()


def test_a_partial_fill_is_booked_and_the_rest_is_sold_later(trading: Trading) -> None:
    def pull(method: str, path: str, words: dict[str, str]) -> None:
        if (method, path) == PLACES and len(trading.fake.placed()) == 1:
            trading.fake.bids[:] = [["2999.50", "1.2345"], ["2900.00", "50.0000"]]

    trading.fake.before = pull
    trading.hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    trading.hedging.turn()
    trading.carry()
    order = trading.order()
    assert (order.status, order.sold_units) == ("done", 12_345 * ETHER // 10_000)
    assert Hedge.objects.get().status == "sent"
    trading.agrees()
    trading.fake.bids[:] = [["2999.50", "100.0000"]]
    trading.run()
    assert Hedge.objects.get().sold_units == 5 * ETHER
    trading.agrees()


def test_fills_told_twice_and_in_any_order_are_booked_once(trading: Trading) -> None:
    trading.fake.bids[:] = [["2999.51", "1.1111"], ["2999.37", "2.2222"], ["2999.13", "9.0000"]]

    def again(method: str, path: str, words: dict[str, str], told: Answer) -> Answer:
        if (method, path) == TRADES:
            return told[0], [*reversed(told[1]), *told[1]]
        return told

    trading.fake.after = again
    trading.hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    trading.run()
    assert (trading.fills(), trading.order().sold_units) == (3, 5 * ETHER)
    assert Entry.objects.filter(kind="hedge").count() == 3
    trading.agrees()  # though a fee of eight digits is no whole unit of six
    trading.compare()
    assert trading.said("exchange.stopped") == []


def test_a_time_out_then_a_partial_fill_told_again_under_another_name_is_booked_once(
    trading: Trading,
) -> None:
    """Nobody answers the order; then the exchange tells one fill twice, and a part of it anew."""
    trading.hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    trading.hedging.turn()
    trading.fake.bids[:] = [["2999.50", "3.0000"]]

    def lie(method: str, path: str, words: dict[str, str], told: Answer) -> Answer:
        if (method, path) == PLACES:
            raise Drop
        if (method, path) == TRADES:
            [fill] = told[1]
            again = {"id": 77_777, "qty": "1.50000000", "quoteQty": "4499.25000000"}
            return 200, [fill | again, fill, fill]
        return told

    trading.fake.after = lie
    trading.carry()
    trading.carry()
    order = trading.order()
    assert (order.status, order.sold_units, trading.fills()) == ("asked", 0, 0)
    (said,) = trading.said("exchange.stopped")
    assert said["reason"] == "fills_beyond_order"
    trading.fake.after = lambda *words: words[3]
    trading.carry()
    assert (trading.order().status, trading.order().sold_units) == ("done", 3 * ETHER)
    trading.agrees()


def test_a_fill_that_the_order_does_not_know_of_yet_is_waited_for(trading: Trading) -> None:
    """Its fills are asked for after the order: an open one may have traded in between."""
    trading.fake.bids[:] = [["2999.50", "2.0000"], ["2999.40", "9.0000"]]
    trading.hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    behind = [True]

    def lag(method: str, path: str, words: dict[str, str], told: Answer) -> Answer:
        if (method, path) == ORDER and behind:
            behind.pop()
            return 200, told[1] | {"status": "PARTIALLY_FILLED", "executedQty": "2.00000000"}
        return told

    trading.fake.after = lag
    trading.hedging.turn()
    trading.carry()
    assert (trading.order().status, trading.order().sold_units) == ("asked", 0)
    trading.carry()
    assert (trading.order().status, trading.order().sold_units) == ("done", 5 * ETHER)
    assert trading.said("exchange.stopped") == []
    trading.agrees()


def test_fills_that_are_missing_are_waited_for(trading: Trading) -> None:
    trading.fake.bids[:] = [["2999.50", "2.0000"], ["2999.40", "9.0000"]]
    trading.fake.hide_trades = 1
    trading.hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    trading.hedging.turn()
    trading.carry()
    order = trading.order()
    assert (order.status, order.sold_units) == ("asked", 2 * ETHER)
    trading.fake.hide_trades = 0
    trading.carry()
    trading.run()
    assert trading.order().sold_units == 5 * ETHER
    trading.agrees()


def test_a_fill_that_comes_after_the_order_was_over_is_booked_late(trading: Trading) -> None:
    trading.fake.bids[:] = [["2999.50", "3.0000"]]
    trading.hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    trading.fake.before = lambda method, path, words: (
        trading.fake.bids.__setitem__(slice(None), [["2999.50", "3.0000"]])
        if (method, path) == PLACES
        else None
    )
    trading.fake.bids[:] = [["2999.50", "50.0000"]]
    trading.hedging.turn()
    trading.carry()
    order = trading.order()
    assert (order.status, order.sold_units) == ("done", 3 * ETHER)
    trading.fake.fill(order.client_id, price=Decimal("2999.50"), size=Decimal("1.5"))
    trading.later(61)
    trading.carry()
    assert trading.order().sold_units == 45 * ETHER // 10
    assert trading.hedging.position() == ETHER // 2
    trading.agrees()


def test_an_order_that_stays_open_is_taken_back(trading: Trading) -> None:
    def keep_open(method: str, path: str, words: dict[str, str], told: Answer) -> Answer:
        if (method, path) == PLACES:
            for order in trading.fake.orders.values():
                order["status"] = "NEW"
        return told

    trading.fake.after = keep_open
    trading.fake.before = lambda method, path, words: (
        trading.fake.bids.clear() if (method, path) == PLACES else None
    )
    trading.hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    trading.hedging.turn()
    trading.carry()
    assert trading.order().status == "asked"
    trading.later(16)
    trading.carry()
    trading.carry()
    order = trading.order()
    assert (order.status, order.failure_code, order.sold_units) == ("done", "unfilled", 0)
    assert [words for method, _, words in trading.fake.asked if method == "DELETE"]
    trading.agrees()


@pytest.mark.parametrize(
    ("bids", "asks"),
    [
        ([["3300.00", "50"]], [["3301.00", "50"]]),
        ([["2700.00", "50"]], [["2701.00", "50"]]),
        ([["3002.00", "50"]], [["3001.00", "50"]]),
        ([], [["3001.00", "50"]]),
        ([["2999.00", "0"]], [["3001.00", "50"]]),
        ([["nonsense", "50"]], [["3001.00", "50"]]),
    ],
    ids=["ten percent too high", "too low", "crossed", "empty", "of nothing", "no numbers"],
)
def test_a_book_that_lies_is_left_for_the_pools(
    trading: Trading, bids: list[list[str]], asks: list[list[str]]
) -> None:
    trading.fake.bids[:], trading.fake.asks[:] = bids, asks
    trading.hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    trading.run()
    assert Hedge.objects.get().status == "done"
    assert not ExchangeOrder.objects.exists() and HedgeStep.objects.filter(kind="swap").exists()
    trading.agrees()


@pytest.mark.parametrize("told", [b"<html>busy</html>", b"", b"[", b'{"bids": 7}', b"null"])
def test_an_exchange_that_answers_nonsense_is_left_for_the_pools(
    trading: Trading, told: bytes
) -> None:
    trading.fake.before = lambda method, path, words: (
        (200, told) if (method, path) == DEPTH else None
    )
    trading.hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    trading.run()
    assert Hedge.objects.get().status == "done" and not ExchangeOrder.objects.exists()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"price": "2700.00"}, "fill_does_not_add_up"),
        ({"price": "2700.00", "quoteQty": "13500.00000000"}, "beyond_its_bound"),
        ({"price": "3300.00", "quoteQty": "16500.00000000"}, "fill_off_fair_value"),
        ({"isBuyer": True}, "fill_nonsense"),
        ({"qty": "6.00000000", "quoteQty": "17997.00000000"}, "more_than_asked"),
        ({"commission": "1500.00000000"}, "fee_too_high"),
        ({"time": -1}, "fill_nonsense"),
        ({"qty": str(2**128)}, "more_than_asked"),
    ],
)
def test_a_fill_that_can_not_be_is_not_booked_and_stops_the_exchange(
    trading: Trading, change: dict[str, object], reason: str
) -> None:
    trading.fake.after = lambda method, path, words, told: (
        (200, [trade | change for trade in told[1]]) if (method, path) == TRADES else told
    )
    trading.hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    trading.hedging.turn()
    trading.carry()
    trading.carry()
    assert trading.fills() == 0 and trading.held(WETH) == 100 * ETHER
    (said,) = trading.said("exchange.stopped")
    assert said["reason"] == reason
    trading.fake.after = lambda *words: words[3]  # it comes to its senses
    trading.carry()
    assert trading.order().sold_units == 5 * ETHER
    trading.agrees()


@pytest.mark.parametrize("fee", ["2.00000001", str(2**128)])
def test_a_fee_of_more_than_lies_there_is_not_booked(trading: Trading, fee: str) -> None:
    """In a third asset no price bounds it: what the books say lies there does."""
    third = Token.objects.exclude(symbol__in=("ETH", "WETH", "USDC")).filter(chain_id=CHAIN_ID)[0]
    held = Asset(third.code, third.decimals)
    assets = {**ENTRY["assets"], held.code: {"currency": "THIRD"}}  # type: ignore[dict-item]
    trading.configure(assets=assets)
    trading.lay(held, 2 * held.one)
    trading.fake.after = lambda method, path, words, told: (
        (200, [fill | {"commission": fee, "commissionAsset": "THIRD"} for fill in told[1]])
        if (method, path) == TRADES
        else told
    )
    trading.hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    trading.hedging.turn()
    trading.carry()
    assert (trading.fills(), trading.held(held)) == (0, 2 * held.one)
    assert trading.said("exchange.stopped")[0]["reason"] == "fee_too_high"
    fee = "2.00000000"
    trading.carry()
    assert (trading.fills(), trading.held(held)) == (1, 0)


def test_a_fee_in_something_unknown_is_said_and_stops_the_exchange(trading: Trading) -> None:
    trading.fake.balances["BNB"] = Decimal(1)
    trading.fake.fee_asset = "BNB"
    trading.hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    trading.hedging.turn()
    trading.carry()
    assert trading.order().status == "done"
    assert trading.said("exchange.stopped")[0]["reason"] == "fee_in_unknown_currency"
    trading.agrees()
