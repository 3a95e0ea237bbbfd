"""Orders of makers and the desk, as their owners see them."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from gateway.events.models import Event
from gateway.ledger import accounts
from gateway.ledger.models import Entry
from gateway.ledger.selectors import units_of
from gateway.market.book.errors import (
    AlreadyFilled,
    NothingToClose,
    PriceNotPositive,
    QuantityNotPositive,
    QuantityTooLarge,
    SliceRefused,
    UnknownOrder,
    WouldCross,
)
from gateway.market.book.events import SelfTrade, Side
from gateway.market.errors import PriceNotFresh
from gateway.market.orders.errors import (
    ClientIdConflict,
    ClientIdUnusable,
    CommandTooLate,
    InsufficientFunds,
    MarketClosed,
    MarketUnknown,
    NotWholeLots,
    OrderUnknown,
    OwnerUnknown,
    PriceFarOff,
)
from gateway.market.orders.funds import free_units
from gateway.market.orders.instructions import CancelAll, Place
from gateway.market.orders.markets import market_status_set
from gateway.market.orders.models import Command, Order, Trade
from gateway.market.orders.services import command_write, order_place
from gateway.market.orders.working import books_work
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


def test_a_trade_moves_both_assets_and_the_takers_fee(trading: Trading) -> None:
    rested = trading.place(ANN, "sell", 1_000, 3_010)
    assert (rested.status, rested.open, trading.held(ANN)) == ("open", 10_000, (ETHER, 0))
    taken = trading.place(BOB, "buy", 400, 3_020)
    assert (taken.status, taken.filled, taken.held_units) == ("filled", 4_000, 0)
    paid, fee = 1_204 * DOLLAR, 602_000  # 0.4 × 3,010, and 500 ppm of it
    assert trading.has(ANN) == (10 * ETHER - 4 * ETHER // 10, 30_000 * DOLLAR + paid)
    assert trading.has(BOB) == (10 * ETHER + 4 * ETHER // 10, 30_000 * DOLLAR - paid - fee)
    assert trading.held(ANN) == (6 * ETHER // 10, 0)
    assert units_of([(accounts.fees(), USDC.code)])[accounts.fees(), USDC.code] == -fee
    trade = Trade.objects.get()
    assert (trade.taker, trade.maker, trade.quote_units) == (BOB, ANN, paid)
    assert Entry.objects.get(key=trade.entry_key).refs["command_id"] == str(taken.id)
    event = Event.objects.get(type="book.traded")
    assert event.body["last_price"] == "3010.00"
    trading.sound()


def test_the_desk_trades_from_its_inventory_and_pays_no_fee(trading: Trading) -> None:
    trading.place(ANN, "buy", 1_000, 2_990)
    sold = trading.place(DESK, "sell", 1_000, 2_990, "IOC")
    assert (sold.status, sold.fee_units) == ("filled", 0)
    assert trading.has(DESK) == (99 * ETHER, 302_990 * DOLLAR)
    assert trading.has(ANN) == (11 * ETHER, 27_010 * DOLLAR)
    trading.sound()


def test_better_prices_first_then_who_came_first(trading: Trading) -> None:
    late = trading.place(ANN, "sell", 100, 3_010)
    best = trading.place(BOB, "sell", 100, 3_005)
    later = trading.place(BOB, "sell", 100, 3_010)
    trading.place(DESK, "buy", 250, 3_010, "IOC")
    order = list(Trade.objects.order_by("sequence").values_list("maker_order_id", "lots"))
    assert order == [(best.id, 1_000), (late.id, 1_000), (later.id, 500)]
    trading.sound()


def test_times_in_force(trading: Trading) -> None:
    trading.place(ANN, "sell", 100, 3_000)
    part = trading.place(BOB, "buy", 300, 3_000, "IOC")
    assert (part.status, part.filled, part.reason) == ("cancelled", 1_000, "not_filled")
    trading.place(ANN, "sell", 100, 3_000)
    none = trading.place(BOB, "buy", 300, 3_000, "FOK")
    assert (none.status, none.filled) == ("cancelled", 0)
    with pytest.raises(WouldCross):
        trading.place(BOB, "buy", 300, 3_000, "POST_ONLY")
    assert trading.place(BOB, "buy", 300, 2_999, "POST_ONLY").status == "open"
    trading.sound()


def test_an_iceberg_shows_a_slice_and_goes_behind_with_the_next(trading: Trading) -> None:
    berg = trading.place(ANN, "sell", 1_000, 3_000, shown=100)
    assert (berg.open, berg.hidden) == (10_000, 9_000)
    other = trading.place(BOB, "sell", 100, 3_000)
    trading.place(DESK, "buy", 250, 3_000, "IOC")
    berg.refresh_from_db()
    other.refresh_from_db()
    # its slice, the other's, and half of its next slice, which had gone behind the other
    assert (berg.filled, other.filled, berg.open, berg.hidden) == (1_500, 1_000, 8_500, 8_000)
    with pytest.raises(SliceRefused):
        trading.place(ANN, "sell", 1_000, 3_000, shown=2_000)
    trading.sound()


@pytest.mark.parametrize(
    ("rule", "ends"),
    [
        (SelfTrade.CANCEL_NEWEST, (("open", 1_000), ("cancelled", 0))),
        (SelfTrade.CANCEL_OLDEST, (("cancelled", 0), ("open", 600))),
        (SelfTrade.DECREMENT_BOTH, (("open", 400), ("cancelled", 0))),
    ],
)
def test_nobody_trades_with_themselves(trading: Trading, rule, ends) -> None:
    old = trading.place(ANN, "sell", 100, 3_000)
    new = trading.place(ANN, "buy", 60, 3_000, self_trade=rule)
    old.refresh_from_db()
    assert ((old.status, old.open), (new.status, new.open)) == ends
    assert not Trade.objects.exists()
    trading.sound()


def test_what_orders_hold_is_not_spent_twice(trading: Trading) -> None:
    trading.place(ANN, "sell", 7_000, 3_000)
    with pytest.raises(InsufficientFunds):
        trading.place(ANN, "sell", 3_001, 3_000)
    assert trading.place(ANN, "sell", 3_000, 3_000).status == "open"
    # a purchase holds its fee too: 10 × 3,000 is all that Bob has
    with pytest.raises(InsufficientFunds):
        trading.place(BOB, "buy", 10_000, 3_000)
    trading.cancel_all(ANN)
    assert trading.held(ANN) == (0, 0)
    assert trading.place(ANN, "sell", 10_000, 3_000).status == "open"
    trading.sound()


def test_amending(trading: Trading) -> None:
    first = trading.place(ANN, "sell", 100, 3_000)
    second = trading.place(BOB, "sell", 100, 3_000)
    assert trading.amend(first, 50).joined == first.joined  # less keeps its place
    raised = trading.amend(second, 200)
    assert raised.joined > second.joined
    trading.place(DESK, "buy", 60, 3_000, "IOC")
    first.refresh_from_db()
    assert (first.status, first.filled) == ("filled", 500)
    with pytest.raises(AlreadyFilled):
        trading.amend(raised, 10)
    with pytest.raises(InsufficientFunds):
        trading.amend(raised, 10_001)
    crossing = trading.place(ANN, "buy", 100, 2_990)
    assert trading.amend(crossing, price=3_000).status == "filled"
    with pytest.raises(OrderUnknown):
        trading.amend(raised, 20, owner=ANN)
    with pytest.raises(UnknownOrder):
        trading.amend(first, 20)  # it is over
    trading.sound()


def test_cancelling_twice_or_what_is_filled_is_what_was_asked_for(trading: Trading) -> None:
    order = trading.place(ANN, "sell", 100, 3_000)
    assert trading.cancel(order).status == "cancelled"
    assert trading.cancel(order).status == "cancelled"
    with pytest.raises(OrderUnknown):
        trading.cancel(order, owner=BOB)
    with pytest.raises(OrderUnknown):
        trading.cancel(Order(id=uuid4(), owner=ANN))
    trading.sound()


def test_one_click_closes_what_the_desk_holds(trading: Trading) -> None:
    trading.trade_into(2 * ETHER + 5)
    trading.place(DESK, "sell", 100, 3_200)
    trading.place(ANN, "buy", 1_500, 2_995)
    trading.place(BOB, "buy", 1_000, 2_900)  # below what a close would give it away for
    closing = trading.close(DESK, "sell")
    assert (closing.cancelled_orders, closing.closed_units) == (1, 1_500 * ETHER // 1_000)
    assert (closing.left_units, closing.reason) == (ETHER // 2, "not_filled")
    again = trading.close(DESK, "sell", worst_price=trading.ticks(2_900))
    assert (again.closed_units, again.left_units, again.reason) == (ETHER // 2, 0, "")
    dust = trading.close(DESK, "sell")
    assert (dust.order, dust.reason) == (None, "below_lot")
    with pytest.raises(NothingToClose):
        trading.close(DESK, "buy")
    trading.sound()


def test_a_close_that_cant_be_paid_for_goes_as_far_as_it_can(trading: Trading) -> None:
    trading.place(ANN, "buy", 9_000, 3_000)
    trading.place(BOB, "sell", 9_000, 3_000)  # Bob is short by what he sold
    trading.place(ANN, "sell", 9_000, 3_001)
    closing = trading.close(BOB, "buy", worst_price=trading.ticks(3_100))
    assert closing.closed_units == 9 * ETHER
    trading.place(BOB, "sell", 9_000, 3_001, "IOC")
    trading.sound()


def test_a_short_close_without_the_money(trading: Trading) -> None:
    trading.trade_into(-120 * ETHER)  # short by more than its dollars buy back at 3,060
    trading.give(ANN, weth=200 * ETHER)
    trading.place(ANN, "sell", 150_000, 3_000)
    closing = trading.close(DESK, "buy")
    assert closing.closed_units + closing.left_units == 120 * ETHER
    assert closing.reason in ("", "insufficient_funds")
    trading.sound()


# --- the same again ------------------------------------------------------------------------------


def test_the_same_id_is_the_same_command(trading: Trading) -> None:
    order = trading.place(ANN, "sell", 100, 3_000, client_id="x")
    trading.place(BOB, "buy", 100, 3_000)
    again = trading.place(ANN, "sell", 100, 3_000, client_id="x", snapshot=None)
    assert (again.id, again.status) == (order.id, "filled")
    with pytest.raises(ClientIdConflict):
        trading.place(ANN, "sell", 101, 3_000, client_id="x")
    assert trading.place(BOB, "sell", 100, 3_000, client_id="x").id != order.id  # another's id
    with pytest.raises(InsufficientFunds):
        trading.place(ANN, "sell", 50_000, 3_000, client_id="y")
    trading.give(ANN, weth=100 * ETHER)
    with pytest.raises(InsufficientFunds):  # its answer stands
        trading.place(ANN, "sell", 50_000, 3_000, client_id="y")
    assert Command.objects.filter(client_id="y").count() == 1
    for unusable in ("", "z" * 101):
        with pytest.raises(ClientIdUnusable):
            trading.place(ANN, "sell", 100, 3_000, client_id=unusable)
    trading.sound()


def test_closing_again_under_the_same_id(trading: Trading) -> None:
    trading.trade_into(ETHER)
    trading.place(ANN, "buy", 400, 3_000)
    first = trading.close(DESK, "sell", client_id="close")
    trading.place(ANN, "buy", 400, 3_000)
    assert trading.close(DESK, "sell", client_id="close", snapshot=None) == first
    with pytest.raises(ClientIdConflict):
        trading.close(DESK, "buy", client_id="close")
    trading.sound()


def test_commands_are_numbered_without_gaps_refused_ones_too(trading: Trading) -> None:
    trading.place(ANN, "sell", 100, 3_000)
    with pytest.raises(InsufficientFunds):
        trading.place(ANN, "sell", 100_000, 3_000)
    trading.cancel_all(ANN)
    numbers = list(Command.objects.order_by("number").values_list("number", "status"))
    assert numbers == [(1, "done"), (2, "refused"), (3, "done")]
    trading.sound()


# --- bad input -----------------------------------------------------------------------------------


def test_amounts_and_prices_that_make_no_sense(trading: Trading) -> None:
    def place(units, price=None, **more):
        return order_place(
            owner=ANN,
            market=MARKET,
            side=Side.SELL,
            units=units,
            price=trading.ticks(3_000) if price is None else price,
            client_id=trading.new_id(),
            by="test",
            snapshot=snapshot_at(trading.now),
            now=trading.now,
            **more,
        )

    for units, refusal in (
        (1, NotWholeLots),
        (0, QuantityNotPositive),
        (-LOT, QuantityNotPositive),
        (2**128, NotWholeLots),
        (2**128 + 1, QuantityTooLarge),
        (2**128 // LOT * LOT, InsufficientFunds),
    ):
        with pytest.raises(refusal):
            place(units)
    for price in (0, -1):
        with pytest.raises(PriceNotPositive):
            place(LOT, price)
    for price in (1, 2**128, trading.ticks(3_301), trading.ticks(2_699)):
        with pytest.raises(PriceFarOff):
            place(LOT, price)
    assert place(LOT).status == "open"
    assert not Command.objects.filter(number=None).exists()
    trading.sound()


def test_no_price_no_order(trading: Trading) -> None:
    with pytest.raises(PriceNotFresh):
        trading.place(ANN, "sell", 100, 3_000, snapshot=snapshot_at(trading.now, age_s=120))
    with pytest.raises(PriceNotFresh):
        order = trading.place(ANN, "sell", 100, 3_000)
        trading.amend(order, price=3_001, snapshot=snapshot_at(trading.now, age_s=120))
    assert trading.cancel_all(ANN) == 1
    trading.sound()


@pytest.mark.parametrize("owner", ["", "pool:", "pool:x", "shop:1", f"pool:{UUID(int=1).hex}"])
def test_owners_that_are_none(trading: Trading, owner: str) -> None:
    with pytest.raises(OwnerUnknown):
        trading.place(owner, "sell", 100, 3_000)


def test_markets_that_are_none_or_shut(trading: Trading) -> None:
    with pytest.raises(MarketUnknown):
        trading.place(ANN, "sell", 100, 3_000, market="nowhere")
    order = trading.place(ANN, "sell", 100, 3_000)
    market_status_set(name=MARKET, status="cancel_only", by="test", now=trading.now)
    with pytest.raises(MarketClosed):
        trading.place(ANN, "sell", 100, 3_000)
    with pytest.raises(MarketClosed):
        trading.amend(order, 50)
    assert trading.cancel(order).status == "cancelled"
    trading.sound()


def test_what_waited_too_long_is_not_traded(trading: Trading) -> None:
    asked = Place(side=Side.SELL, lots=1, price=trading.ticks(3_000))
    late = command_write(
        market=trading.market,
        owner=ANN,
        client_id="late",
        instruction=asked,
        by="t",
        now=trading.now,
    )
    cancel = command_write(
        market=trading.market,
        owner=ANN,
        client_id="cancel",
        instruction=CancelAll(),
        by="t",
        now=trading.now,
    )
    trading.now += timedelta(seconds=31)
    assert books_work(now=trading.now) == 2
    late.refresh_from_db()
    cancel.refresh_from_db()
    assert (late.status, late.code, cancel.status) == ("refused", CommandTooLate.code, "done")
    assert books_work(now=trading.now) == 0
    trading.sound()


def test_free_is_what_the_books_say_less_what_is_held_and_promised(trading: Trading) -> None:
    trading.place(DESK, "sell", 1_000, 3_000)
    trading.place(ANN, "buy", 1_000, 2_990)
    free = free_units([(DESK, WETH.code), (ANN, USDC.code), (BOB, WETH.code)])
    assert free[DESK, WETH.code] == 99 * ETHER
    assert free[ANN, USDC.code] == 30_000 * DOLLAR - 2_990 * DOLLAR - 2_990 * DOLLAR * 500 // 10**6
    assert free[BOB, WETH.code] == 10 * ETHER
