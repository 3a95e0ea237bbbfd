"""What a demand for quotes is answered with, and how an invoice keeps it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache

import msgspec

from gateway.market.errors import QuoteRefused
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT, Asset
from gateway.money.rates import Rate

# The same few assets are named over and over; checking a code's shape costs more than the lookup.
asset_of = lru_cache(maxsize=4_096)(Asset)


@lru_cache(maxsize=4_096)
def _bps(ppm: int) -> str:
    return f"{ppm / 100:.2f}"


class SourceUsed(msgspec.Struct, frozen=True, omit_defaults=True):
    """A witness of the price, as the invoice remembers it."""

    name: str
    age_ms: int
    simulated: bool = False


class QuoteParts(msgspec.Struct, frozen=True, omit_defaults=True):
    """What lies between the fair value and the rate.

    Attributes:
        fair: price of one whole token in the pricing currency, in words.
        spread_ppm, lock_premium_ppm, fill_ppm: millionths kept for the desk, for the promise,
            and for the venue's fee and impact.
        base_ppm, skew_ppm, age_ppm, flow_ppm, toxicity_ppm, deviation_ppm, widened_ppm: what the
            spread is the clamped sum of: without inventory, for inventory, for the witnesses' age,
            for one-sided flow, for informed flow, for witnesses that differ, for a state of risk.
        strategic_share_ppm: share of the shop's payers that the premium takes for strategic.
        gas_units: base units of the token for collecting and swapping it.
        fee_bps: the gateway's fee, taken from the shop's credit, not added to what is due.
    """

    fair: str
    spread_ppm: int = 0
    lock_premium_ppm: int = 0
    fill_ppm: int = 0
    gas_units: int = 0
    fee_bps: int = 0
    base_ppm: int = 0
    skew_ppm: int = 0
    age_ppm: int = 0
    flow_ppm: int = 0
    toxicity_ppm: int = 0
    deviation_ppm: int = 0
    widened_ppm: int = 0
    strategic_share_ppm: int = 1_000_000

    def shown(self) -> dict[str, str | int]:
        """The parts as the API and the pages show them: basis points with two decimals."""
        return {
            "fair": self.fair,
            "spread_bps": self.spread_bps,
            "base_bps": _bps(self.base_ppm),
            "skew_bps": _bps(self.skew_ppm),
            "age_bps": _bps(self.age_ppm),
            "flow_bps": _bps(self.flow_ppm),
            "toxicity_bps": _bps(self.toxicity_ppm),
            "deviation_bps": _bps(self.deviation_ppm),
            "widened_bps": _bps(self.widened_ppm),
            "lock_premium_bps": self.lock_premium_bps,
            "fill_bps": _bps(self.fill_ppm),
            "gas_units": str(self.gas_units),
            "fee_bps": self.fee_bps,
        }

    @property
    def spread_bps(self) -> str:
        return _bps(self.spread_ppm)

    @property
    def lock_premium_bps(self) -> str:
        return _bps(self.lock_premium_ppm)


# Grows whenever the same inputs are priced otherwise.
MODEL = 3


class Quote(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A promised rate: ``units`` of ``asset`` pay ``pricing_units`` in full, until ``lock_end``.

    Attributes:
        units: base units due, gas included, rounded up to what a wallet can show.
        places: decimals of the token that the amount uses at most.
        token_pricing: pricing units per token unit, as (numerator, denominator); exact.
        pricing_settlement: settlement units per pricing unit, likewise.
        settlement_units: what a full payment credits before the fee.
        minimum, maximum: pricing units that one invoice in this asset may be of; 0: unbounded.
        model: of pricing, by which the quote can be replayed.
        grace_seconds: how long after ``lock_end`` a first block is still in time.
        raised_from: the units that the market alone asked for, where an older promise of the same
            asset asked for more (``raising``); 0: these.
    """

    asset: str
    decimals: int
    units: int
    places: int
    pricing: str
    pricing_units: int
    settlement: str
    settlement_decimals: int
    settlement_units: int
    token_pricing: tuple[int, int]
    pricing_settlement: tuple[int, int]
    parts: QuoteParts
    sources: tuple[SourceUsed, ...] = ()
    minimum: int = 0
    maximum: int = 0
    snapshot_version: int
    priced_at: datetime
    lock_end: datetime
    grace_seconds: int = 0
    model: int = 1
    raised_from: int = 0

    @property
    def token_asset(self) -> Asset:
        return asset_of(self.asset, self.decimals)

    @property
    def pricing_asset(self) -> Asset:
        return FIAT[self.pricing]

    @property
    def settlement_asset(self) -> Asset:
        return asset_of(self.settlement, self.settlement_decimals)

    @property
    def due(self) -> Amount:
        return Amount(self.units, self.token_asset)

    @property
    def token_rate(self) -> Rate:
        """Token to pricing currency."""
        return Rate(*self.token_pricing, self.token_asset, self.pricing_asset)

    @property
    def settlement_rate(self) -> Rate:
        """Pricing currency to settlement asset."""
        return Rate(*self.pricing_settlement, self.pricing_asset, self.settlement_asset)

    def pricing_value(self, units: int) -> Amount:
        """What ``units`` of the token count toward the invoice, rounded down."""
        numerator, denominator = self.token_pricing
        return Amount(units * numerator // denominator, self.pricing_asset)

    def credit(self, units: int) -> Amount:
        """Settlement units for ``units`` of the token at the lock, before the fee, rounded down.

        Parts of a payment never add up to more than the whole would have credited.
        """
        return Amount(units * self.settlement_units // self.units, self.settlement_asset)

    def fee(self, credit: Amount) -> Amount:
        """The gateway's part of a credit, rounded down."""
        return credit.share_bps(self.parts.fee_bps)

    def in_time(self, first_block_time: datetime) -> bool:
        """Whether a deposit first mined then is owed this quote."""
        return first_block_time <= self.lock_end + timedelta(seconds=self.grace_seconds)


class QuoteRefusal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why an asset isn't offered, with a stable code."""

    asset: str
    code: str
    message: str
    hint: str = ""
    minimum: int = 0
    maximum: int = 0


class Bounded(QuoteRefused):
    """A refusal that can say between what the amount would have to lie."""

    def __init__(self, cause: QuoteRefused, minimum: int, maximum: int) -> None:
        super().__init__(cause.message, code=cause.code, hint=cause.hint)
        self.minimum = minimum
        self.maximum = maximum


def refusal_of(code: str, refused: QuoteRefused) -> QuoteRefusal:
    bounded = refused if isinstance(refused, Bounded) else None
    return QuoteRefusal(
        asset=code,
        code=refused.code,
        message=refused.message,
        hint=refused.hint,
        minimum=bounded.minimum if bounded else 0,
        maximum=bounded.maximum if bounded else 0,
    )


def decode_quotes(content: bytes | str) -> list[Quote]:
    """Quotes from their stored JSON."""
    return msgspec.json.decode(content, type=list[Quote])


def encode_quotes(quotes: Iterable[Quote]) -> bytes:
    """Quotes as the JSON that an invoice's one column keeps."""
    return msgspec.json.encode(list(quotes))
