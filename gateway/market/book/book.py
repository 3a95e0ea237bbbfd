"""The order book. A command is checked, then carried out at once and to the end.

Nothing here knows a clock, a database or chance: the same commands give the same events.
"""

from __future__ import annotations

from collections import deque

from gateway.market.book.checking import check_price, check_quantity, check_slice, refuse
from gateway.market.book.errors import (
    AlreadyFilled,
    BadCheckpoint,
    NoOwner,
    NotAnInteger,
    NothingToClose,
    QuantityTooLarge,
    SliceRefused,
    UnknownOrder,
    UnknownSide,
    WouldCross,
)
from gateway.market.book.events import (
    LARGEST,
    LARGEST_BITS,
    MOST_SLICES,
    Amended,
    Because,
    Cancelled,
    Checkpoint,
    Decremented,
    Depth,
    Event,
    Filled,
    Receipt,
    Refreshed,
    RestingOrder,
    SelfTrade,
    Side,
    TimeInForce,
)
from gateway.market.book.levels import NO_KEY, Ladder, Order
from gateway.market.book.looking import fillable, levels_shown

# Looking a member up in its Enum costs more than comparing with it; these are the hot path's.
BUY, SELL = Side.BUY, Side.SELL
GTC, FOK, POST_ONLY = TimeInForce.GTC, TimeInForce.FOK, TimeInForce.POST_ONLY
ASKED, NOT_FILLED, SELF_TRADE = Because.ASKED, Because.NOT_FILLED, Because.SELF_TRADE
CANCEL_NEWEST, CANCEL_OLDEST = SelfTrade.CANCEL_NEWEST, SelfTrade.CANCEL_OLDEST
DECREMENT_BOTH = SelfTrade.DECREMENT_BOTH


class OrderBook:
    """Limit orders by price, then time.

    Args:
        self_trade: the rule for orders that don't name one.
    """

    __slots__ = ("_asks", "_bids", "_forgotten", "_log", "_orders", "_self_trade", "_sequence")

    def __init__(self, *, self_trade: SelfTrade = CANCEL_NEWEST) -> None:
        self._self_trade = self_trade
        self._bids, self._asks = Ladder(), Ladder()
        self._orders: dict[int, Order] = {}
        self._log: list[Event | Order] = []  # an order stands for its placing
        self._sequence = 0
        self._forgotten = 0

    # ── commands ────────────────────────────────────────────────────────────────────────────

    def limit(
        self,
        *,
        owner: str,
        side: Side,
        price: int,
        quantity: int,
        time_in_force: TimeInForce = GTC,
        shown: int | None = None,
        self_trade: SelfTrade | None = None,
    ) -> Receipt:
        """Trade up to ``quantity`` at ``price`` or better; what is left may rest.

        Args:
            shown: makes it an iceberg that shows so much at a time.

        Raises:
            BookRefusal: and nothing has happened.
        """
        if (
            type(price) is not int
            or type(quantity) is not int
            or (price - 1 | quantity - 1) >> LARGEST_BITS  # one is below 1 or above 2^128
            or not owner
        ):
            refuse(price, quantity, owner)
        if side is BUY:
            key, ours, facing = price, self._bids, self._asks
        elif side is SELL:
            key, ours, facing = -price, self._asks, self._bids
        else:
            raise UnknownSide
        if shown is not None:
            check_slice(time_in_force, shown, quantity)
        crosses = facing.keys[-1] >= -key
        if crosses and time_in_force is POST_ONLY:
            raise WouldCross

        order_id = self._sequence = self._sequence + 1
        rule = self_trade or self._self_trade
        order = Order(
            order_id,
            owner,
            side,
            price,
            quantity,
            shown,
            time_in_force,
            rule,
            key,
            quantity,
            quantity,
        )
        self._log.append(order)
        if not crosses and time_in_force is GTC and shown is None:
            # Most orders are this one, so the queue is reached without another call.
            level = ours.levels.get(key)
            if level is None:
                level = ours.add_level(key)
            level.queue.append(order)
            self._orders[order_id] = order
            return Receipt(order_id, 0, 0, quantity, 0)
        left, filled, value = quantity, 0, 0
        if crosses and (time_in_force is not FOK or fillable(order, facing)):
            left, filled, value = self._take(order, quantity, facing)
        if left and (time_in_force is GTC or time_in_force is POST_ONLY):
            ours.rest(order, left)
            self._orders[order_id] = order
            return Receipt(order_id, filled, value, left, quantity - filled - left)
        if left:
            self._cancelled(order_id, left, NOT_FILLED)
        return Receipt(order_id, filled, value, 0, quantity - filled)

    def market(
        self,
        *,
        owner: str,
        side: Side,
        quantity: int,
        worst_price: int,
        self_trade: SelfTrade | None = None,
    ) -> Receipt:
        """Trade now what can be had at ``worst_price`` or better; nothing rests.

        There is no order at any price: an emptied book would fill it at the maddest one.
        """
        return self.limit(
            owner=owner,
            side=side,
            price=worst_price,
            quantity=quantity,
            time_in_force=TimeInForce.IOC,
            self_trade=self_trade,
        )

    def cancel(self, *, owner: str, order_id: int) -> int:
        """Take an order out of the book. The quantity that had still been open.

        Raises:
            UnknownOrder: it isn't there, or isn't this owner's.
        """
        order = self._orders.pop(order_id, None)
        if order is None:
            raise UnknownOrder
        if order.owner != owner:
            self._orders[order_id] = order
            raise UnknownOrder
        open_ = (self._bids if order.side is BUY else self._asks).remove(order)
        self._sequence = sequence = self._sequence + 1
        self._log.append(Cancelled(sequence, order_id, open_, ASKED))
        return open_

    def cancel_all(self, *, owner: str) -> int:
        """Take all the owner's orders out of the book, oldest first. How many there were."""
        own = sorted(order.order_id for order in self._orders.values() if order.owner == owner)
        for order_id in own:
            self.cancel(owner=owner, order_id=order_id)
        return len(own)

    def amend(
        self, *, owner: str, order_id: int, quantity: int | None = None, price: int | None = None
    ) -> Receipt:
        """Change an order's whole quantity (what has been filled included) or its price.

        Less of it at the same price keeps its place. Anything else is as if the order arrived
        now: it may trade, and what is left goes to the back of its level. That the quantity is
        the whole one keeps an amendment that meets a fill on its way from ordering more.

        Raises:
            UnknownOrder: it isn't there, or isn't this owner's.
            AlreadyFilled: so much has been filled already.
            WouldCross: it is post-only and would trade at the new price.
        """
        order = self._orders.get(order_id)
        if order is None or order.owner != owner:
            raise UnknownOrder
        price_before = abs(order.key)
        if price is None:
            price = price_before
        else:
            check_price(price)
        if quantity is None:
            quantity = order.whole
        else:
            check_quantity(quantity)
        open_before = order.visible + order.hidden
        open_ = open_before + quantity - order.whole
        if open_ <= 0:
            raise AlreadyFilled
        if price == price_before and open_ <= open_before:
            self._reduce(order, open_before - open_)
            return Receipt(order_id, 0, 0, open_, 0)
        return self._again(order, price, quantity, open_)

    def close(self, *, owner: str, position: int, worst_price: int) -> Receipt:
        """Flatten a position: sell what is held, buy back what is owed, now.

        The owner's resting orders are cancelled first: they could open the position anew, and
        the closing order may not trade with them.

        Args:
            position: base units, negative when short.

        Raises:
            NothingToClose: the position is zero.
        """
        if type(position) is not int:
            raise NotAnInteger(field="position")
        if position == 0:
            raise NothingToClose
        if abs(position) > LARGEST:
            raise QuantityTooLarge(field="position")
        check_price(worst_price)
        if not owner:
            raise NoOwner
        self.cancel_all(owner=owner)
        return self.market(
            owner=owner,
            side=SELL if position > 0 else BUY,
            quantity=abs(position),
            worst_price=worst_price,
        )

    # ── what there is ───────────────────────────────────────────────────────────────────────

    @property
    def sequence(self) -> int:
        """Of the last event; 0 before the first."""
        return self._sequence

    @property
    def best_bid(self) -> int | None:
        best = self._bids.keys[-1]
        return None if best == NO_KEY else best

    @property
    def best_ask(self) -> int | None:
        best = self._asks.keys[-1]
        return None if best == NO_KEY else -best

    def depth(self, levels: int) -> Depth:
        """The best ``levels`` of each side, as the public may see them."""
        return Depth(
            self._sequence, levels_shown(self._bids, levels), levels_shown(self._asks, levels)
        )

    def order(self, order_id: int) -> RestingOrder | None:
        order = self._orders.get(order_id)
        return None if order is None else order.resting()

    def orders_of(self, owner: str) -> list[RestingOrder]:
        """Oldest first. Looks through the whole book."""
        own = [order.resting() for order in self._orders.values() if order.owner == owner]
        return sorted(own, key=lambda order: order.order_id)

    # ── the log ─────────────────────────────────────────────────────────────────────────────

    def events_after(self, sequence: int) -> list[Event]:
        """Events that came after this one, as far as they are remembered."""
        found = self._log[max(0, sequence - self._forgotten) :]
        return [entry.placed() if isinstance(entry, Order) else entry for entry in found]

    def forget_until(self, sequence: int) -> None:
        """Drop events up to this one from memory: they are kept elsewhere."""
        gone = min(sequence, self._sequence) - self._forgotten
        if gone > 0:
            del self._log[:gone]
            self._forgotten += gone

    def checkpoint(self) -> Checkpoint:
        """The whole state; together with later events it stands for the whole log."""
        return Checkpoint(self._sequence, self._bids.resting(), self._asks.resting())

    @classmethod
    def from_checkpoint(
        cls, checkpoint: Checkpoint, *, self_trade: SelfTrade = CANCEL_NEWEST
    ) -> OrderBook:
        """
        Raises:
            BadCheckpoint: no book can be in this state.
        """
        book = cls(self_trade=self_trade)
        book._sequence = book._forgotten = checkpoint.sequence
        for told in (*checkpoint.bids, *checkpoint.asks):
            book._restore(told)
        bid, ask = book.best_bid, book.best_ask
        if bid is not None and ask is not None and bid >= ask:
            raise BadCheckpoint("crossed")
        return book

    # ── matching ────────────────────────────────────────────────────────────────────────────

    def _take(self, taker: Order, wanted: int, facing: Ladder) -> tuple[int, int, int]:
        """Match an order against the other side, as far as its price allows.

        Returns what is left to rest or to cancel, what was filled, and the fills' value.
        """
        log, orders, keys, floor = self._log, self._orders, facing.keys, -taker.key
        taker_id, owner, side = taker.order_id, taker.owner, taker.side
        left, lost, value = wanted, 0, 0
        while left and keys[-1] >= floor:
            level = facing.levels[keys[-1]]
            price, queue = level.price, level.queue
            while left and queue:
                maker = queue[0]
                visible = maker.visible
                if not visible:  # was cancelled
                    queue.popleft()
                    level.dead -= 1
                    continue
                traded = visible if visible < left else left
                maker_id, other = maker.order_id, maker.owner
                if other != owner:
                    self._sequence = sequence = self._sequence + 1
                    log.append(
                        Filled(sequence, taker_id, maker_id, price, traded, side, owner, other)
                    )
                    value += traded * price
                elif taker.self_trade is DECREMENT_BOTH:
                    self._decrement(taker, maker, traded)
                    lost += traded
                elif taker.self_trade is CANCEL_OLDEST:
                    del orders[maker_id]
                    queue.popleft()
                    self._cancelled(maker_id, visible + maker.hidden, SELF_TRADE)
                    continue
                else:
                    self._cancelled(taker_id, left, SELF_TRADE)
                    return 0, wanted - left - lost, value
                left -= traded
                if traded != visible:
                    maker.visible = visible - traded
                    break
                queue.popleft()
                if maker.hidden:
                    self._refresh(maker, queue)
                else:
                    del orders[maker_id]
            if len(queue) == level.dead:
                keys.pop()
                del facing.levels[level.key]
        return left, wanted - left - lost, value

    def _refresh(self, order: Order, queue: deque[Order]) -> None:
        """An iceberg's next slice, behind all that is shown at its price."""
        hidden, shown = order.hidden, order.shown
        assert shown is not None
        fresh = shown if shown < hidden else hidden
        order.visible = fresh
        order.hidden = hidden - fresh
        queue.append(order)
        self._sequence = sequence = self._sequence + 1
        self._log.append(Refreshed(sequence, order.order_id, fresh))

    def _reduce(self, order: Order, by: int) -> None:
        """Hidden quantity goes first: what is shown keeps its place."""
        unseen = min(by, order.hidden)
        order.hidden -= unseen
        order.visible -= by - unseen
        order.whole -= by
        self._amended(order, abs(order.key))

    def _again(self, order: Order, price: int, quantity: int, open_: int) -> Receipt:
        """The order under its id, as if it arrived now with ``open_`` to trade."""
        if order.shown is not None and open_ > order.shown * MOST_SLICES:
            raise SliceRefused(field="quantity")
        if order.side is BUY:
            key, ours, facing = price, self._bids, self._asks
        else:
            key, ours, facing = -price, self._asks, self._bids
        crosses = facing.keys[-1] >= -key
        if crosses and order.time_in_force is POST_ONLY:
            raise WouldCross
        anew = order.anew(key, quantity)
        ours.remove(order)
        del self._orders[order.order_id]
        self._amended(anew, price)
        left, filled, value = open_, 0, 0
        if crosses:
            left, filled, value = self._take(anew, open_, facing)
        if left:
            ours.rest(anew, left)
            self._orders[anew.order_id] = anew
        return Receipt(anew.order_id, filled, value, left, open_ - filled - left)

    def _decrement(self, taker: Order, maker: Order, both: int) -> None:
        taker.whole -= both
        maker.whole -= both
        self._sequence = sequence = self._sequence + 1
        self._log.append(Decremented(sequence, taker.order_id, maker.order_id, both))

    def _cancelled(self, order_id: int, open_: int, because: Because) -> None:
        self._sequence = sequence = self._sequence + 1
        self._log.append(Cancelled(sequence, order_id, open_, because))

    def _amended(self, order: Order, price: int) -> None:
        self._sequence = sequence = self._sequence + 1
        self._log.append(Amended(sequence, order.order_id, price, order.whole))

    def _restore(self, told: RestingOrder) -> None:
        terms = told.terms
        if (
            terms.sequence in self._orders
            or not 0 < terms.sequence <= self._sequence
            or not terms.owner
            or not 0 < told.price <= LARGEST
            or not 0 < told.visible <= (terms.shown or told.visible)
            or told.hidden < 0
            or (told.hidden and not terms.shown)
            or not told.open <= told.quantity <= LARGEST
        ):
            raise BadCheckpoint(f"order {terms.sequence}")
        ladder = self._bids if terms.side is BUY else self._asks
        order = Order.of(told)
        ladder.rest(order, told.open)
        self._orders[terms.sequence] = order
        # A slice that was filled in part stays what it was.
        order.visible, order.hidden = told.visible, told.hidden
