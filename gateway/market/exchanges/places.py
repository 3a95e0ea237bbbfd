"""What the desk needs of an exchange: to move inventory there and back, and to trade there.

Amounts of money that moves are base units of our assets. What an exchange says of its own markets
(prices, sizes, balances) is in its own decimals, of which no exchange has more than 18: integers of
1e-18 of a whole unit ("e18").
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from gateway.events.errors import TillwayError


class ExchangeDown(TillwayError):
    """It did not answer, or not in a way we understand. Never a refusal: it may have acted."""

    code = "exchange_down"
    message = "The exchange does not answer."
    hint = "It is asked again; nothing was decided."
    status = 503


class ExchangeUnknown(TillwayError):
    code = "exchange_unknown"
    message = "There is no such exchange."
    hint = "EXCHANGES names those there are."
    status = 404


class OrderRefused(TillwayError):
    """The exchange said no to an order: nothing of it will ever trade."""

    code = "order_refused"
    message = "The exchange refused the order."
    status = 422


class Progress(Enum):
    """How far a deposit or a withdrawal is, as the exchange tells it."""

    UNKNOWN = "unknown"
    PENDING = "pending"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Told:
    """
    Attributes:
        units: base units credited (a deposit) or taken off the balance, its fee included (a
            withdrawal); where ``progress`` is DONE.
        tx_hash: of the withdrawal's transaction, ``0x…``.
    """

    progress: Progress
    units: int = 0
    tx_hash: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """What is traded for what, by our codes: ``base`` for ``quote``."""

    base: str
    quote: str


@dataclass(frozen=True, slots=True)
class MarketRules:
    """What a market takes. Zero: it says nothing of that.

    Attributes:
        lot: sizes are multiples of it; least_size: and no smaller. e18 of the base.
        tick: prices are multiples of it; least_cost: size times price is no less. e18 of the quote.
        taker_fee_ppm: what who takes from the book pays, of what it gets.
    """

    lot: int
    tick: int
    least_size: int
    least_cost: int
    taker_fee_ppm: int


@dataclass(frozen=True, slots=True)
class Level:
    """e18 of the quote for a whole base; e18 of the base that is offered at it."""

    price: int
    size: int


@dataclass(frozen=True, slots=True)
class Depth:
    """A book as it was at a moment: bids fall, asks rise.

    Attributes:
        at_ms: when the exchange says it was so; if it doesn't say, when we asked.
    """

    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    at_ms: int


@dataclass(frozen=True, slots=True)
class LimitOrder:
    """Trade at once at this price or better, and drop the rest (immediate or cancel).

    The only order there is: what others call a market order is one whose bound is far away, and a
    bound is what keeps an exchange's lie from costing more than it.

    Attributes:
        client_id: our name for it, never used twice.
        size: e18 of the base; price: e18 of the quote for a whole base.
    """

    client_id: str
    pair: Pair
    sells: bool
    size: int
    price: int


class OrderProgress(Enum):
    UNKNOWN = "unknown"
    """The exchange has no order of that name, or not yet."""
    OPEN = "open"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class OrderTold:
    """
    Attributes:
        order_id: the exchange's own name for it.
        filled: e18 of the base that has traded.
    """

    progress: OrderProgress
    order_id: str = ""
    filled: int = 0


@dataclass(frozen=True, slots=True)
class Trade:
    """One fill of an order, as the exchange tells it. e18.

    Attributes:
        id: the exchange's, unique in its market.
        cost: of the quote, fee not counted in.
        fee: of ``fee_currency``, which is the exchange's code.
    """

    id: str
    sells: bool
    size: int
    price: int
    cost: int
    fee: int
    fee_currency: str
    at_ms: int


class Exchange(Protocol):
    """Every method may raise ExchangeDown, and may be called again after it did."""

    @property
    def name(self) -> str: ...

    @property
    def simulated(self) -> bool:
        """Made up, or a sandbox: it may never meet a live chain, nor a real one a test chain."""
        ...

    def deposit_address(self, *, asset: str) -> bytes:
        """Where a chain's token is to be sent, 20 bytes."""
        ...

    def deposit(self, *, asset: str, tx_hash: str) -> Told:
        """How far the deposit by a transaction is."""
        ...

    def withdraw(self, *, client_id: str, asset: str, units: int, to: bytes) -> None:
        """Ask for a withdrawal. Whoever calls does so once for a ``client_id``."""
        ...

    def withdrawal(self, *, client_id: str, asset: str) -> Told:
        """How far it is; UNKNOWN if it was never asked for."""
        ...

    def currencies(self) -> Mapping[str, str]:
        """The exchange's code of each of our assets that lies there."""
        ...

    def rules(self, pair: Pair) -> MarketRules | None:
        """What its market of this pair takes; None if it has none. Kept: asked of it rarely."""
        ...

    def depth(self, pair: Pair) -> Depth:
        """Its book now."""
        ...

    def balances(self) -> Mapping[str, int]:
        """What it holds for us, what orders reserve included, by its own codes. e18."""
        ...

    def place(self, order: LimitOrder) -> None:
        """Ask for an order. Whoever calls does so once for a ``client_id``.

        Raises:
            OrderRefused: it will never trade.
            ExchangeDown: nobody knows; ``order`` will say.
        """
        ...

    def cancel(self, *, client_id: str, pair: Pair) -> None:
        """Take back what is left of it; nothing if nothing is."""
        ...

    def order(self, *, client_id: str, pair: Pair) -> OrderTold:
        """How far an order is."""
        ...

    def trades(self, *, order_id: str, pair: Pair, since_ms: int) -> Sequence[Trade]:
        """The fills of an order, as many as it tells now, in any order."""
        ...
