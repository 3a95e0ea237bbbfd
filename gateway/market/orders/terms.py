"""What a market trades in, and what orders in it hold and pay. Pure, exact.

The book counts lots and ticks. A lot is so many base units of the base, a tick so many base units
of the quote for a lot: any number of lots at any number of ticks is a whole amount of both, and
nothing is ever rounded but a fee.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from gateway.market.book.errors import (
    NotAnInteger,
    PriceNotPositive,
    QuantityNotPositive,
    QuantityTooLarge,
)
from gateway.market.book.events import LARGEST, Side
from gateway.market.orders.errors import BadMarketTerms, NotOnTick, NotWholeLots
from gateway.money.amounts import MAX_TEXT_LENGTH
from gateway.money.assets import Asset

PPM = 1_000_000
MOST_FEE_PPM = 100_000
DESK = "desk"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketTerms:
    """
    Attributes:
        lot_units: base units of ``base`` in a lot; a power of ten, so that prices are decimals.
        tick_units: base units of ``quote`` that a tick adds to the price of a lot.
        maker_fee_ppm, taker_fee_ppm: millionths of a fill's quote, for whose order rested and for
            who arrived. The desk pays none: it would pay itself.

    Raises:
        BadMarketTerms
    """

    base: Asset
    quote: Asset
    lot_units: int
    tick_units: int
    maker_fee_ppm: int = 0
    taker_fee_ppm: int = 0

    def __post_init__(self) -> None:
        if self.base.code == self.quote.code:
            raise BadMarketTerms
        if self.lot_units < 1 or str(self.lot_units).rstrip("0") != "1" or self.tick_units < 1:
            raise BadMarketTerms
        for fee_ppm in (self.maker_fee_ppm, self.taker_fee_ppm):
            if not 0 <= fee_ppm < MOST_FEE_PPM:
                raise BadMarketTerms

    # ── amounts ─────────────────────────────────────────────────────────────────────────────

    def lots_of(self, units: int) -> int:
        """How many lots ``units`` base units are.

        Raises:
            NotWholeLots, NotAnInteger, QuantityNotPositive, QuantityTooLarge
        """
        if type(units) is not int:
            raise NotAnInteger(field="units")
        if units <= 0:
            raise QuantityNotPositive(field="units")
        if units > LARGEST:
            raise QuantityTooLarge(field="units")
        lots, rest = divmod(units, self.lot_units)
        if rest:
            raise NotWholeLots
        return lots

    def base_units(self, lots: int) -> int:
        return lots * self.lot_units

    def quote_units(self, value: int) -> int:
        """Base units of the quote for Σ ticks × lots."""
        return value * self.tick_units

    def fee_units(self, *, owner: str, value: int, is_maker: bool) -> int:
        """Of the quote, rounded down."""
        if owner == DESK:
            return 0
        fee_ppm = self.maker_fee_ppm if is_maker else self.taker_fee_ppm
        return self.quote_units(value) * fee_ppm // PPM

    def reserve_units(self, *, owner: str, side: Side, lots: int, price: int) -> int:
        """What an order with so much open holds of its owner's balance, whatever comes of it.

        Of the base for a sale, of the quote for a purchase, its fee included. Rounding down a sum
        takes at least what rounding down its parts takes: fills never cost more than was held.
        """
        if side is Side.SELL:
            return self.base_units(lots)
        units = self.quote_units(lots * price)
        if owner == DESK:
            return units
        return units + units * max(self.maker_fee_ppm, self.taker_fee_ppm) // PPM

    def affordable_lots(self, *, owner: str, side: Side, price: int, units: int) -> int:
        """The most lots for which ``units`` are enough to hold."""
        if units <= 0:
            return 0
        if side is Side.SELL:
            return units // self.lot_units
        lots = units // self.quote_units(price)
        fee_ppm = 0 if owner == DESK else max(self.maker_fee_ppm, self.taker_fee_ppm)
        lots = lots * PPM // (PPM + fee_ppm)
        while self.reserve_units(owner=owner, side=side, lots=lots + 1, price=price) <= units:
            lots += 1
        return lots

    def held_asset(self, side: Side) -> Asset:
        """What an order of this side holds."""
        return self.base if side is Side.SELL else self.quote

    # ── prices ──────────────────────────────────────────────────────────────────────────────

    @property
    def price_places(self) -> int:
        """Decimals of a price of a whole base in whole quotes."""
        return max(0, -self._exponent)

    def price_text(self, ticks: int) -> str:
        """Whole quotes for a whole base, as a plain decimal."""
        units, places = ticks * self.tick_units, self.price_places
        digits = str(units * int(10 ** max(0, self._exponent))).rjust(places + 1, "0")
        return f"{digits[:-places]}.{digits[-places:]}" if places else digits

    def ticks_of(self, text: str) -> int:
        """The ticks of a price that a person wrote: whole quotes for a whole base.

        Raises:
            NotOnTick, PriceNotPositive
        """
        try:
            if not isinstance(text, str) or len(text) > MAX_TEXT_LENGTH or not text.isascii():
                raise NotOnTick
            price = Decimal(text)
        except InvalidOperation:
            raise NotOnTick from None
        if not price.is_finite() or abs(price.adjusted()) > MAX_TEXT_LENGTH:
            raise NotOnTick
        numerator, denominator = price.as_integer_ratio()
        if numerator <= 0:
            raise PriceNotPositive
        if self._exponent < 0:
            numerator *= int(10**-self._exponent)
        else:
            denominator *= int(10**self._exponent)
        ticks, rest = divmod(numerator, denominator * self.tick_units)
        if rest or ticks <= 0:
            raise NotOnTick
        return ticks

    def fair_ticks(self, *, base_usd: int, quote_usd: int) -> int:
        """Ticks nearest below the price at which a whole of each is worth so many e18 dollars."""
        numerator = base_usd * self.lot_units * int(10**self.quote.decimals)
        return numerator // (quote_usd * int(10**self.base.decimals) * self.tick_units)

    @property
    def _exponent(self) -> int:
        lot_places = len(str(self.lot_units)) - 1
        return self.base.decimals - lot_places - self.quote.decimals
