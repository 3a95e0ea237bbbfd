"""Amounts: an integer of base units with its asset. Parsing and formatting of what people write."""

import re
from dataclasses import dataclass

from gateway.money.assets import Asset
from gateway.money.errors import (
    AssetMismatch,
    MoneyError,
    NotANumber,
    NotPositive,
    TooLarge,
    TooPrecise,
)

# What a person may ask for. A chain may tell of more (uint256); ``Amount`` itself holds any.
MAX_PARSED_UNITS = 10**36
MAX_TEXT_LENGTH = 100

# ASCII digits only: full-width or Arabic digits read as numbers by int() are a way to be misread.
_PLAIN = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Amount:
    """``units`` base units of ``asset``. Sums and comparisons refuse another asset."""

    units: int
    asset: Asset

    def __post_init__(self) -> None:
        # bool is an int and float a silent loss: neither is money.
        if type(self.units) is not int:
            raise TypeError(f"an amount is an int of base units, not {type(self.units).__name__}")

    def _same(self, other: "Amount") -> None:
        if self.asset != other.asset:
            raise AssetMismatch(f"{self.asset.code} and {other.asset.code} do not mix.")

    def __add__(self, other: "Amount") -> "Amount":
        self._same(other)
        return Amount(self.units + other.units, self.asset)

    def __sub__(self, other: "Amount") -> "Amount":
        self._same(other)
        return Amount(self.units - other.units, self.asset)

    def __neg__(self) -> "Amount":
        return Amount(-self.units, self.asset)

    def __lt__(self, other: "Amount") -> bool:
        self._same(other)
        return self.units < other.units

    def __le__(self, other: "Amount") -> bool:
        self._same(other)
        return self.units <= other.units

    def __gt__(self, other: "Amount") -> bool:
        self._same(other)
        return self.units > other.units

    def __ge__(self, other: "Amount") -> bool:
        self._same(other)
        return self.units >= other.units

    @property
    def is_zero(self) -> bool:
        return self.units == 0

    @property
    def is_positive(self) -> bool:
        return self.units > 0

    def share_bps(self, bps: int) -> "Amount":
        """``bps`` ten-thousandths of it, rounded down: what a fee may take, never more."""
        return Amount(self.units * bps // 10_000, self.asset)

    def __str__(self) -> str:
        return f"{format_amount(self)} {self.asset.symbol}"


def zero(asset: Asset) -> Amount:
    return Amount(0, asset)


def parse_amount(text: str, asset: Asset) -> Amount:
    """The amount that a plain decimal text names, exactly; a leading minus is allowed.

    Raises:
        NotANumber: anything but ASCII digits, one point and a leading minus (no ``+``, exponent,
            NaN, blank, other script's digits, or number that is not text).
        TooPrecise: more decimals than the asset has, zeros included: ``12.500`` EUR may be
            meant as twelve thousand five hundred.
        TooLarge: beyond ``MAX_PARSED_UNITS``.
    """
    if not isinstance(text, str):
        raise NotANumber("An amount is text, so that no digit of it is lost.")
    if len(text) > MAX_TEXT_LENGTH:
        raise TooLarge("The amount is too long.")
    match = _PLAIN.fullmatch(text)
    if match is None:
        raise NotANumber(f"{text[:40]!r} is not an amount.")
    sign, whole, fraction = match.group(1), match.group(2), match.group(3) or ""
    if len(fraction) > asset.decimals:
        raise TooPrecise(f"{asset.symbol} has {asset.decimals} decimals, not {len(fraction)}.")
    units = int(whole + fraction) * 10 ** (asset.decimals - len(fraction))
    if units > MAX_PARSED_UNITS:
        raise TooLarge("The amount is too large.")
    return Amount(-units if sign else units, asset)


def parse_positive_amount(text: str, asset: Asset) -> Amount:
    """As ``parse_amount``, and more than zero.

    Raises:
        NotPositive: zero or less.
    """
    amount = parse_amount(text, asset)
    if amount.units <= 0:
        raise NotPositive("The amount must be more than zero.")
    return amount


def format_amount(amount: Amount, *, trim: bool = False) -> str:
    """The amount as a plain decimal: no exponent, no grouping; ``trim`` drops trailing zeros."""
    decimals = amount.asset.decimals
    digits = str(abs(amount.units)).rjust(decimals + 1, "0")
    whole, fraction = (digits[:-decimals], digits[-decimals:]) if decimals else (digits, "")
    if trim:
        fraction = fraction.rstrip("0")
    sign = "-" if amount.units < 0 else ""
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"


def rounded_up(amount: Amount, *, places: int) -> Amount:
    """The least amount of at most ``places`` decimals that is not less: what a wallet can show."""
    if places < 0:
        raise MoneyError("Decimals shown cannot be fewer than none.")
    if places >= amount.asset.decimals:
        return amount
    step = 10 ** (amount.asset.decimals - places)
    return Amount(-(-amount.units // step) * step, amount.asset)
