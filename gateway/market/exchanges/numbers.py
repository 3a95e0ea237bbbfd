"""Decimal text and integers of 1e-18, exactly. Pure."""

from decimal import Decimal, InvalidOperation
from fractions import Fraction

E18 = 10**18
MOST_CHARACTERS = 80
PPM = 1_000_000
MOST_DIGITS = 40
"""Before the point; what is larger is no amount and no price."""


def e18_of(text: object) -> int:
    """The integer of 1e-18 that a decimal text says.

    Raises:
        ValueError: it is no number, below zero, or finer than 1e-18.
    """
    told = _decimal(text)
    if told < 0 or told.adjusted() > MOST_DIGITS:
        raise ValueError(f"{text!r} can't be an amount or a price")
    units = Fraction(told) * E18
    if units.denominator != 1:
        raise ValueError(f"{text!r} is finer than 1e-18")
    return int(units)


def text_of(e18: int) -> str:
    """The shortest decimal text of an integer of 1e-18."""
    whole, part = divmod(e18, E18)
    return f"{whole}.{part:018d}".rstrip("0").rstrip(".")


def ppm_of(text: object) -> int:
    """A share as millionths, rounded up. Raises ValueError as ``e18_of``."""
    return -(-e18_of(text) * PPM // E18)


def _decimal(text: object) -> Decimal:
    try:
        told = Decimal(str(text))
    except InvalidOperation as error:
        raise ValueError(f"{text!r} is no number") from error
    # A long exponent would make the exact number longer still.
    if not told.is_finite() or len(str(text)) > MOST_CHARACTERS or told.adjusted() < -MOST_DIGITS:
        raise ValueError(f"{text!r} is no number")
    return told
