"""What somebody who searches may have typed: an id, a hash, an address, an amount, an order. Pure.

One text may be several at once: ``1250`` is an order, an amount, and the end of an invoice's
number.
"""

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from gateway.invoices.life import NUMBER_CHARACTERS

MOST_CHARACTERS: Final = 120
LEAST_OF_NUMBER: Final = 4
"""Fewer characters of a number would name too many invoices."""
MOST_DIGITS: Final = 30

_SIGNS: Final = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}
_UUID: Final = re.compile(r"[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}")
_HEX: Final = re.compile(r"(?:0x)?([0-9a-f]+)")
_HASH_CHARACTERS: Final = 64
_ADDRESS_CHARACTERS: Final = 40
_NUMBER: Final = re.compile(rf"[…#]?([0-9a-f]{{{LEAST_OF_NUMBER},{NUMBER_CHARACTERS}}})")
_CODE: Final = r"(?P<{}>[A-Za-z][A-Za-z0-9]{{1,11}}(?:@[0-9]+)?)"
_AMOUNT: Final = re.compile(
    rf"(?:(?P<sign>[€$£¥])|{_CODE.format('before')} )? ?(?P<digits>[0-9][0-9.,' ]*)"
    rf"(?: ?{_CODE.format('after')})?"
)


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount as typed.

    Attributes:
        readings: the plain decimals it may mean: ``1,250`` is ``1250`` or ``1.250``.
        code: of the currency or token, in capitals as far as its symbol goes; empty for none.
    """

    readings: tuple[str, ...]
    code: str = ""

    def units(self, decimals: int) -> tuple[int, ...]:
        """Base units of each reading that is exact in so many decimals."""
        found = []
        for reading in self.readings:
            whole, _point, fraction = reading.partition(".")
            fraction = fraction.rstrip("0")
            if len(fraction) <= decimals:
                found.append(int(whole + fraction.ljust(decimals, "0")))
        return tuple(dict.fromkeys(units for units in found if units))


@dataclass(frozen=True, slots=True)
class Typed:
    """Attributes:
    text: in one line, without spaces around it.
    number: the last characters of an invoice's id; empty if it can't be that.
    """

    text: str
    id: UUID | None = None
    number: str = ""
    tx_hash: bytes | None = None
    address: bytes | None = None
    amount: Sum | None = None


def read(typed: str) -> Typed:
    """Everything that this may be; what PostgreSQL can't be asked for is in no row."""
    text = " ".join(typed.replace("\0", " ").split())[:MOST_CHARACTERS].strip()
    low = text.lower()
    number = _NUMBER.fullmatch(low)
    return Typed(
        text=text,
        id=UUID(low) if _UUID.fullmatch(low) else None,
        number=number[1] if number else "",
        tx_hash=_bytes_of(low, _HASH_CHARACTERS),
        address=_bytes_of(low, _ADDRESS_CHARACTERS),
        amount=_amount_in(text),
    )


def _bytes_of(text: str, characters: int) -> bytes | None:
    found = _HEX.fullmatch(text)
    return bytes.fromhex(found[1]) if found and len(found[1]) == characters else None


def _amount_in(text: str) -> Sum | None:
    found = _AMOUNT.fullmatch(text)
    if found is None or (found["before"] and found["after"]):
        return None
    readings = _readings(found["digits"].replace(" ", "").replace("'", ""))
    if not readings:
        return None
    symbol, at, chain = (found["before"] or found["after"] or "").partition("@")
    return Sum(readings, _SIGNS.get(found["sign"] or "", symbol.upper() + at + chain))


def _readings(digits: str) -> tuple[str, ...]:
    """``1.234,50`` has one reading; where one mark stands before three digits it has two."""
    digits = digits.rstrip(".,")
    marks = [sign for sign in digits if sign in ".,"]
    whole, mark, fraction = _last_mark(digits)
    if not mark:
        found = [digits]
    elif len(set(marks)) == 2 or len(marks) == 1:
        found = [f"{_plain(whole)}.{fraction}"]
        if len(marks) == 1 and len(fraction) == 3:
            found.append(whole + fraction)
    else:
        found = [_plain(digits)]
    return tuple(one for one in found if len(one) <= MOST_DIGITS)


def _last_mark(digits: str) -> tuple[str, str, str]:
    place = max(digits.rfind("."), digits.rfind(","))
    return (digits, "", "") if place < 0 else (digits[:place], digits[place], digits[place + 1 :])


def _plain(digits: str) -> str:
    return digits.replace(".", "").replace(",", "")
