"""What can happen in a book, in order. Quantities are base units, prices ticks.

Commands that changed something (``Placed``, ``Amended``, ``Cancelled`` because asked) are logged
with what followed from them, so that replaying the commands must give the same log.
"""

from enum import Enum

from msgspec import Struct

LARGEST_BITS = 128
LARGEST = 2**LARGEST_BITS
MOST_SLICES = 1_000
"""An iceberg is matched slice by slice: without a bound one order could hold the book for ever."""


class Side(Enum):
    BUY = "buy"
    SELL = "sell"

    @property
    def other(self) -> "Side":
        return Side.SELL if self is Side.BUY else Side.BUY


class TimeInForce(Enum):
    """How an order may trade: ``POST_ONLY`` rests till cancelled and never takes."""

    GTC = "good_till_cancelled"
    IOC = "immediate_or_cancel"
    FOK = "fill_or_kill"
    POST_ONLY = "post_only"


class SelfTrade(Enum):
    """What becomes of two orders of one owner that meet; the arriving order's choice holds."""

    CANCEL_NEWEST = "cancel_newest"
    CANCEL_OLDEST = "cancel_oldest"
    DECREMENT_BOTH = "decrement_both"


class Because(Enum):
    ASKED = "asked"
    NOT_FILLED = "not_filled"
    SELF_TRADE = "self_trade"


class Placed(Struct, frozen=True, gc=False, tag="placed"):
    """An order was accepted; its sequence is its id.

    Attributes:
        shown: the most an iceberg shows at a time; none for any other order.
    """

    sequence: int
    owner: str
    side: Side
    price: int
    quantity: int
    shown: int | None
    time_in_force: TimeInForce
    self_trade: SelfTrade


class Filled(Struct, frozen=True, gc=False, tag="filled"):
    """``taker_id`` arrived with ``side`` and traded with ``maker_id`` at the maker's price."""

    sequence: int
    taker_id: int
    maker_id: int
    price: int
    quantity: int
    side: Side
    taker: str
    maker: str


class Decremented(Struct, frozen=True, gc=False, tag="decremented"):
    """Two orders of one owner met: both lost ``quantity``, nothing was traded."""

    sequence: int
    taker_id: int
    maker_id: int
    quantity: int


class Refreshed(Struct, frozen=True, gc=False, tag="refreshed"):
    """An iceberg's next slice joined the back of its level."""

    sequence: int
    order_id: int
    shown: int


class Amended(Struct, frozen=True, gc=False, tag="amended"):
    """``quantity`` is the order's whole quantity, what had been filled before included."""

    sequence: int
    order_id: int
    price: int
    quantity: int


class Cancelled(Struct, frozen=True, gc=False, tag="cancelled"):
    """``quantity`` is what had still been open."""

    sequence: int
    order_id: int
    quantity: int
    because: Because


Event = Placed | Filled | Decremented | Refreshed | Amended | Cancelled


class Receipt(Struct, frozen=True, gc=False):
    """What became of a command at once: filled + resting + cancelled is what was asked for.

    Attributes:
        value: Σ price × quantity of the fills, in ticks × base units.
        cancelled: not filled in time, or given up so as not to trade with oneself.
    """

    order_id: int
    filled: int
    value: int
    resting: int
    cancelled: int


class DepthLevel(Struct, frozen=True, gc=False):
    """What a level shows; icebergs hide the rest."""

    price: int
    quantity: int


class Depth(Struct, frozen=True):
    """Best levels first, as of an event's sequence."""

    sequence: int
    bids: tuple[DepthLevel, ...]
    asks: tuple[DepthLevel, ...]


class RestingOrder(Struct, frozen=True, gc=False):
    """An order as the book holds it.

    Attributes:
        terms: as it was placed; price and quantity may have been amended since.
        quantity: whole, fills included.
        visible: of the open quantity, what the level shows now.
        hidden: of the open quantity, the rest.
    """

    terms: Placed
    price: int
    quantity: int
    visible: int
    hidden: int

    @property
    def order_id(self) -> int:
        return self.terms.sequence

    @property
    def open(self) -> int:
        return self.visible + self.hidden


class Checkpoint(Struct, frozen=True):
    """All of a book as of an event's sequence; orders of a side in priority."""

    sequence: int
    bids: tuple[RestingOrder, ...]
    asks: tuple[RestingOrder, ...]
