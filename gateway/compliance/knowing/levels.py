"""What a shop may do that we know so much of. Pure.

Limits are whole amounts in euros; other currencies count by a round figure of their own, which is
no rate: a limit of 15 000 € is one of 150 000 kr.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final, Literal

from gateway.money.amounts import Amount
from gateway.money.assets import FIAT, Asset

VERSION: Final = "2026-11"
Level = Literal["none", "basic", "standard", "enhanced"]
LEVELS: Final[tuple[Level, ...]] = ("none", "basic", "standard", "enhanced")
WINDOW_DAYS: Final = 30
REVIEW_GRACE: Final = timedelta(days=30)
"""After this long without its periodic review a shop is at the lowest level again."""

PER_EURO: Final[dict[str, Fraction]] = {
    **{code: Fraction(1) for code in ("EUR", "USD", "GBP", "CHF", "CAD", "AUD", "NZD", "SGD")},
    **{"JPY": Fraction(150), "KRW": Fraction(1_500), "HUF": Fraction(350), "INR": Fraction(90)},
    **{"SEK": Fraction(10), "NOK": Fraction(10), "DKK": Fraction(7), "CNY": Fraction(7)},
    **{"PLN": Fraction(4), "CZK": Fraction(25), "RON": Fraction(5), "HKD": Fraction(8)},
    **{"BRL": Fraction(5), "MXN": Fraction(20), "ZAR": Fraction(20), "TRY": Fraction(40)},
    **{"AED": Fraction(4), "KWD": Fraction(3, 10)},
}
"""Units of a currency that count as a euro."""


@dataclass(frozen=True, slots=True)
class Limits:
    """In whole euros; None: no limit.

    Attributes:
        payment: of one payment.
        taken: of all payments of the last ``WINDOW_DAYS``.
        payout: of one payout, by its own asset's whole units.
    """

    payment: int | None
    taken: int | None
    payout: int | None


LIMITS: Final[dict[Level, Limits]] = {
    "none": Limits(payment=0, taken=0, payout=0),
    "basic": Limits(payment=1_000, taken=15_000, payout=5_000),
    "standard": Limits(payment=15_000, taken=250_000, payout=100_000),
    "enhanced": Limits(payment=None, taken=None, payout=None),
}


def in_force(level: Level, *, review_on: date, today: date) -> Level:
    """The level that counts today."""
    return level if today <= review_on + REVIEW_GRACE else min(level, "basic", key=LEVELS.index)


def in_currency(euros: int, currency: str) -> int:
    """A limit in minor units of a currency.

    Raises:
        KeyError: it has no figure; nothing is made up.
    """
    asset = FIAT[currency]
    units = euros * PER_EURO[currency] * asset.one
    return units.numerator // units.denominator


def euros_of(amount: Amount) -> int:
    """Whole euros of an amount by the same figures, rounded up. Raises KeyError as above."""
    euros = Fraction(amount.units, amount.asset.one) / PER_EURO[amount.asset.code]
    return -(-euros.numerator // euros.denominator)


def taking_passes(*, level: Level, amount: Amount, taken_units: int) -> str:
    """Which limit a payment would pass: ``payment``, ``taken`` or "".

    Args:
        taken_units: minor units of its currency taken in the window before.
    """
    limits, currency = LIMITS[level], amount.asset.code
    if limits.payment is not None and amount.units > in_currency(limits.payment, currency):
        return "payment"
    if limits.taken is not None and amount.units + taken_units > in_currency(
        limits.taken, currency
    ):
        return "taken"
    return ""


def payout_limit(*, level: Level, asset: Asset) -> int | None:
    """Base units that leave at most in one payout; None: no limit.

    A stablecoin's unit counts as a euro: near enough for a limit. Of other tokens every payout
    needs two people anyway (``gateway.custody.approvals``), whatever the level but ``none``.
    """
    euros = LIMITS[level].payout
    if euros is None or euros == 0:
        return euros
    figure = PER_EURO.get(asset.symbol, Fraction(1) if asset.symbol in STABLE else None)
    if figure is None:
        return None
    units = euros * figure * asset.one
    return units.numerator // units.denominator


STABLE: Final = frozenset({"USDC", "USDT", "DAI", "EURC", "PYUSD"})
