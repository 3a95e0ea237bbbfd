"""The venue: a book whose owners have balances. Pure: the same instructions give the same trades.

What an order may cost at worst is held from its owner's balance while it is open. A refused
instruction changes nothing.
"""

from collections.abc import Iterable
from uuid import UUID

from gateway.market.book.book import OrderBook
from gateway.market.book.errors import BadCheckpoint, NothingToClose, UnknownOrder
from gateway.market.book.events import (
    Amended,
    Because,
    Cancelled,
    Checkpoint,
    Decremented,
    Event,
    Filled,
    Placed,
    Refreshed,
    RestingOrder,
    Side,
)
from gateway.market.orders.errors import BookBroken, InsufficientFunds
from gateway.market.orders.instructions import (
    Amend,
    Cancel,
    CancelAll,
    Close,
    Instruction,
    Place,
)
from gateway.market.orders.kept import Funds, Order, OrderStatus, Outcome, Trade
from gateway.market.orders.terms import MarketTerms


class Venue:
    """A market's book with the orders in it. ``orders`` holds all that are open, by book id."""

    def __init__(
        self, terms: MarketTerms, *, sequence: int = 0, orders: Iterable[Order] = ()
    ) -> None:
        """
        Args:
            orders: open ones, in the order in which they joined their levels.

        Raises:
            BookBroken: no book can hold these.
        """
        self.terms = terms
        self.orders: dict[int, Order] = {order.book_id: order for order in orders}
        self.touched: dict[int, Order] = {}
        sides: dict[Side, list[RestingOrder]] = {Side.BUY: [], Side.SELL: []}
        for order in self.orders.values():
            sides[order.side].append(order.resting())
            if order.held != self._held(order):
                raise BookBroken(f"Order {order.id} holds {order.held}.")
        checkpoint = Checkpoint(sequence, tuple(sides[Side.BUY]), tuple(sides[Side.SELL]))
        try:
            self.book = OrderBook.from_checkpoint(checkpoint)
        except BadCheckpoint as wrong:
            raise BookBroken(f"The open orders make no book: {wrong}.") from wrong
        self._ids = {order.id: order.book_id for order in self.orders.values()}

    def touched_orders(self) -> list[Order]:
        """Every order that changed since this was last asked, as it is now."""
        changed = list(self.touched.values())
        for order in changed:
            if order.status is OrderStatus.OPEN:
                resting = self.book.order(order.book_id)
                if resting is None or resting.open != order.open:
                    raise BookBroken(f"Order {order.id} is not in the book as its row says.")
                order.hidden = resting.hidden
        self.touched = {}
        return changed

    def order(self, id: UUID) -> Order | None:
        """An open order; None for any other."""
        book_id = self._ids.get(id)
        return None if book_id is None else self.orders[book_id]

    def open_lots(self, *, owner: str, side: Side) -> int:
        """Lots of an owner's open orders of one side."""
        return sum(
            order.open
            for order in self.orders.values()
            if order.owner == owner and order.side is side
        )

    # ── instructions ────────────────────────────────────────────────────────────────────────

    def carry_out(
        self,
        instruction: Instruction,
        *,
        id: UUID,
        owner: str,
        funds: Funds,
        position: int = 0,
    ) -> Outcome:
        """Do what is asked, to the end.

        Args:
            id: of the command; an order that it places bears it.
            position: base units that a close is to bring to nothing; negative when short.

        Raises:
            MarketError: and nothing has happened.
        """
        match instruction:
            case Place():
                return self._place(instruction, id=id, owner=owner, funds=funds)
            case Amend():
                return self._amend(instruction, owner=owner, funds=funds)
            case Cancel():
                self.book.cancel(owner=owner, order_id=self._book_id(instruction.order_id))
                self._follow(id, funds)
                return Outcome(cancelled=1)
            case CancelAll():
                return self._cancel_all(id, owner=owner, funds=funds)
            case Close():
                return self._close(instruction, position, id=id, owner=owner, funds=funds)

    def _place(self, asked: Place, *, id: UUID, owner: str, funds: Funds) -> Outcome:
        if type(asked.lots) is int and type(asked.price) is int:
            needed = self.terms.reserve_units(
                owner=owner, side=asked.side, lots=asked.lots, price=asked.price
            )
            # What is no order at all is for the book to refuse.
            if needed > max(0, funds.free_of(owner, asked.side)) and asked.price > 0:
                raise InsufficientFunds
        receipt = self.book.limit(
            owner=owner,
            side=asked.side,
            price=asked.price,
            quantity=asked.lots,
            time_in_force=asked.time_in_force,
            shown=asked.shown,
            self_trade=asked.self_trade,
        )
        return Outcome(receipt, self._follow(id, funds))

    def _amend(self, asked: Amend, *, owner: str, funds: Funds) -> Outcome:
        book_id = self._book_id(asked.order_id)
        order = self.orders[book_id]
        if order.owner != owner:
            raise UnknownOrder
        lots = order.lots if asked.lots is None else asked.lots
        price = order.price if asked.price is None else asked.price
        open_after = order.open + lots - order.lots
        if open_after > 0 and price > 0:
            needed = self.terms.reserve_units(
                owner=owner, side=order.side, lots=open_after, price=price
            )
            if needed - order.held > max(0, funds.free_of(owner, order.side)):
                raise InsufficientFunds
        receipt = self.book.amend(
            owner=owner, order_id=book_id, quantity=asked.lots, price=asked.price
        )
        return Outcome(receipt, self._follow(asked.order_id, funds))

    def _cancel_all(self, id: UUID, *, owner: str, funds: Funds) -> Outcome:
        cancelled = self.book.cancel_all(owner=owner)
        self._follow(id, funds)
        return Outcome(cancelled=cancelled)

    def _close(self, asked: Close, position: int, *, id: UUID, owner: str, funds: Funds) -> Outcome:
        if position == 0 or (position > 0) is not (asked.side is Side.SELL):
            raise NothingToClose
        lots = abs(position) // self.terms.lot_units
        cancelled = self._cancel_all(id, owner=owner, funds=funds).cancelled
        if not lots:
            return Outcome(cancelled=cancelled, reason="below_lot")
        able = self.terms.affordable_lots(
            owner=owner,
            side=asked.side,
            price=asked.worst_price,
            units=funds.free_of(owner, asked.side),
        )
        placed = min(lots, able)
        if not placed:
            return Outcome(cancelled=cancelled, rest=lots, reason=InsufficientFunds.code)
        receipt = self.book.market(
            owner=owner, side=asked.side, quantity=placed, worst_price=asked.worst_price
        )
        trades = self._follow(id, funds)
        reason = ""
        if receipt.filled < placed:
            reason = Because.NOT_FILLED.value
        elif placed < lots:
            reason = InsufficientFunds.code
        return Outcome(receipt, trades, cancelled, lots - receipt.filled, reason)

    def _book_id(self, order_id: UUID) -> int:
        book_id = self._ids.get(order_id)
        if book_id is None:
            raise UnknownOrder
        return book_id

    # ── what followed ───────────────────────────────────────────────────────────────────────

    def _follow(self, id: UUID, funds: Funds) -> tuple[Trade, ...]:
        """Bring orders and funds to where the book's new events say; the trades among them."""
        trades = []
        # Everything the book still remembers is new: what was followed is forgotten.
        for event in self.book.events_after(0):
            trade = self._apply(event, id, funds)
            if trade is not None:
                trades.append(trade)
        self.book.forget_until(self.book.sequence)
        return tuple(trades)

    def _apply(self, event: Event, id: UUID, funds: Funds) -> Trade | None:
        match event:
            case Placed():
                self._enter(event, id, funds)
            case Filled():
                return self._fill(event, funds)
            case Decremented():
                for book_id in (event.taker_id, event.maker_id):
                    order = self.orders[book_id]
                    order.lots -= event.quantity
                    self._set_open(order, order.open - event.quantity, funds)
                    if not order.open:
                        self._leave(order, OrderStatus.CANCELLED, Because.SELF_TRADE.value)
            case Refreshed():
                self.orders[event.order_id].joined = event.sequence
            case Amended():
                order = self.orders[event.order_id]
                open_after = order.open + event.quantity - order.lots
                if event.price != order.price or open_after > order.open:
                    order.joined = event.sequence
                order.price, order.lots = event.price, event.quantity
                self._set_open(order, open_after, funds)
            case Cancelled():
                order = self.orders[event.order_id]
                self._set_open(order, 0, funds)
                self._leave(order, OrderStatus.CANCELLED, event.because.value)
        return None

    def _enter(self, event: Placed, id: UUID, funds: Funds) -> None:
        order = Order(
            id,
            event.sequence,
            event.owner,
            event.side,
            event.price,
            event.quantity,
            event.shown,
            event.time_in_force,
            event.self_trade,
            event.price,
            event.quantity,
            0,
            0,
            event.sequence,
        )
        self.orders[order.book_id] = order
        self._ids[id] = order.book_id
        self._set_open(order, event.quantity, funds)

    def _fill(self, event: Filled, funds: Funds) -> Trade:
        value = event.price * event.quantity
        fees = []
        for book_id, is_maker in ((event.taker_id, False), (event.maker_id, True)):
            order = self.orders[book_id]
            fee = self.terms.fee_units(owner=order.owner, value=value, is_maker=is_maker)
            order.filled += event.quantity
            order.value += value
            order.fee += fee
            self._set_open(order, order.open - event.quantity, funds)
            change = funds.change(order.owner)
            sign = 1 if order.side is Side.BUY else -1
            change.base += sign * self.terms.base_units(event.quantity)
            change.quote -= sign * self.terms.quote_units(value) + fee
            change.fee += fee
            fees.append(fee)
            if not order.open:
                self._leave(order, OrderStatus.FILLED, "")
        taker, maker = self.touched[event.taker_id], self.touched[event.maker_id]
        return Trade(
            event.sequence,
            taker.id,
            maker.id,
            event.taker,
            event.maker,
            event.side,
            event.price,
            event.quantity,
            self.terms.base_units(event.quantity),
            self.terms.quote_units(value),
            fees[0],
            fees[1],
        )

    def _leave(self, order: Order, status: OrderStatus, reason: str) -> None:
        order.status, order.reason, order.hidden = status, reason, 0
        self.orders.pop(order.book_id, None)
        self._ids.pop(order.id, None)

    def _set_open(self, order: Order, lots: int, funds: Funds) -> None:
        """What is open has changed, and with it what is held."""
        order.open = lots
        held = self._held(order)
        change = funds.change(order.owner)
        if order.side is Side.SELL:
            change.base_held += held - order.held
        else:
            change.quote_held += held - order.held
        order.held = held
        self.touched[order.book_id] = order

    def _held(self, order: Order) -> int:
        return self.terms.reserve_units(
            owner=order.owner, side=order.side, lots=order.open, price=order.price
        )
