"""Whatever is sent to the book, it does what the plain one does, and its sums are right."""

from collections import Counter

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gateway.market.book.book import OrderBook
from gateway.market.book.errors import BookRefusal, UnknownOrder
from gateway.market.book.events import (
    Amended,
    Cancelled,
    Decremented,
    Filled,
    Placed,
    SelfTrade,
    Side,
    TimeInForce,
)
from gateway.market.book.positions import Positions
from gateway.market.book.replay import replay
from tests.market.book.naive import NaiveBook

sides = st.sampled_from(Side)
prices = st.integers(95, 105)
quantities = st.integers(1, 60)
owners = st.sampled_from(["ann", "bob", "cid"])
rules = st.sampled_from(SelfTrade)


class BookMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.book = OrderBook()
        self.naive = NaiveBook()
        self.early = self.book.checkpoint()

    @rule(
        owner=owners,
        side=sides,
        price=prices,
        quantity=quantities,
        tif=st.sampled_from(TimeInForce),
        shown=st.none() | st.integers(1, 20),
        self_trade=rules,
    )
    def limit(self, *, owner, side, price, quantity, tif, shown, self_trade):
        told = {"owner": owner, "side": side, "price": price, "quantity": quantity}
        rests = tif in {TimeInForce.GTC, TimeInForce.POST_ONLY}
        before = self.book.checkpoint()
        refusals = {
            "cannot_rest": shown is not None and not rests,
            "slice_refused": shown is not None and shown > quantity,
            "would_cross": tif is TimeInForce.POST_ONLY and self.naive.crosses(side, price),
        }
        terms = {**told, "time_in_force": tif, "shown": shown, "self_trade": self_trade}
        if any(refusals.values()):
            with pytest.raises(BookRefusal) as refused:
                self.book.limit(**terms)
            assert refusals[refused.value.code]
            assert self.book.checkpoint() == before
            return
        receipt = self.book.limit(**terms)
        filled, resting = self.naive.place(
            receipt.order_id, **told, tif=tif, shown=shown, rule=self_trade
        )
        assert (receipt.filled, receipt.resting) == (filled, resting)
        assert receipt.filled + receipt.resting + receipt.cancelled == quantity

    @rule(owner=owners, side=sides, quantity=quantities, worst=prices, self_trade=rules)
    def market(self, owner, side, quantity, worst, self_trade):
        receipt = self.book.market(
            owner=owner, side=side, quantity=quantity, worst_price=worst, self_trade=self_trade
        )
        filled, _ = self.naive.place(
            receipt.order_id,
            owner=owner,
            side=side,
            price=worst,
            quantity=quantity,
            rule=self_trade,
        )
        assert (receipt.filled, receipt.resting) == (filled, 0)

    @precondition(lambda self: self.naive.orders)
    @rule(data=st.data())
    def cancel(self, data):
        order = data.draw(st.sampled_from(self.naive.orders))
        open_ = self.book.cancel(owner=order.owner, order_id=order.order_id)
        assert open_ == self.naive.cancel(order.order_id)

    @rule(owner=owners, order_id=st.integers(-1, 200))
    def cancel_what_is_not_ones_own(self, owner, order_id):
        if any(o.order_id == order_id and o.owner == owner for o in self.naive.orders):
            return
        before = self.book.checkpoint()
        with pytest.raises(UnknownOrder):
            self.book.cancel(owner=owner, order_id=order_id)
        assert self.book.checkpoint() == before

    @precondition(lambda self: self.naive.orders)
    @rule(data=st.data(), price=st.none() | prices, quantity=st.none() | quantities)
    def amend(self, data, price, quantity):
        order = data.draw(st.sampled_from(self.naive.orders))
        before = self.book.checkpoint()
        price_now, whole_now = price or order.price, quantity or order.whole
        refusals = {
            "already_filled": whole_now <= order.whole - order.open,
            "would_cross": order.post_only and self.naive.crosses(order.side, price_now),
        }
        change = {"price": price, "quantity": quantity}
        if any(refusals.values()):
            with pytest.raises(BookRefusal) as refused:
                self.book.amend(owner=order.owner, order_id=order.order_id, **change)
            assert refusals[refused.value.code]
            assert self.book.checkpoint() == before
            return
        receipt = self.book.amend(owner=order.owner, order_id=order.order_id, **change)
        filled, resting = self.naive.amend(order.order_id, price_now, whole_now)
        assert (receipt.filled, receipt.resting) == (filled, resting)

    @rule(owner=owners, worst=prices)
    def close(self, owner, worst):
        positions = Positions()
        positions.apply(self.book.events_after(0))
        units = positions.of(owner).units
        if not units:
            return
        receipt = self.book.close(owner=owner, position=units, worst_price=worst)
        self.naive.orders = [order for order in self.naive.orders if order.owner != owner]
        side = Side.SELL if units > 0 else Side.BUY
        filled, _ = self.naive.place(
            receipt.order_id, owner=owner, side=side, price=worst, quantity=abs(units)
        )
        assert receipt.filled == filled
        after = Positions()
        after.apply(self.book.events_after(0))
        assert abs(after.of(owner).units) == abs(units) - filled
        assert not self.book.orders_of(owner)

    @rule()
    def look_now(self):
        self.early = self.book.checkpoint()

    @invariant()
    def trades_and_queues_are_the_same(self):
        state = self.book.checkpoint()
        for side, orders in ((Side.BUY, state.bids), (Side.SELL, state.asks)):
            told = [(o.order_id, o.price, o.visible, o.hidden) for o in orders]
            assert told == self.naive.side(side)
        trades = [
            (event.taker_id, event.maker_id, event.price, event.quantity)
            for event in self.book.events_after(0)
            if isinstance(event, Filled)
        ]
        assert trades == self.naive.trades

    @invariant()
    def it_is_never_crossed(self):
        bid, ask = self.book.best_bid, self.book.best_ask
        assert bid is None or ask is None or bid < ask

    @invariant()
    def levels_are_the_sums_of_their_orders(self):
        state, depth = self.book.checkpoint(), self.book.depth(1_000)
        for orders, levels in ((state.bids, depth.bids), (state.asks, depth.asks)):
            sums: Counter[int] = Counter()
            for order in orders:
                sums[order.price] += order.visible
            assert [(level.price, level.quantity) for level in levels] == list(sums.items())

    @invariant()
    def no_unit_comes_or_goes(self):
        """placed + amended = filled + cancelled + decremented + open, order by order."""
        open_: Counter[int] = Counter()
        whole: dict[int, int] = {}
        bought = sold = 0
        for event in self.book.events_after(0):
            match event:
                case Placed():
                    open_[event.sequence] = whole[event.sequence] = event.quantity
                case Amended():
                    open_[event.order_id] += event.quantity - whole[event.order_id]
                    whole[event.order_id] = event.quantity
                case Filled():
                    open_[event.taker_id] -= event.quantity
                    open_[event.maker_id] -= event.quantity
                    bought += event.quantity
                    sold += event.quantity
                    assert event.taker != event.maker
                case Decremented():
                    for order_id in (event.taker_id, event.maker_id):
                        open_[order_id] -= event.quantity
                        whole[order_id] -= event.quantity
                case Cancelled():
                    assert open_[event.order_id] == event.quantity
                    open_[event.order_id] = 0
        state = self.book.checkpoint()
        at_rest = {order.order_id: order.open for order in (*state.bids, *state.asks)}
        assert +open_ == Counter(at_rest)
        assert all(units >= 0 for units in open_.values())
        assert {o.order_id: whole[o.order_id] for o in (*state.bids, *state.asks)} == {
            o.order_id: o.quantity for o in (*state.bids, *state.asks)
        }
        positions = Positions()
        positions.apply(self.book.events_after(0))
        assert sum(positions.of(owner).units for owner in positions.owners()) == 0

    def teardown(self):
        events = self.book.events_after(0)
        assert [event.sequence for event in events] == list(range(1, len(events) + 1))
        assert replay(events).checkpoint() == self.book.checkpoint()
        later = self.book.events_after(self.early.sequence)
        assert replay(later, start=self.early).checkpoint() == self.book.checkpoint()


TestBook = BookMachine.TestCase
TestBook.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
