"""Amounts as other programs write them, without a digit lost. Pure."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from gateway.money.assets import FIAT

MOST_DIGITS: Final = 60
"""Fewer than the 78 that a column holds, by far more than any price."""
MOST_DECIMALS: Final = 36
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,60}(?:\.[0-9]{0,60})?(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
_CURRENCY: Final = re.compile(r"[A-Z0-9][A-Z0-9._-]{1,15}", re.ASCII)


class NotExact(ValueError):
    """It is no plain number, or one beyond what is kept."""


def exact_from(text: Any, currency: str) -> tuple[int, int]:
    """Units and their decimals of what a program wrote: ``12.5`` EUR is 1250 of two decimals,
    ``0.00012`` BTC is 12 of five. A currency that we know has at least its own decimals; zeros at
    the end say nothing, everything else is kept.

    Args:
        text: digits, with a point and an exponent or without; an int of JSON. Never a float: JSON
            is read with its numbers as text.

    Raises:
        NotExact
    """
    if isinstance(text, bool) or not isinstance(text, str | int):
        raise NotExact
    written = str(text).strip()
    if not _NUMBER.fullmatch(written):
        raise NotExact
    try:
        sign, digits, exponent = Decimal(written).as_tuple()
    except InvalidOperation as error:
        raise NotExact from error
    if not isinstance(exponent, int):
        raise NotExact
    number = int("".join(map(str, digits)) or "0")
    while number and exponent < 0 and number % 10 == 0:
        number, exponent = number // 10, exponent + 1
    if not number:
        exponent = 0
    decimals = max(-exponent, FIAT[currency].decimals if currency in FIAT else 0, 0)
    if decimals > MOST_DECIMALS or exponent > MOST_DIGITS:
        raise NotExact
    units = number * 10 ** (decimals + exponent)
    if units >= 10**MOST_DIGITS:
        raise NotExact
    return (-units if sign else units), decimals


def exact_text(units: int, decimals: int) -> str:
    """Back: ``1250`` of two decimals is ``12.50``."""
    digits = f"{abs(units):0{decimals + 1}}"
    sign = "-" if units < 0 else ""
    if not decimals:
        return sign + digits
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}"


def currency_from(text: Any) -> str:
    """A currency's name in capitals; empty where it is none."""
    name = text.strip().upper() if isinstance(text, str) else ""
    return name if _CURRENCY.fullmatch(name) else ""


def bps_from_percent(text: Any) -> int | None:
    """Basis points of a percentage, rounded down; None where it is none between 0 and 100."""
    try:
        units, decimals = exact_from(text, "")
    except NotExact:
        return None
    bps = units * 100 // 10**decimals
    return bps if 0 <= bps <= 10_000 else None
