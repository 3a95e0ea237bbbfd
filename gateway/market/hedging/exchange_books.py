"""An exchange's book beside the pools: whether it can be believed, and what it would give. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from gateway.market.exchanges.places import Depth, Level, MarketRules
from gateway.market.hedging.deciding import E18, PPM, Side
from gateway.market.routing.outlets import BookOutlet

AHEAD_MS = 5_000
"""How far an exchange's clock may be ahead of ours."""


class BookFault(Enum):
    """Why a book is not traded on. Stable codes."""

    EMPTY = "book_empty"
    CROSSED = "book_crossed"
    NONSENSE = "book_nonsense"
    STALE = "book_stale"
    OFF_FAIR_VALUE = "book_off_fair_value"


@dataclass(frozen=True, slots=True)
class Belief:
    """
    Attributes:
        max_age_ms: an older book is none.
        max_gap_ppm: how far its best prices may be from our fair value, either way.
    """

    max_age_ms: int
    max_gap_ppm: int


def fault_of(depth: Depth, belief: Belief, *, fair: int, now_ms: int) -> BookFault | None:
    """What is wrong with a book; None if it can be believed.

    Too good a price is as much a lie as too bad a one: whoever tells it means us to trade.

    Args:
        fair: e18 of the quote for a whole base.
    """
    if not depth.bids or not depth.asks:
        return BookFault.EMPTY
    for side, sign in ((depth.bids, -1), (depth.asks, 1)):
        prices = [sign * level.price for level in side]
        if prices != sorted(prices) or any(min(each.price, each.size) <= 0 for each in side):
            return BookFault.NONSENSE
    bid, ask = depth.bids[0].price, depth.asks[0].price
    if bid >= ask:
        return BookFault.CROSSED
    if not -AHEAD_MS <= now_ms - depth.at_ms <= belief.max_age_ms:
        return BookFault.STALE
    if any(is_off(price, fair=fair, gap_ppm=belief.max_gap_ppm) for price in (bid, ask)):
        return BookFault.OFF_FAIR_VALUE
    return None


def is_off(price: int, *, fair: int, gap_ppm: int) -> bool:
    """Whether a price is further from the fair value than so many millionths of it."""
    return abs(price - fair) * PPM > fair * gap_ppm


@dataclass(frozen=True, slots=True)
class Offer:
    """What an exchange's market offers to one side of a hedge.

    Attributes:
        exchange: its name.
        base_decimals, quote_decimals: of our assets.
        most_in: base units of what is given that may go in: what lies there, and the limits.
        fixed_cost: base units of what is taken that using it costs at all.
    """

    exchange: str
    side: Side
    depth: Depth
    rules: MarketRules
    base_decimals: int
    quote_decimals: int
    most_in: int
    fixed_cost: int = 0

    @property
    def name(self) -> str:
        return f"exchange:{self.exchange}"

    @property
    def levels(self) -> tuple[Level, ...]:
        """Those that it takes from, best first."""
        return self.depth.bids if self.side is Side.SELL else self.depth.asks

    @property
    def base_scale(self) -> int:
        """e18 in one base unit of the base; quote_scale: of the quote."""
        return E18 // int(10**self.base_decimals)

    @property
    def quote_scale(self) -> int:
        return E18 // int(10**self.quote_decimals)

    def outlet(self) -> BookOutlet | None:
        """Its book as an outlet of the split, fee taken off, no deeper than may go in."""
        levels = tuple(self._limited(self._levels_in()))
        return BookOutlet(self.name, levels, self.fixed_cost) if levels else None

    def _levels_in(self) -> Iterator[tuple[int, int, int]]:
        """(units out, for units in, units in that it takes) of each level."""
        kept = PPM - self.rules.taker_fee_ppm
        for level in self.levels:
            if self.side is Side.SELL:
                yield (
                    level.price * kept * self.base_scale,
                    E18 * PPM * self.quote_scale,
                    level.size // self.base_scale,
                )
            else:
                yield (
                    E18 * kept * self.quote_scale,
                    level.price * PPM * self.base_scale,
                    level.size * level.price // (E18 * self.quote_scale),
                )

    def _limited(self, levels: Iterator[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
        left = self.most_in
        for numerator, denominator, size in levels:
            taken = min(size, left)
            if taken > 0:
                yield numerator, denominator, taken
            left -= taken


def room_of(offers: Sequence[Offer]) -> int:
    """Base units that all of them together take, by what may go in and by their depth."""
    outlets = [offer.outlet() for offer in offers]
    return sum(size for outlet in outlets if outlet is not None for _, _, size in outlet.levels)
