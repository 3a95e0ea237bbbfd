"""TWAP: a parent that sends a child whenever the next part of its time begins.

Children take at the worst price or better and never rest, so that nothing of the parent lies in
the book between two of them. What a child could not get, the next ones try to: at any moment the
parent has sent for what should be filled by then and isn't.
"""

from dataclasses import dataclass
from enum import Enum

from gateway.market.book.book import OrderBook
from gateway.market.book.errors import (
    BadSchedule,
    NoOwner,
    NotAnInteger,
    PriceNotPositive,
    PriceTooLarge,
    QuantityNotPositive,
    QuantityTooLarge,
    TimeBackwards,
)
from gateway.market.book.events import LARGEST, Receipt, SelfTrade, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class TwapTerms:
    """
    Attributes:
        quantity: base units in all.
        worst_price: ticks no child goes beyond.
        start_ms, end_ms: milliseconds since the epoch; the last child is sent before the end.
        children: in how many equal parts the time, and the quantity, is cut.
        largest_child: base units, so that a parent that was held up doesn't catch up at once;
            none: as large as it takes.

    Raises:
        BookRefusal: the terms make no schedule.
    """

    owner: str
    side: Side
    quantity: int
    worst_price: int
    start_ms: int
    end_ms: int
    children: int
    largest_child: int | None = None
    self_trade: SelfTrade | None = None

    def __post_init__(self) -> None:
        if not self.owner:
            raise NoOwner
        for name in ("quantity", "worst_price", "start_ms", "end_ms", "children"):
            if type(getattr(self, name)) is not int:
                raise NotAnInteger(field=name)
        if self.quantity <= 0:
            raise QuantityNotPositive
        if self.quantity > LARGEST:
            raise QuantityTooLarge
        if self.worst_price <= 0:
            raise PriceNotPositive(field="worst_price")
        if self.worst_price > LARGEST:
            raise PriceTooLarge(field="worst_price")
        if not 0 <= self.start_ms < self.end_ms or not 0 < self.children <= self.quantity:
            raise BadSchedule
        if self.largest_child is not None:
            if type(self.largest_child) is not int:
                raise NotAnInteger(field="largest_child")
            if self.largest_child <= 0:
                raise QuantityNotPositive(field="largest_child")

    def parts_begun(self, now_ms: int) -> int:
        """How many parts of the time have begun; the first begins with the start."""
        if now_ms < self.start_ms:
            return 0
        elapsed, whole = now_ms - self.start_ms, self.end_ms - self.start_ms
        return min(self.children, elapsed * self.children // whole + 1)

    def wanted_by(self, parts: int) -> int:
        """Base units that should be filled once so many parts have begun."""
        return self.quantity * parts // self.children


class TwapState(Enum):
    WAITING = "waiting"
    RUNNING = "running"
    FILLED = "filled"
    ENDED = "ended"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Twap:
    """A parent at one moment; a step gives the next one, so that it can be stored and replayed."""

    terms: TwapTerms
    state: TwapState = TwapState.WAITING
    parts_sent: int = 0
    filled: int = 0
    value: int = 0
    now_ms: int = 0

    @property
    def open(self) -> int:
        return self.terms.quantity - self.filled

    @property
    def over(self) -> bool:
        return self.state not in {TwapState.WAITING, TwapState.RUNNING}

    def due(self, now_ms: int) -> int:
        """Base units of the child to send now; 0: none. A part sends one child, not more.

        Raises:
            TimeBackwards: the parent has been at a later time.
        """
        if type(now_ms) is not int:
            raise NotAnInteger(field="now_ms")
        if now_ms < self.now_ms:
            raise TimeBackwards
        if self.over or now_ms >= self.terms.end_ms:
            return 0
        parts = self.terms.parts_begun(now_ms)
        if parts == self.parts_sent:
            return 0
        wanted = self.terms.wanted_by(parts) - self.filled
        limit = self.terms.largest_child
        return wanted if limit is None else min(wanted, limit)

    def sent(self, now_ms: int, receipt: Receipt | None) -> "Twap":
        """The parent after ``due(now_ms)`` was sent and answered; no receipt: nothing was due."""
        filled = self.filled + (receipt.filled if receipt else 0)
        value = self.value + (receipt.value if receipt else 0)
        if self.over:
            return self
        parts = self.terms.parts_begun(now_ms)
        if filled == self.terms.quantity:
            state = TwapState.FILLED
        elif now_ms >= self.terms.end_ms:
            state = TwapState.ENDED
        else:
            state = TwapState.RUNNING if parts else TwapState.WAITING
        return Twap(self.terms, state, parts, filled, value, now_ms)

    def cancelled(self) -> "Twap":
        """Nothing more is sent; what was filled stays."""
        if self.over:
            return self
        return Twap(
            self.terms,
            TwapState.CANCELLED,
            self.parts_sent,
            self.filled,
            self.value,
            self.now_ms,
        )


def twap_step(*, book: OrderBook, twap: Twap, now_ms: int) -> tuple[Twap, Receipt | None]:
    """Send the child that is due now, if one is. The parent after it, and the child's receipt."""
    quantity = twap.due(now_ms)
    receipt = None
    if quantity:
        receipt = book.market(
            owner=twap.terms.owner,
            side=twap.terms.side,
            quantity=quantity,
            worst_price=twap.terms.worst_price,
            self_trade=twap.terms.self_trade,
        )
    return twap.sent(now_ms, receipt), receipt
