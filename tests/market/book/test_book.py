import json
import random

import msgspec
import pytest

from gateway.market.book.book import OrderBook
from gateway.market.book.errors import BadCheckpoint, BookRefusal, LogDiverged
from gateway.market.book.events import (
    LARGEST,
    MOST_SLICES,
    Because,
    Cancelled,
    Checkpoint,
    Decremented,
    DepthLevel,
    Event,
    Filled,
    Refreshed,
    SelfTrade,
    Side,
    TimeInForce,
)
from gateway.market.book.levels import DEAD_AT_LEAST
from gateway.market.book.positions import Position, Positions
from gateway.market.book.replay import replay

BUY, SELL = Side.BUY, Side.SELL


def book_of(*orders: tuple[str, Side, int, int]) -> OrderBook:
    book = OrderBook()
    for owner, side, price, quantity in orders:
        book.limit(owner=owner, side=side, price=price, quantity=quantity)
    return book


def fills(book: OrderBook, after: int = 0) -> list[tuple[int, int, int]]:
    """(maker, price, quantity)."""
    return [
        (event.maker_id, event.price, event.quantity)
        for event in book.events_after(after)
        if isinstance(event, Filled)
    ]


def test_the_better_price_goes_first_then_the_older_order():
    book = book_of(("a", SELL, 102, 5), ("b", SELL, 101, 5), ("c", SELL, 101, 5))
    receipt = book.limit(owner="d", side=BUY, price=102, quantity=12)
    assert fills(book) == [(2, 101, 5), (3, 101, 5), (1, 102, 2)]
    assert (receipt.filled, receipt.value, receipt.resting) == (12, 10 * 101 + 2 * 102, 0)
    assert book.depth(5).asks == (DepthLevel(102, 3),)


def test_what_a_limit_order_cannot_get_rests_at_its_price():
    book = book_of(("a", SELL, 101, 5))
    receipt = book.limit(owner="b", side=BUY, price=101, quantity=8)
    assert (receipt.filled, receipt.resting) == (5, 3)
    assert (book.best_bid, book.best_ask) == (101, None)


def test_a_market_order_never_goes_beyond_its_worst_price():
    book = book_of(("a", SELL, 101, 5), ("a", SELL, 500, 5))
    receipt = book.market(owner="b", side=BUY, quantity=10, worst_price=110)
    assert (receipt.filled, receipt.cancelled) == (5, 5)
    assert book.best_ask == 500


@pytest.mark.parametrize(("quantity", "filled"), [(15, 15), (16, 0)])
def test_all_or_nothing(quantity, filled):
    book = book_of(("a", SELL, 101, 5), ("b", SELL, 102, 10), ("c", SELL, 103, 10))
    receipt = book.limit(
        owner="d", side=BUY, price=102, quantity=quantity, time_in_force=TimeInForce.FOK
    )
    assert receipt.filled == filled
    assert book.best_bid is None


def test_all_or_nothing_sees_what_icebergs_hide():
    book = OrderBook()
    book.limit(owner="a", side=SELL, price=101, quantity=50, shown=5)
    receipt = book.limit(owner="b", side=BUY, price=101, quantity=50, time_in_force=TimeInForce.FOK)
    assert receipt.filled == 50


def test_all_or_nothing_does_not_cancel_own_orders_for_nothing():
    book = book_of(("a", SELL, 101, 5), ("b", SELL, 101, 5))
    receipt = book.limit(
        owner="a",
        side=BUY,
        price=101,
        quantity=6,
        time_in_force=TimeInForce.FOK,
        self_trade=SelfTrade.CANCEL_OLDEST,
    )
    assert receipt.filled == 0
    assert len(book.orders_of("a")) == 1


def test_all_or_nothing_is_not_held_up_by_an_own_order_that_is_gone():
    book = book_of(("a", SELL, 101, 5), ("b", SELL, 101, 5))
    book.cancel(owner="a", order_id=1)
    receipt = book.limit(owner="a", side=BUY, price=101, quantity=5, time_in_force=TimeInForce.FOK)
    assert receipt.filled == 5


def test_a_post_only_order_is_refused_rather_than_taking():
    book = book_of(("a", SELL, 101, 5))
    with pytest.raises(BookRefusal) as refused:
        book.limit(owner="b", side=BUY, price=101, quantity=1, time_in_force=TimeInForce.POST_ONLY)
    assert refused.value.code == "would_cross"
    assert book.sequence == 1
    post = book.limit(
        owner="b", side=BUY, price=100, quantity=1, time_in_force=TimeInForce.POST_ONLY
    )
    with pytest.raises(BookRefusal) as refused:
        book.amend(owner="b", order_id=post.order_id, price=101)
    assert refused.value.code == "would_cross"
    assert book.best_bid == 100


def test_an_iceberg_shows_a_slice_and_queues_anew_with_each():
    book = OrderBook()
    berg = book.limit(owner="a", side=SELL, price=101, quantity=25, shown=10)
    plain = book.limit(owner="b", side=SELL, price=101, quantity=10)
    assert book.depth(1).asks == (DepthLevel(101, 20),)
    start = book.sequence
    book.limit(owner="c", side=BUY, price=101, quantity=28)
    ids = (berg.order_id, plain.order_id)
    assert fills(book, start) == [(ids[0], 101, 10), (ids[1], 101, 10), (ids[0], 101, 8)]
    assert [e.shown for e in book.events_after(start) if isinstance(e, Refreshed)] == [10]
    order = book.order(berg.order_id)
    assert (order.visible, order.hidden) == (2, 5)
    book.limit(owner="c", side=BUY, price=101, quantity=3)
    order = book.order(berg.order_id)
    assert (order.visible, order.hidden) == (4, 0)  # the last slice is what is left


def test_an_iceberg_that_arrives_takes_with_all_it_has():
    book = book_of(("a", SELL, 101, 30))
    receipt = book.limit(owner="b", side=BUY, price=101, quantity=50, shown=8)
    assert (receipt.filled, receipt.resting) == (30, 20)
    assert book.depth(1).bids == (DepthLevel(101, 8),)


def test_an_iceberg_cannot_hold_the_book_with_countless_slices():
    book = OrderBook()
    with pytest.raises(BookRefusal) as refused:
        book.limit(owner="a", side=SELL, price=1, quantity=MOST_SLICES + 1, shown=1)
    assert refused.value.code == "slice_refused"
    berg = book.limit(owner="a", side=SELL, price=1, quantity=MOST_SLICES, shown=1)
    with pytest.raises(BookRefusal) as refused:
        book.amend(owner="a", order_id=berg.order_id, quantity=LARGEST)
    assert (refused.value.code, refused.value.field) == ("slice_refused", "quantity")
    receipt = book.limit(owner="b", side=BUY, price=1, quantity=LARGEST)
    assert receipt.filled == MOST_SLICES


def self_traded(rule: SelfTrade) -> tuple[OrderBook, list[Event]]:
    """a: 5 and 5 with b's 5 between; then a buys 8."""
    book = book_of(("b", SELL, 101, 2), ("a", SELL, 101, 5), ("b", SELL, 101, 5))
    start = book.sequence
    book.limit(owner="a", side=BUY, price=101, quantity=8, self_trade=rule)
    return book, book.events_after(start)[1:]


def test_trades_with_oneself_cancel_the_newest():
    book, events = self_traded(SelfTrade.CANCEL_NEWEST)
    taker = 4
    assert events[1:] == [Cancelled(6, taker, 6, Because.SELF_TRADE)]
    assert book.depth(1).asks == (DepthLevel(101, 10),)
    assert book.best_bid is None


def test_trades_with_oneself_cancel_the_oldest():
    book, events = self_traded(SelfTrade.CANCEL_OLDEST)
    assert Cancelled(6, 2, 5, Because.SELF_TRADE) in events
    assert fills(book) == [(1, 101, 2), (3, 101, 5)]
    assert book.depth(1).bids == (DepthLevel(101, 1),)


def test_trades_with_oneself_decrement_both():
    book, events = self_traded(SelfTrade.DECREMENT_BOTH)
    assert Decremented(6, 4, 2, 5) in events
    assert fills(book) == [(1, 101, 2), (3, 101, 1)]
    assert book.depth(1).asks == (DepthLevel(101, 4),)


def test_what_was_decremented_is_no_longer_part_of_either_order():
    book = book_of(("a", SELL, 101, 9))
    bid = book.limit(
        owner="a", side=BUY, price=101, quantity=4, self_trade=SelfTrade.DECREMENT_BOTH
    )
    assert (bid.filled, bid.resting, bid.cancelled) == (0, 0, 4)
    assert (book.order(1).quantity, book.order(1).open) == (5, 5)
    bid = book.limit(
        owner="a", side=BUY, price=101, quantity=12, self_trade=SelfTrade.DECREMENT_BOTH
    )
    order = book.order(bid.order_id)
    assert (order.quantity, order.open) == (7, 7)
    assert book.amend(owner="a", order_id=bid.order_id, quantity=6).resting == 6


def test_nobody_cancels_or_amends_the_orders_of_others():
    book = book_of(("a", SELL, 101, 5))
    for attempt in (
        lambda: book.cancel(owner="b", order_id=1),
        lambda: book.amend(owner="b", order_id=1, quantity=1),
        lambda: book.cancel(owner="a", order_id=2),
    ):
        with pytest.raises(BookRefusal) as refused:
            attempt()
        assert (refused.value.code, refused.value.status) == ("unknown_order", 404)
    assert book.cancel(owner="a", order_id=1) == 5


def test_less_keeps_its_place_and_more_loses_it():
    book = book_of(("a", SELL, 101, 10), ("b", SELL, 101, 10))
    book.amend(owner="a", order_id=1, quantity=4)
    book.limit(owner="c", side=BUY, price=101, quantity=5)
    assert fills(book) == [(1, 101, 4), (2, 101, 1)]

    book = book_of(("a", SELL, 101, 10), ("b", SELL, 101, 10))
    book.amend(owner="a", order_id=1, quantity=11)
    book.limit(owner="c", side=BUY, price=101, quantity=5)
    assert fills(book) == [(2, 101, 5)]


def test_an_amendment_that_meets_a_fill_does_not_order_more():
    book = book_of(("a", SELL, 101, 10))
    book.limit(owner="b", side=BUY, price=101, quantity=6)
    receipt = book.amend(owner="a", order_id=1, quantity=8)
    assert receipt.resting == 2
    with pytest.raises(BookRefusal) as refused:
        book.amend(owner="a", order_id=1, quantity=6)
    assert refused.value.code == "already_filled"


def test_a_better_price_may_trade_at_once():
    book = book_of(("a", SELL, 101, 4), ("b", BUY, 100, 10))
    receipt = book.amend(owner="b", order_id=2, price=101)
    assert (receipt.filled, receipt.resting) == (4, 6)
    assert book.best_bid == 101


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"quantity": 0}, "quantity_not_positive"),
        ({"quantity": -1}, "quantity_not_positive"),
        ({"quantity": LARGEST + 1}, "quantity_too_large"),
        ({"quantity": 1.0}, "not_an_integer"),
        ({"quantity": True}, "not_an_integer"),
        ({"quantity": "1"}, "not_an_integer"),
        ({"price": 0}, "price_not_positive"),
        ({"price": -5}, "price_not_positive"),
        ({"price": LARGEST + 1}, "price_too_large"),
        ({"price": 1.5}, "not_an_integer"),
        ({"price": None}, "not_an_integer"),
        ({"owner": ""}, "no_owner"),
        ({"side": "buy"}, "unknown_side"),
        ({"shown": 0}, "slice_refused"),
        ({"shown": 11}, "slice_refused"),
        ({"shown": 2.0}, "not_an_integer"),
        ({"shown": 5, "time_in_force": TimeInForce.IOC}, "cannot_rest"),
    ],
)
def test_nonsense_is_refused_with_a_code_and_changes_nothing(change, code):
    book = book_of(("a", SELL, 101, 5))
    before = book.checkpoint()
    terms = {"owner": "b", "side": BUY, "price": 101, "quantity": 10}
    with pytest.raises(BookRefusal) as refused:
        book.limit(**terms | change)
    assert refused.value.code == code
    assert book.checkpoint() == before
    assert book.sequence == 1


@pytest.mark.parametrize("quantity", [1, LARGEST])
def test_the_smallest_and_the_largest_amounts_trade(quantity):
    book = book_of(("a", SELL, LARGEST, quantity))
    receipt = book.market(owner="b", side=BUY, quantity=quantity, worst_price=LARGEST)
    assert (receipt.filled, receipt.value) == (quantity, quantity * LARGEST)
    assert book.checkpoint() == Checkpoint(book.sequence, (), ())


def test_one_click_closes_a_long_and_a_short_position():
    book = book_of(("maker", BUY, 99, 50), ("maker", SELL, 101, 50))
    book.market(owner="a", side=BUY, quantity=20, worst_price=101)
    book.limit(owner="a", side=BUY, price=98, quantity=7)  # would open it anew
    positions = Positions()
    positions.apply(book.events_after(0))
    assert positions.of("a") == Position(20, -20 * 101)
    assert positions.of("maker") == Position(-20, 20 * 101)

    seen = book.sequence
    receipt = book.close(owner="a", position=20, worst_price=99)
    positions.apply(book.events_after(seen))
    assert receipt.filled == 20
    assert positions.of("a") == Position(0, -40)
    assert not book.orders_of("a")
    assert positions.owners() == []

    book.market(owner="a", side=SELL, quantity=5, worst_price=99)
    assert book.close(owner="a", position=-5, worst_price=101).filled == 5


@pytest.mark.parametrize(
    ("position", "code"),
    [
        (0, "nothing_to_close"),
        (LARGEST + 1, "quantity_too_large"),
        (-LARGEST - 1, "quantity_too_large"),
        (1.5, "not_an_integer"),
    ],
)
def test_a_position_that_is_none_is_not_closed_and_orders_stay(position, code):
    book = book_of(("a", BUY, 99, 5))
    with pytest.raises(BookRefusal) as refused:
        book.close(owner="a", position=position, worst_price=1)
    assert refused.value.code == code
    assert len(book.orders_of("a")) == 1


def test_a_level_whose_last_living_order_is_filled_is_gone():
    book = book_of(("a", SELL, 101, 5), ("b", SELL, 101, 5), ("c", SELL, 103, 5))
    book.cancel(owner="b", order_id=2)
    book.market(owner="d", side=BUY, quantity=5, worst_price=101)
    assert book.best_ask == 103
    assert book.depth(9).asks == (DepthLevel(103, 5),)


def test_nothing_counts_on_what_a_cancelled_iceberg_hid():
    book = book_of(("a", SELL, 101, 5))
    berg = book.limit(owner="b", side=SELL, price=101, quantity=50, shown=5)
    book.cancel(owner="b", order_id=berg.order_id)
    receipt = book.limit(owner="c", side=BUY, price=101, quantity=6, time_in_force=TimeInForce.FOK)
    assert receipt.filled == 0


def test_a_queue_that_is_cancelled_and_refilled_stays_short():
    book = OrderBook()
    book.limit(owner="a", side=SELL, price=101, quantity=1)
    for _ in range(10 * DEAD_AT_LEAST):
        order_id = book.limit(owner="b", side=SELL, price=101, quantity=3).order_id
        book.cancel(owner="b", order_id=order_id)
    (level,) = book._asks.levels.values()
    assert len(level.queue) <= 2 * DEAD_AT_LEAST
    assert level.visible() == 1


def random_book(seed: int, steps: int = 400) -> OrderBook:
    source = random.Random(seed)
    book = OrderBook()
    ids: list[tuple[str, int]] = []
    for _ in range(steps):
        owner = source.choice("abc")
        if ids and source.random() < 0.4:
            owner, order_id = source.choice(ids)
            if book.order(order_id):
                book.cancel(owner=owner, order_id=order_id)
            continue
        quantity = source.randint(1, 50)
        receipt = book.limit(
            owner=owner,
            side=source.choice((BUY, SELL)),
            price=source.randint(95, 105),
            quantity=quantity,
            shown=source.choice((None, max(1, quantity // 3))),
            self_trade=source.choice(list(SelfTrade)),
        )
        ids.append((owner, receipt.order_id))
    return book


def test_the_same_commands_write_the_same_log():
    assert random_book(7).events_after(0) == random_book(7).events_after(0)


def test_a_book_comes_back_from_its_log_and_from_a_checkpoint_as_stored():
    book = random_book(8)
    log = msgspec.json.decode(
        msgspec.json.encode(book.events_after(0)), type=list[Event], strict=True
    )
    assert replay(log).checkpoint() == book.checkpoint()
    stored = msgspec.json.decode(msgspec.json.encode(book.checkpoint()), type=Checkpoint)
    again = OrderBook.from_checkpoint(stored)
    for one in (book, again):
        one.market(owner="z", side=BUY, quantity=200, worst_price=200)
    seen = stored.sequence
    assert again.events_after(seen) == book.events_after(seen)
    assert again.checkpoint() == book.checkpoint()


def test_a_log_that_was_tampered_with_does_not_replay():
    events = random_book(9).events_after(0)
    filled = next(i for i, event in enumerate(events) if isinstance(event, Filled))
    changed = msgspec.structs.replace(events[filled], quantity=events[filled].quantity + 1)
    for broken in (
        [*events[:filled], changed, *events[filled + 1 :]],
        events[:filled],  # cut between a command and what follows from it
        events[1:],
        events[:filled] + events[filled + 1 :],
    ):
        with pytest.raises(LogDiverged):
            replay(broken)


def test_a_stored_state_no_book_can_be_in_is_refused():
    book = book_of(("a", SELL, 101, 5), ("b", BUY, 99, 5))
    state = book.checkpoint()
    (ask,), (bid,) = state.asks, state.bids
    for broken in (
        {"bids": (msgspec.structs.replace(bid, price=101),)},
        {"asks": (ask, ask)},
        {"asks": (msgspec.structs.replace(ask, visible=0),)},
        {"asks": (msgspec.structs.replace(ask, hidden=1),)},
        {"asks": (msgspec.structs.replace(ask, quantity=4),)},
        {"sequence": 1},
        {"bids": (ask,)},
    ):
        with pytest.raises(BadCheckpoint):
            OrderBook.from_checkpoint(msgspec.structs.replace(state, **broken))


def test_events_kept_elsewhere_can_be_forgotten():
    book = random_book(10)
    events = book.events_after(0)
    book.forget_until(100)
    assert book.events_after(100) == events[100:]
    book.forget_until(10**9)
    assert book.events_after(0) == []
    book.limit(owner="a", side=BUY, price=1, quantity=1)
    assert book.events_after(0)[0].sequence == len(events) + 1


def test_events_are_plain_json():
    book = random_book(11, steps=30)
    first = json.loads(msgspec.json.encode(book.events_after(0)[0]))
    assert first["type"] == "placed"
    assert first["sequence"] == 1
