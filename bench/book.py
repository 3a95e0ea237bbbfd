"""Operations a second through our order book beside nanobook's, and trades that differ.

Both are driven from Python, one call an operation, through the same seeded flow: orders around a
wandering price, some that take, cancels and amendments, about two thousand orders at rest. Ours
is timed with what nanobook hasn't: an owner on every order with trades with oneself prevented,
one order in twenty an iceberg, every event in a log. The trades are then compared one by one
over the same flow without icebergs, every order of another owner.

nanobook 0.19.2 takes an order out by the place it had when it joined its level: once orders
before it are gone, a cancel misses it, and the book may hang. The flow therefore cancels and
amends only orders whose level no taker has reached since they joined. An amendment moves the
price: with nanobook every one loses its place, with ours not one that only takes quantity away.
"""

import gc
import random
import sys
import time
from dataclasses import dataclass
from statistics import median
from typing import Any

from gateway.market.book.book import OrderBook
from gateway.market.book.errors import UnknownOrder
from gateway.market.book.events import Filled, Receipt, RestingOrder, Side, TimeInForce

OPERATIONS = 1_000_000
ROUNDS = 5
TURN = 10_000
RESTING = 2_000
OWNERS = 60
ANY_PRICE = 10**9
LIMIT, MARKET, CANCEL, AMEND = range(4)
NANOBOOK_TIFS = {TimeInForce.GTC: "gtc", TimeInForce.IOC: "ioc", TimeInForce.FOK: "fok"}

Operation = tuple[Any, ...]
"""``(LIMIT, side, price, quantity, time in force, owner, shown)``, ``(MARKET, side, quantity,
worst price, owner)``, ``(CANCEL, placed)`` and ``(AMEND, placed, price, open)``, where ``placed``
counts the orders placed before the one that is meant."""

Trade = tuple[int, int, int, int]
"""Taker and maker, each as the number of its placing; price; quantity."""


def run(seed: int) -> dict[str, Any]:
    figures: dict[str, Any] = {"operations": OPERATIONS}
    conditions: dict[str, Any] = {
        "rounds": ROUNDS,
        "resting_orders": RESTING,
        "owners": OWNERS,
        "operations_a_turn": TURN,
        "timed": "CPU seconds of the process",
    }
    flow = Flow(seed)
    operations = [flow.next() for _ in range(OPERATIONS)]
    common = without_what_nanobook_lacks(operations)
    try:
        theirs = _for_nanobook(common)
    except ImportError:
        theirs = []
        conditions["nanobook"] = "not installed"
    # The flow itself is the benchmark's, not the book's, to be looked through for garbage.
    gc.collect()
    gc.freeze()
    rounds = [_round(operations, theirs) for _ in range(ROUNDS)]
    figures["ops_per_s"] = round(OPERATIONS / median(ours for ours, _ in rounds))
    if theirs:
        figures["nanobook_ops_per_s"] = round(OPERATIONS / median(other for _, other in rounds))
        figures["times_nanobook"] = round(median(other / ours for ours, other in rounds), 3)
        figures["differences"], figures["trades"] = differences(common)
    else:
        figures |= {"nanobook_ops_per_s": None, "times_nanobook": None, "differences": None}
    gc.unfreeze()
    return {"figures": figures, "conditions": conditions}


def _round(operations: list[Operation], theirs: list[Operation]) -> tuple[float, float]:
    """CPU seconds of both for all of it, in turns so short that a busy machine meets both."""
    ours, other = Ours(), Nanobook() if theirs else None
    spent = spent_by_other = 0.0
    for start in range(0, OPERATIONS, TURN):
        spent += ours.go(operations[start : start + TURN])
        if other is not None:
            spent_by_other += other.go(theirs[start : start + TURN])
    return spent, spent_by_other


def differences(operations: list[Operation]) -> tuple[int, int]:
    """Over a common flow: trades of one that the other hasn't at the same place; all trades."""
    ours, other = Ours(), Nanobook()
    ours.go(operations)
    other.go(_for_nanobook(operations))
    own, theirs = ours.trades(), other.trades()
    unequal = sum(a != b for a, b in zip(own, theirs, strict=False))
    return unequal + abs(len(own) - len(theirs)), len(own)


@dataclass(slots=True)
class _Resting:
    """An order the flow may cancel, with the step at which it joined its level."""

    placed: int
    joined: int


class Flow:
    """A seeded flow of operations over a book of its own, by which it knows what rests."""

    def __init__(self, seed: int, *, resting: int = RESTING) -> None:
        self._random = random.Random(seed)
        self._book = OrderBook()
        self._middle = 100_000.0
        self._resting: list[_Resting] = []
        self._wanted = resting
        self._ids: list[int] = []
        self._reached: dict[int, int] = {}  # price → the last step at which a taker got there
        self._step = 0

    def next(self) -> Operation:
        self._step += 1
        self._middle += self._random.gauss(0, 0.3)
        kind = self._random.random()
        fullness = len(self._resting) / (2 * self._wanted)
        if kind > 0.07 and self._random.random() < fullness:
            chosen = self._choose()
            if chosen is not None:
                return self._cancel(*chosen) if kind < 0.93 else self._amend(*chosen)
        return self._place(kind)

    def _place(self, kind: float) -> Operation:
        source = self._random
        side = source.choice((Side.BUY, Side.SELL))
        towards = 1 if side is Side.BUY else -1
        quantity = round(source.lognormvariate(6, 1)) + 1
        owner = sys.intern(f"owner {source.randrange(OWNERS)}")
        own = f"order {self._step}"  # nobody trades with himself here
        if kind < 0.04:
            worst = ANY_PRICE if side is Side.BUY else 1
            self._placed(
                self._book.market(owner=own, side=side, quantity=quantity, worst_price=worst)
            )
            return (MARKET, side, quantity, worst, owner)
        if kind < 0.07:
            tif = source.choice((TimeInForce.IOC, TimeInForce.FOK))
            price, shown = int(self._middle) + 3 * towards, None
        else:
            tif = TimeInForce.GTC
            away = int(source.expovariate(1 / 15)) + 1
            if source.random() < 0.1:
                away = -int(source.expovariate(1 / 5))
            price = int(self._middle) - away * towards
            shown = max(1, quantity // 4) if source.random() < 0.05 else None
        self._placed(
            self._book.limit(
                owner=own, side=side, price=price, quantity=quantity, time_in_force=tif
            )
        )
        return (LIMIT, side, price, quantity, tif, owner, shown)

    def _placed(self, receipt: Receipt) -> None:
        self._ids.append(receipt.order_id)
        if receipt.resting:
            self._resting.append(_Resting(len(self._ids) - 1, self._step))
        self._see()

    def _see(self) -> None:
        """Note which levels were reached, and forget the events."""
        for event in self._book.events_after(0):
            if isinstance(event, Filled):
                self._reached[event.price] = self._step
        self._book.forget_until(self._book.sequence)

    def _choose(self) -> tuple[int, RestingOrder] | None:
        """Where in ``_resting`` an order stands that may be cancelled, and the order."""
        for _ in range(20):
            if not self._resting:
                return None
            at = self._random.randrange(len(self._resting))
            resting = self._resting[at]
            order = self._book.order(self._ids[resting.placed])
            if order is None:
                self._drop(at)
            elif self._reached.get(order.price, 0) < resting.joined:
                return at, order
        return None

    def _drop(self, at: int) -> None:
        self._resting[at] = self._resting[-1]
        self._resting.pop()

    def _cancel(self, at: int, order: RestingOrder) -> Operation:
        placed = self._resting[at].placed
        self._book.cancel(owner=order.terms.owner, order_id=order.order_id)
        self._drop(at)
        return (CANCEL, placed)

    def _amend(self, at: int, order: RestingOrder) -> Operation:
        resting = self._resting[at]
        price = max(1, order.price + self._random.choice((-2, -1, 1, 2)))
        receipt = self._book.amend(owner=order.terms.owner, order_id=order.order_id, price=price)
        resting.joined = self._step
        if not receipt.resting:
            self._drop(at)
        self._see()
        return (AMEND, resting.placed, price, order.open)


def without_what_nanobook_lacks(operations: list[Operation]) -> list[Operation]:
    """No icebergs, and every order of another owner."""
    common: list[Operation] = []
    for number, operation in enumerate(operations):
        if operation[0] == LIMIT:
            common.append((*operation[:5], f"order {number}", None))
        elif operation[0] == MARKET:
            common.append((*operation[:4], f"order {number}"))
        else:
            common.append(operation)
    return common


def _for_nanobook(operations: list[Operation]) -> list[Operation]:
    """The same with sides and times in force in nanobook's words."""
    import nanobook  # noqa: F401  to say early that it isn't there

    told: list[Operation] = []
    for operation in operations:
        if operation[0] == LIMIT:
            _, side, price, quantity, tif, _, _ = operation
            told.append((LIMIT, side.value, price, quantity, NANOBOOK_TIFS[tif]))
        elif operation[0] == MARKET:
            told.append((MARKET, operation[1].value, operation[2]))
        else:
            told.append(operation)
    return told


class Ours:
    """Our book, driven through a flow."""

    def __init__(self) -> None:
        self._book = OrderBook()
        self._ids: list[int] = []
        self._owners: list[str] = []

    def go(self, operations: list[Operation]) -> float:
        """CPU seconds that these operations took."""
        book, ids, owners = self._book, self._ids, self._owners
        limit, market, cancel, amend = book.limit, book.market, book.cancel, book.amend
        started = time.process_time()
        for operation in operations:
            kind = operation[0]
            if kind == LIMIT:
                _, side, price, quantity, tif, owner, shown = operation
                receipt = limit(
                    owner=owner,
                    side=side,
                    price=price,
                    quantity=quantity,
                    time_in_force=tif,
                    shown=shown,
                )
                ids.append(receipt.order_id)
                owners.append(owner)
            elif kind == MARKET:
                _, side, quantity, worst, owner = operation
                receipt = market(owner=owner, side=side, quantity=quantity, worst_price=worst)
                ids.append(receipt.order_id)
                owners.append(owner)
            else:
                placed = operation[1]
                try:
                    if kind == CANCEL:
                        cancel(owner=owners[placed], order_id=ids[placed])
                    else:
                        amend(owner=owners[placed], order_id=ids[placed], price=operation[2])
                except UnknownOrder:
                    pass  # filled, or cancelled so as not to trade with its owner
        return time.process_time() - started

    def trades(self) -> list[Trade]:
        placed = {order_id: number for number, order_id in enumerate(self._ids)}
        return [
            (placed[event.taker_id], placed[event.maker_id], event.price, event.quantity)
            for event in self._book.events_after(0)
            if isinstance(event, Filled)
        ]


class Nanobook:
    """nanobook's exchange, driven through the same flow."""

    def __init__(self) -> None:
        from nanobook import Exchange

        self._book = Exchange()
        self._ids: list[int] = []
        self._former: dict[int, int] = {}  # ids that an amendment took from an order

    def go(self, operations: list[Operation]) -> float:
        """CPU seconds that these operations took."""
        book, ids, former = self._book, self._ids, self._former
        limit, market = book.submit_limit, book.submit_market
        cancel, modify = book.cancel, book.modify
        started = time.process_time()
        for operation in operations:
            kind = operation[0]
            if kind == LIMIT:
                _, side, price, quantity, tif = operation
                ids.append(limit(side, price, quantity, tif).order_id)
            elif kind == MARKET:
                _, side, quantity = operation
                ids.append(market(side, quantity).order_id)
            elif kind == CANCEL:
                cancel(ids[operation[1]])
            else:
                _, placed, price, quantity = operation
                answer = modify(ids[placed], price, quantity)
                if answer.success:
                    former[ids[placed]] = placed
                    ids[placed] = answer.new_order_id
        return time.process_time() - started

    def trades(self) -> list[Trade]:
        now = {order_id: number for number, order_id in enumerate(self._ids)}
        placed = now | self._former
        return [
            (
                placed[trade.aggressor_order_id],
                placed[trade.passive_order_id],
                trade.price,
                trade.quantity,
            )
            for trade in self._book.trades()
        ]
