"""Money in a report: rows of the books, and what they come to in a currency. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from gateway.money.amounts import Amount
from gateway.money.assets import Asset

CENTS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyLine:
    """One row of the books that a report goes by.

    Attributes:
        entry: the key under which it is booked.
        kind: what happened: ``deposit_confirmed``, ``held``, ``blocked`` …
        deposit_id: whose money it is.
        currency: that the asset is, or promises to be worth one of; '' for none.
        units: base units, never negative.
        happened_at: ISO 8601.
    """

    entry: str
    kind: str
    deposit_id: str
    asset: str
    currency: str
    decimals: int
    units: int
    happened_at: str

    @property
    def amount(self) -> Amount:
        return Amount(self.units, Asset(self.asset, self.decimals))

    @property
    def whole(self) -> Fraction:
        """In whole units."""
        return Fraction(self.units, self.amount.asset.one)


def total_at_par(lines: Collection[MoneyLine], *, currency: str) -> Fraction | None:
    """What rows come to in a currency, where each is in it or in a token that promises to be worth
    one of it.

    None where one of them is not: a price would have to be found, and a person says which.
    """
    if not lines or any(line.currency != currency for line in lines):
        return None
    return sum((line.whole for line in lines), Fraction(0))


def whole_units_up(amount: Fraction) -> str:
    """In whole units, a broken one rounded up: how FinCEN wants amounts told."""
    return str(-(-amount.numerator // amount.denominator))


def plain_decimal(amount: Fraction, *, places: int = CENTS) -> str:
    """A decimal text, what is below the last place rounded to the nearest, halves up."""
    scaled = amount * 10**places
    units = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    whole, rest = divmod(units, 10**places)
    return f"{whole}.{rest:0{places}}" if places else str(whole)
