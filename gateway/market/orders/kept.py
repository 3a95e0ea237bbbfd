"""What a venue keeps and tells: orders and what became of them, trades, what owners may commit.
Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from uuid import UUID

from msgspec import Struct

from gateway.market.book.events import (
    Placed,
    Receipt,
    RestingOrder,
    SelfTrade,
    Side,
    TimeInForce,
)


class OrderStatus(Enum):
    OPEN = "open"
    FILLED = "filled"
    CANCELLED = "cancelled"


class Order(Struct):
    """An order and what has become of it. Lots and ticks; ``fee`` and ``held`` in base units.

    Attributes:
        book_id: its number in the book, the sequence of its placing.
        asked_price, asked_lots: as it was placed.
        lots: whole, fills included; less what it gave up so as not to trade with itself.
        open: in the book still; ``hidden`` of it behind what the level shows.
        value: Σ ticks × lots of its fills.
        held: of its owner's balance, for what is open.
        joined: the sequence at which it went to the back of its level.
        reason: why it was cancelled.
    """

    id: UUID
    book_id: int
    owner: str
    side: Side
    asked_price: int
    asked_lots: int
    shown: int | None
    time_in_force: TimeInForce
    self_trade: SelfTrade
    price: int
    lots: int
    open: int
    hidden: int
    joined: int
    filled: int = 0
    value: int = 0
    fee: int = 0
    held: int = 0
    status: OrderStatus = OrderStatus.OPEN
    reason: str = ""

    def resting(self) -> RestingOrder:
        placed = Placed(
            self.book_id,
            self.owner,
            self.side,
            self.asked_price,
            self.asked_lots,
            self.shown,
            self.time_in_force,
            self.self_trade,
        )
        visible = self.open - self.hidden
        return RestingOrder(placed, self.price, self.lots, visible, self.hidden)


class Trade(Struct, frozen=True):
    """A fill, in base units. ``side`` is the taker's."""

    sequence: int
    taker_order: UUID
    maker_order: UUID
    taker: str
    maker: str
    side: Side
    price: int
    lots: int
    base_units: int
    quote_units: int
    taker_fee: int
    maker_fee: int

    @property
    def buyer(self) -> str:
        return self.taker if self.side is Side.BUY else self.maker

    @property
    def seller(self) -> str:
        return self.maker if self.side is Side.BUY else self.taker

    @property
    def buyer_fee(self) -> int:
        return self.taker_fee if self.side is Side.BUY else self.maker_fee

    @property
    def seller_fee(self) -> int:
        return self.maker_fee if self.side is Side.BUY else self.taker_fee


@dataclass(slots=True)
class Change:
    """What a batch did to an owner here, in base units; signed."""

    base: int = 0
    quote: int = 0
    fee: int = 0
    base_held: int = 0
    quote_held: int = 0


@dataclass(slots=True)
class Funds:
    """What owners may still commit, and what a batch has done to each.

    Attributes:
        free: by owner, (base, quote): balances less all that is held anywhere, as read.
    """

    free: Mapping[str, tuple[int, int]]
    changes: dict[str, Change] = field(default_factory=dict)

    def change(self, owner: str) -> Change:
        return self.changes.setdefault(owner, Change())

    def free_of(self, owner: str, side: Side) -> int:
        """Base units that an order of this side could hold now."""
        base, quote = self.free[owner]
        done = self.changes.get(owner)
        if side is Side.SELL:
            return base + (done.base - done.base_held if done else 0)
        return quote + (done.quote - done.quote_held if done else 0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an instruction did.

    Attributes:
        receipt: None where there was nothing to place or amend.
        cancelled: orders that it took out as asked.
        rest: lots that a close could not trade, and ``reason`` why.
    """

    receipt: Receipt | None = None
    trades: tuple[Trade, ...] = ()
    cancelled: int = 0
    rest: int = 0
    reason: str = ""
