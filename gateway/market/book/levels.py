"""One side of the book: levels by price, orders of a level in a queue.

A level is found by its *key*, the price seen from its own side: the better, the larger. So both
sides are matched by the same code, and the best level is at the end of the sorted keys, where
it goes and comes without moving the others.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque

from msgspec import Struct

from gateway.market.book.events import LARGEST, Placed, RestingOrder, SelfTrade, Side, TimeInForce

DEAD_AT_LEAST = 32
"""A queue is cleared when so many of its orders, and half of them, are dead."""


NO_KEY = -LARGEST - 1
"""Worse than any price on either side."""


class Order(Struct, gc=False):
    """An order: as it was placed, which never changes, and what has become of it.

    It refers to nothing that refers to it, so it needs no garbage collector. An order that was
    cancelled stays in its queue with nothing open, until it comes to the front or the queue is
    cleared.

    Attributes:
        key: of the level where it is or would be.
        whole: base units it is for now, fills included.
        visible: of the open quantity, what is in its level's queue; 0 once it is gone.
        hidden: of the open quantity, what waits behind it.
    """

    order_id: int
    owner: str
    side: Side
    price: int
    quantity: int
    shown: int | None
    time_in_force: TimeInForce
    self_trade: SelfTrade
    key: int
    whole: int
    visible: int = 0
    hidden: int = 0

    @classmethod
    def of(cls, told: RestingOrder) -> Order:
        terms = told.terms
        return cls(
            terms.sequence,
            terms.owner,
            terms.side,
            terms.price,
            terms.quantity,
            terms.shown,
            terms.time_in_force,
            terms.self_trade,
            told.price if terms.side is Side.BUY else -told.price,
            told.quantity,
        )

    def placed(self) -> Placed:
        return Placed(
            self.order_id,
            self.owner,
            self.side,
            self.price,
            self.quantity,
            self.shown,
            self.time_in_force,
            self.self_trade,
        )

    def anew(self, key: int, whole: int) -> Order:
        """The same order at another level or for another quantity, not in a queue yet."""
        return Order(
            self.order_id,
            self.owner,
            self.side,
            self.price,
            self.quantity,
            self.shown,
            self.time_in_force,
            self.self_trade,
            key,
            whole,
        )

    def resting(self) -> RestingOrder:
        return RestingOrder(self.placed(), abs(self.key), self.whole, self.visible, self.hidden)


class Level:
    """Orders at one price, first come first served.

    Attributes:
        dead: so many orders in the queue were cancelled. Never all: such a level is dropped.
    """

    __slots__ = ("dead", "key", "price", "queue")

    def __init__(self, key: int) -> None:
        self.key = key
        self.price = abs(key)
        self.queue: deque[Order] = deque()
        self.dead = 0

    def visible(self) -> int:
        """Base units in the queue. Summed when asked for: orders come oftener than questions."""
        return sum([order.visible for order in self.queue])

    def clear_of_dead(self) -> None:
        self.queue = deque([order for order in self.queue if order.visible])
        self.dead = 0


class Ladder:
    """A side's levels.

    Attributes:
        keys: rising; the first belongs to no level, so that there is always one to compare with.
    """

    __slots__ = ("keys", "levels")

    def __init__(self) -> None:
        self.keys = [NO_KEY]
        self.levels: dict[int, Level] = {}

    def add_level(self, key: int) -> Level:
        level = self.levels[key] = Level(key)
        insort(self.keys, key)
        return level

    def drop_level(self, key: int) -> None:
        del self.levels[key]
        if self.keys[-1] == key:
            self.keys.pop()
        else:
            del self.keys[bisect_left(self.keys, key)]

    def rest(self, order: Order, left: int) -> None:
        """Put what is left of an order at the back of its level."""
        level = self.levels.get(order.key)
        if level is None:
            level = self.add_level(order.key)
        shown = order.shown
        if shown is None or shown >= left:
            order.visible = left
        else:
            order.visible = shown
            order.hidden = left - shown
        level.queue.append(order)

    def remove(self, order: Order) -> int:
        """Take an order out, and its level if it was the last. What had been open."""
        level = self.levels[order.key]
        visible, hidden = order.visible, order.hidden
        order.visible = 0
        order.hidden = 0
        level.dead = dead = level.dead + 1
        queued = len(level.queue)
        if dead == queued:
            self.drop_level(order.key)
        elif dead >= DEAD_AT_LEAST and 2 * dead >= queued:
            level.clear_of_dead()
        return visible + hidden

    def resting(self) -> tuple[RestingOrder, ...]:
        """All orders, in priority."""
        return tuple(
            order.resting()
            for key in self.keys[:0:-1]
            for order in self.levels[key].queue
            if order.visible
        )
