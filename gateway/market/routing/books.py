"""Markets of our own order book as outlets: what the desk would get from others' orders in them."""

from dataclasses import dataclass, replace

from gateway.market.book.events import Side
from gateway.market.routing.outlets import BookOutlet
from gateway.market.snapshots import BookState, MarketSnapshot

MAX_AGE_MS = 10_000
"""A book that was read longer ago is another one by now."""


@dataclass(frozen=True, slots=True)
class BookTaking:
    """What to send to a market for a part of a split: ``units`` of the base at ``price`` ticks or
    better."""

    market: str
    side: Side
    units: int
    price: int


@dataclass(frozen=True, slots=True)
class BookPlace:
    """One side of a market, as seen by who gives one of its assets.

    Attributes:
        side: the desk's.
        levels: (ticks, lots) of the orders it would meet, best first.
    """

    book: BookState
    side: Side
    levels: tuple[tuple[int, int], ...]

    @property
    def name(self) -> str:
        """Of its outlet."""
        return f"book:{self.book.market}"

    @property
    def outlet(self) -> BookOutlet:
        """Base units for base units; a lot is taken in parts here, which the book itself won't."""
        return BookOutlet(self.name, tuple(self._level(*each) for each in self.levels))

    @property
    def room(self) -> int:
        """Base units that all its levels take."""
        return sum(lots * self._lot_in(ticks) for ticks, lots in self.levels)

    def limited(self, most_in: int, *, least_out: tuple[int, int] = (0, 1)) -> "BookPlace":
        """The same, no deeper than whole lots for at most so many base units.

        Args:
            least_out: base units out for units in, a ratio: levels that give less are left out.
        """
        left, levels = most_in, []
        for ticks, there in self.levels:
            cost = self._lot_in(ticks)
            taken = min(there, left // cost)
            if taken <= 0 or self._lot_out(ticks) * least_out[1] < cost * least_out[0]:
                break
            left -= taken * cost
            levels.append((ticks, taken))
        return replace(self, levels=tuple(levels))

    def taking(self, amount_in: int) -> BookTaking | None:
        """Whole lots for at most so much, and the last level that they reach; None below a lot."""
        left, lots, price = amount_in, 0, 0
        for ticks, there in self.levels:
            cost = self._lot_in(ticks)
            taken = min(there, left // cost)
            if not taken:
                break
            left -= taken * cost
            lots, price = lots + taken, ticks
        if not lots:
            return None
        return BookTaking(self.book.market, self.side, lots * self.book.lot_units, price)

    def _level(self, ticks: int, lots: int) -> tuple[int, int, int]:
        quote, base = ticks * self.book.tick_units, self.book.lot_units
        if self.side is Side.SELL:
            return quote, base, lots * base
        return base, quote, lots * quote

    def _lot_out(self, ticks: int) -> int:
        """What a lot brings of what is taken."""
        return ticks * self.book.tick_units if self.side is Side.SELL else self.book.lot_units

    def _lot_in(self, ticks: int) -> int:
        """What a lot costs of what is given."""
        return self.book.lot_units if self.side is Side.SELL else ticks * self.book.tick_units


def book_places(
    snapshot: MarketSnapshot, *, token_in: str, token_out: str, now_ms: int
) -> dict[str, BookPlace]:
    """Every market where the desk can give one token for the other, by its outlet's name.

    A book that is stale, from the future, crossed or senseless is left out.
    """
    found = {}
    for book in snapshot.books:
        if not is_fresh(book, snapshot, now_ms=now_ms):
            continue
        place = place_in(book, token_in=token_in, token_out=token_out)
        if place is not None:
            found[place.name] = place
    return found


def is_fresh(book: BookState, snapshot: MarketSnapshot, *, now_ms: int) -> bool:
    """Whether a book is neither stale nor from the future."""
    return -snapshot.policy.future_tolerance_ms <= now_ms - book.at_ms <= MAX_AGE_MS


def place_in(book: BookState, *, token_in: str, token_out: str) -> BookPlace | None:
    """The side of a market that takes one token for the other; None where there is none, or the
    book is crossed or senseless."""
    if (token_in, token_out) == (book.base, book.quote):
        place = BookPlace(book, Side.SELL, book.bids)
    elif (token_in, token_out) == (book.quote, book.base):
        place = BookPlace(book, Side.BUY, book.asks)
    else:
        return None
    if not place.levels:
        return None
    if book.bids and book.asks and book.bids[0][0] >= book.asks[0][0]:
        return None
    try:
        _ = place.outlet
    except ValueError:
        return None
    return place
