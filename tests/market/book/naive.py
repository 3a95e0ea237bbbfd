"""The book as slowly and plainly as it can be written: what ours is held to."""

from copy import deepcopy
from dataclasses import dataclass

from gateway.market.book.events import SelfTrade, Side, TimeInForce


@dataclass
class Resting:
    order_id: int
    owner: str
    side: Side
    price: int
    whole: int
    visible: int
    hidden: int
    shown: int | None
    rule: SelfTrade
    post_only: bool
    stamp: int

    @property
    def open(self) -> int:
        return self.visible + self.hidden


class NaiveBook:
    """Orders in one list; the next to trade is found by looking at all of them."""

    def __init__(self) -> None:
        self.orders: list[Resting] = []
        self.trades: list[tuple[int, int, int, int]] = []  # taker, maker, price, quantity
        self.stamp = 0

    def find(self, order_id: int) -> Resting:
        return next(order for order in self.orders if order.order_id == order_id)

    def next_maker(self, side: Side, price: int) -> Resting | None:
        facing = [order for order in self.orders if order.side is not side]
        if side is Side.BUY:
            facing = [order for order in facing if order.price <= price]
            return min(facing, key=lambda order: (order.price, order.stamp), default=None)
        facing = [order for order in facing if order.price >= price]
        return min(facing, key=lambda order: (-order.price, order.stamp), default=None)

    def place(
        self,
        order_id: int,
        *,
        owner: str,
        side: Side,
        price: int,
        quantity: int,
        tif: TimeInForce = TimeInForce.IOC,
        shown: int | None = None,
        rule: SelfTrade = SelfTrade.CANCEL_NEWEST,
    ) -> tuple[int, int]:
        """(filled, resting)."""
        if tif is TimeInForce.FOK:
            tried = deepcopy(self)
            filled, _ = tried.place(
                order_id, owner=owner, side=side, price=price, quantity=quantity, rule=rule
            )
            if filled < quantity:
                return 0, 0
        post_only = tif is TimeInForce.POST_ONLY
        order = Resting(order_id, owner, side, price, quantity, 0, 0, shown, rule, post_only, 0)
        filled, left = self.take(order, quantity)
        if left and (tif is TimeInForce.GTC or post_only):
            self.rest(order, left)
            return filled, left
        return filled, 0

    def take(self, taker: Resting, left: int) -> tuple[int, int]:
        filled = 0
        while left:
            maker = self.next_maker(taker.side, taker.price)
            if maker is None:
                break
            both = min(left, maker.visible)
            if maker.owner == taker.owner:
                if taker.rule is SelfTrade.CANCEL_NEWEST:
                    return filled, 0
                if taker.rule is SelfTrade.CANCEL_OLDEST:
                    self.orders.remove(maker)
                    continue
                maker.whole -= both
                taker.whole -= both
            else:
                self.trades.append((taker.order_id, maker.order_id, maker.price, both))
                filled += both
            left -= both
            maker.visible -= both
            if not maker.visible:
                self.orders.remove(maker)
                if maker.hidden:
                    self.rest(maker, maker.hidden)
        return filled, left

    def rest(self, order: Resting, left: int) -> None:
        order.visible = left if order.shown is None else min(order.shown, left)
        order.hidden = left - order.visible
        self.stamp += 1
        order.stamp = self.stamp
        self.orders.append(order)

    def cancel(self, order_id: int) -> int:
        order = self.find(order_id)
        self.orders.remove(order)
        return order.open

    def amend(self, order_id: int, price: int, quantity: int) -> tuple[int, int]:
        """(filled, resting)."""
        order = self.find(order_id)
        open_ = order.open + quantity - order.whole
        if price == order.price and open_ <= order.open:
            order.whole = quantity
            order.hidden, order.visible = (
                (open_ - order.visible, order.visible) if open_ >= order.visible else (0, open_)
            )
            return 0, open_
        self.orders.remove(order)
        order.price, order.whole = price, quantity
        filled, left = self.take(order, open_)
        if left:
            self.rest(order, left)
        return filled, left

    def crosses(self, side: Side, price: int) -> bool:
        return self.next_maker(side, price) is not None

    def side(self, side: Side) -> list[tuple[int, int, int, int]]:
        """(order, price, visible, hidden) in priority."""
        sign = -1 if side is Side.BUY else 1
        own = [order for order in self.orders if order.side is side]
        own.sort(key=lambda order: (sign * order.price, order.stamp))
        return [(order.order_id, order.price, order.visible, order.hidden) for order in own]
