"""Rates: an exact ratio of two assets, with its direction named."""

import enum
from dataclasses import dataclass
from math import gcd

from gateway.money.amounts import _PLAIN, MAX_TEXT_LENGTH, Amount
from gateway.money.assets import Asset
from gateway.money.errors import AssetMismatch, BadRate, NotANumber

BPS = 10_000
PPM = 1_000_000


class Rounding(enum.Enum):
    """Which way the last base unit goes. What is owed to us rounds up; what we owe, down."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Rate:
    """``numerator / denominator`` base units of ``quote`` for one base unit of ``base``.

    Always positive and in lowest terms: there is no zero, missing or default rate.
    """

    numerator: int
    denominator: int
    base: Asset
    quote: Asset

    def __post_init__(self) -> None:
        numerator, denominator = self.numerator, self.denominator
        if type(numerator) is not int or type(denominator) is not int:
            raise TypeError("a rate is a ratio of two ints")
        if numerator <= 0 or denominator <= 0:
            raise BadRate(f"No rate from {self.base.code} to {self.quote.code}.")
        divisor = gcd(numerator, denominator)
        if divisor != 1:
            object.__setattr__(self, "numerator", numerator // divisor)
            object.__setattr__(self, "denominator", denominator // divisor)

    @classmethod
    def from_price(cls, text: str, *, base: Asset, quote: Asset) -> "Rate":
        """The rate of a price in words: one whole ``base`` costs ``text`` whole ``quote``.

        Raises:
            NotANumber: not a plain decimal.
            BadRate: zero or negative.
        """
        match = (
            _PLAIN.fullmatch(text)
            if isinstance(text, str) and len(text) <= MAX_TEXT_LENGTH
            else None
        )
        if match is None:
            raise NotANumber(f"{str(text)[:40]!r} is not a price.")
        sign, whole, fraction = match.group(1), match.group(2), match.group(3) or ""
        if sign:
            raise BadRate(f"A price of {base.code} cannot be negative.")
        return cls(
            int(whole + fraction) * quote.one,
            10 ** len(fraction) * base.one,
            base=base,
            quote=quote,
        )

    @classmethod
    def of(cls, *, base: Amount, quote: Amount) -> "Rate":
        """The rate at which ``base`` is worth exactly ``quote``."""
        return cls(quote.units, base.units, base.asset, quote.asset)

    def convert(self, amount: Amount, *, rounding: Rounding) -> Amount:
        """``amount`` of the base in the quote asset; UP is toward more, DOWN toward less."""
        if amount.asset != self.base:
            raise AssetMismatch(f"A rate from {self.base.code} cannot convert {amount.asset.code}.")
        return Amount(self.convert_units(amount.units, rounding=rounding), self.quote)

    def convert_units(self, units: int, *, rounding: Rounding) -> int:
        """As ``convert``, on bare base units, for loops that hold the assets already."""
        if rounding is Rounding.DOWN:
            return units * self.numerator // self.denominator
        return -(-units * self.numerator // self.denominator)

    def inverse(self) -> "Rate":
        return Rate(self.denominator, self.numerator, self.quote, self.base)

    def then(self, other: "Rate") -> "Rate":
        """This rate followed by ``other``: base of this to quote of that."""
        if other.base != self.quote:
            raise AssetMismatch(f"{self.quote.code} does not lead on from {other.base.code}.")
        return Rate(
            self.numerator * other.numerator,
            self.denominator * other.denominator,
            self.base,
            other.quote,
        )

    def worsened_ppm(self, ppm: int) -> "Rate":
        """The rate that gives ``ppm`` millionths less of the quote asset for the base."""
        if not 0 <= ppm < PPM:
            raise BadRate(f"A rate cannot be worsened by {ppm} millionths.")
        return Rate(self.numerator * (PPM - ppm), self.denominator * PPM, self.base, self.quote)

    def worsened_bps(self, bps: int) -> "Rate":
        """The rate that gives ``bps`` ten-thousandths less of the quote asset for the base."""
        if not 0 <= bps < BPS:
            raise BadRate(f"A rate cannot be worsened by {bps} bps.")
        return self.worsened_ppm(bps * 100)

    def simplified(self, *, bits: int = 96) -> "Rate":
        """The nearest rate below with ``bits`` significant bits, over a power of two.

        For storing a rate computed from pool reserves: off by less than 2**(1 - bits) of itself,
        always downward, so that never more is promised. A rate that is short already stays.
        """
        if bits < 16:
            raise BadRate("A rate of fewer than 16 bits says too little.")
        numerator, denominator = self.numerator, self.denominator
        if max(numerator.bit_length(), denominator.bit_length()) <= bits:
            return self
        shift = bits - (numerator.bit_length() - denominator.bit_length())
        if shift >= 0:
            return Rate((numerator << shift) // denominator, 1 << shift, self.base, self.quote)
        return Rate(numerator // (denominator << -shift) << -shift, 1, self.base, self.quote)

    def price_text(self, places: int) -> str:
        """One whole base in whole quotes, rounded down to ``places`` decimals, for people."""
        scaled = self.numerator * self.base.one * 10**places // (self.denominator * self.quote.one)
        digits = str(scaled).rjust(places + 1, "0")
        return f"{digits[:-places]}.{digits[-places:]}" if places else digits

    def _against(self, other: "Rate") -> tuple[int, int]:
        if self.base != other.base or self.quote != other.quote:
            raise AssetMismatch("Rates of different assets do not compare.")
        return self.numerator * other.denominator, other.numerator * self.denominator

    def __lt__(self, other: "Rate") -> bool:
        mine, theirs = self._against(other)
        return mine < theirs

    def __le__(self, other: "Rate") -> bool:
        mine, theirs = self._against(other)
        return mine <= theirs

    def __gt__(self, other: "Rate") -> bool:
        mine, theirs = self._against(other)
        return mine > theirs

    def __ge__(self, other: "Rate") -> bool:
        mine, theirs = self._against(other)
        return mine >= theirs
