"""What the measures say, as values. Pure.

Dollars are whole micro-dollars (``_usd_e6``) wherever they are added up, so that a coffee's spread
is not rounded away before it is summed; ``cents_of`` and ``bps_of`` are what people are shown.
Units are base units. Whatever is good for the desk is positive. None is *missing*: nobody knew the
price then, and none was made up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

BPS = 10_000
PPM = 1_000_000
USD_E6_PER_CENT = 10_000

Mode = Literal["test", "live"]
"""A desk's money is a test chain's or a live one's; no sum mixes them."""

HORIZON_SECONDS = (1, 10, 60, 300)
"""How long after a fill its value is looked at again."""
REALISED_SECONDS = 60
"""The horizon that the realised spread is taken at."""


def cents_of(usd_e6: int) -> int:
    """US cents of micro-dollars, to the nearest, halves away from zero."""
    cents = (2 * abs(usd_e6) + USD_E6_PER_CENT) // (2 * USD_E6_PER_CENT)
    return cents if usd_e6 >= 0 else -cents


def bps_of(part: int, whole: int) -> int | None:
    """Basis points that ``part`` is of ``whole``, to the nearest; None of nothing."""
    if whole <= 0:
        return None
    bps = (2 * abs(part) * BPS + whole) // (2 * whole)
    return bps if part >= 0 else -bps


class FillKind(StrEnum):
    """Who was on the other side of an exchange of the desk's."""

    PAYMENT = "payment"
    """a shopper: the desk took their token and owes the shop its settlement asset"""
    SALE = "sale"
    """a pool: what shoppers paid was sold in a batch"""
    HEDGE = "hedge"
    """a pool or an exchange: a position was closed"""
    CONVERSION = "conversion"
    """a shop: a refund or a payout in another asset than its balance"""
    BOOK = "book"
    """another owner in our own order book, whichever of the two arrived"""


@dataclass(frozen=True, slots=True)
class QuotedParts:
    """What a payment's quote kept, in millionths of what was paid; gas in base units of it."""

    spread_ppm: int
    lock_premium_ppm: int
    fill_ppm: int
    gas_units: int


@dataclass(frozen=True, slots=True)
class Markout:
    """What a fill's two sides were worth together at one time, to the desk.

    Attributes:
        seconds: after the fill; 0 at the fill itself; None at the time its rate was promised.
        usd_e6: what the desk took less what it gave, at fair values of that time; None is missing.
        pending: that time is yet to come.
    """

    seconds: int | None
    usd_e6: int | None
    pending: bool = False

    @property
    def cents(self) -> int | None:
        return None if self.usd_e6 is None else cents_of(self.usd_e6)


@dataclass(frozen=True, slots=True)
class Fill:
    """One exchange that the desk made, with what it turned out to be worth.

    Attributes:
        entry_id: the ledger entry that booked it; ``key`` names what happened.
        promised_at: when its rate was promised; None for a fill that nobody was promised.
        filled_at: credited to the shop; of a swap: when it was mined.
        asset: the one of the two that was paid with, sold, or hedged.
        notional_usd_e6: the other one, at its fair value at the fill; None is missing.
        markouts: at the promise, at the fill, and after each of ``HORIZON_SECONDS``, in order.
    """

    entry_id: UUID
    key: str
    kind: FillKind
    booked_at: datetime
    promised_at: datetime | None
    filled_at: datetime
    shop_id: UUID | None
    invoice_id: UUID | None
    asset: str
    took_asset: str
    took_units: int
    gave_asset: str
    gave_units: int
    notional_usd_e6: int | None
    quoted: QuotedParts | None
    markouts: tuple[Markout, ...]
    reversed: bool

    def bps(self, markout: Markout) -> int | None:
        """A markout in basis points of the notional."""
        if markout.usd_e6 is None or self.notional_usd_e6 is None:
            return None
        return bps_of(markout.usd_e6, self.notional_usd_e6)


@dataclass(frozen=True, slots=True)
class MarkoutSum:
    """Fills of a group at one of the times.

    Attributes:
        seconds: as in ``Markout``.
        fills: whose value at that time is known; usd_e6, notional_usd_e6: of those, added up.
        missing: whose value at that time nobody knew. What is pending is in neither.
    """

    seconds: int | None
    fills: int
    missing: int
    usd_e6: int
    notional_usd_e6: int

    @property
    def bps(self) -> int | None:
        """Weighed by the notionals."""
        return bps_of(self.usd_e6, self.notional_usd_e6)

    @property
    def cents(self) -> int:
        return cents_of(self.usd_e6)


@dataclass(frozen=True, slots=True)
class FillGroup:
    """Fills of a group added up; what the group isn't by is None.

    Attributes:
        asset: what was paid with, sold, or hedged.
        fills: all of them; what a reorg took back stays counted, as it was a fill when it was made.
        markouts: at the promise, at the fill, and after each of ``HORIZON_SECONDS``, in order.
        quoted_usd_e6: the spread part of the quotes, at issue; quoted_notional_usd_e6: of what.
    """

    kind: FillKind
    day: date | None
    asset: str | None
    shop_id: UUID | None
    fills: int
    markouts: tuple[MarkoutSum, ...]
    quoted_usd_e6: int
    quoted_notional_usd_e6: int

    def at(self, seconds: int | None) -> MarkoutSum:
        """The sums at one of the times. Raises LookupError for another."""
        for each in self.markouts:
            if each.seconds == seconds:
                return each
        raise LookupError(seconds)

    @property
    def quoted_spread_bps(self) -> int | None:
        """The half spread that the quotes showed when they were issued, lock premium left out."""
        return bps_of(self.quoted_usd_e6, self.quoted_notional_usd_e6)

    @property
    def edge_at_issue_bps(self) -> int | None:
        """All that lay between the quote and the fair value when it was issued."""
        return self.at(None).bps

    @property
    def realised_spread_bps(self) -> int | None:
        """The fill against the fair value a minute after."""
        return self.at(REALISED_SECONDS).bps


class Line(StrEnum):
    """A step of the waterfall, in the order it is drawn. Income stands positive, cost negative."""

    QUOTED_SPREAD = "quoted_spread"
    LOCK_PREMIUM = "lock_premium"
    CHARGED_FILL = "charged_fill"
    """what quotes charge for the pools' own fee"""
    CHARGED_GAS = "charged_gas"
    """what quotes charge for collecting and selling"""
    VALUATION = "valuation"
    """what was bought below its fair value at the promise besides: at the worse of spot and
    average, and rounded up to what a wallet shows"""
    FEE = "fee"
    """the gateway's fee: account ``fees``"""
    LOCK_MOVE = "lock_move"
    """what the market did between the promise and the credit; losses negative"""
    UNSPLIT = "unsplit"
    """payments' edge at the credit where nobody knew the fair value at the promise"""
    CONVERSION = "conversion"
    """refunds and payouts in another asset, against fair value"""
    SLIPPAGE = "slippage"
    """sales of what was taken in, against fair value when they were mined"""
    HEDGING = "hedging"
    """hedges, the same"""
    BOOK = "book"
    """the desk's trades in our own order book, against fair value"""
    BOOK_FEES = "book_fees"
    """what others paid to trade there: account ``fees``; the desk pays none"""
    RANGES = "ranges"
    """what pools traded of the desk's ranges, against fair value when they came back"""
    RANGE_FEES = "range_fees"
    """what those ranges earned: account ``fees``"""
    GAS = "gas"
    """account ``gas``"""
    VENUE_FEES = "venue_fees"
    """account ``venue_fees``"""
    REVERSAL = "reversal"
    """payments that reorgs took back, on ``desk``"""
    OTHER = "other"
    """whatever else was posted to these accounts"""


GROSS = (
    Line.QUOTED_SPREAD,
    Line.LOCK_PREMIUM,
    Line.CHARGED_FILL,
    Line.CHARGED_GAS,
    Line.VALUATION,
    Line.FEE,
)


@dataclass(frozen=True, slots=True)
class LineSum:
    """A step of the waterfall.

    Attributes:
        usd_e6: to the house; by asset in ``by_asset``, by the token that was traded.
        accounts, kinds: the ledger's postings that it is the sum of: those of these accounts in
            entries of these kinds; the lines of a payment's edge share one and the same postings.
        postings: how many they are.
        unvalued: of these, whose price nobody knew; they are in no dollar figure here.
    """

    line: Line
    usd_e6: int
    by_asset: Mapping[str, int]
    accounts: tuple[str, ...]
    kinds: tuple[str, ...]
    postings: int
    unvalued: int

    @property
    def cents(self) -> int:
        return cents_of(self.usd_e6)


@dataclass(frozen=True, slots=True)
class AccountSum:
    """What a period moved on one of the accounts, by the measures' own count.

    Attributes:
        units: base units, debits positive, as the ledger counts.
        usd_e6: to the house (credits positive), each posting at the fair value of its own time.
        unvalued: postings without a price.
    """

    account: str
    asset: str
    units: int
    usd_e6: int
    postings: int
    unvalued: int


@dataclass(frozen=True, slots=True)
class Waterfall:
    """From the quoted spread to the result, each posting at the fair value of its own time.

    What the desk's holdings gained or lost while it held them is not in it: see ``PositionLine``.
    ``result_usd_e6`` is the sum of the lines and, to the last millionth, that of ``accounts``.

    Attributes:
        through: the ledger was read up to here; what was booked later is not in it yet.
    """

    mode: Mode
    first: date
    last: date
    through: datetime | None
    lines: tuple[LineSum, ...]
    accounts: tuple[AccountSum, ...]

    @property
    def result_usd_e6(self) -> int:
        return sum(line.usd_e6 for line in self.lines)

    @property
    def gross_usd_e6(self) -> int:
        return sum(line.usd_e6 for line in self.lines if line.line in GROSS)

    @property
    def unvalued(self) -> int:
        return sum(account.unvalued for account in self.accounts)


@dataclass(frozen=True, slots=True)
class LedgerDifference:
    """Where the measures' units are not the ledger's: there should be none."""

    account: str
    asset: str
    measured_units: int
    ledger_units: int


@dataclass(frozen=True, slots=True)
class LinkedEntry:
    """A ledger entry behind a number.

    Attributes:
        units: base units on the line's accounts by (account, asset), debits positive.
        refs: what leads back to the deposit, the batch, the hedge.
    """

    entry_id: UUID
    key: str
    kind: str
    booked_at: datetime
    shop_id: UUID | None
    refs: Mapping[str, str]
    units: Mapping[tuple[str, str], int]
