"""Which codes name the same thing, however a scanner sends them. Pure.

A GTIN is one number in 8, 12, 13 or 14 digits (EAN-8, UPC-A, EAN-13, ITF-14): zeros in front of it
change nothing (GS1 General Specifications). Scanners send a UPC-A with a zero in front or without
one, as they are set up. Any other text is itself alone.
"""

from typing import Final

_LENGTHS: Final = (8, 12, 13, 14)


def same_codes(code: str) -> tuple[str, ...]:
    """The code as it was read, then all others that mean the same."""
    if len(code) not in _LENGTHS or not (code.isascii() and code.isdigit()):
        return (code,)
    number = code.lstrip("0")
    others = [number.zfill(length) for length in _LENGTHS if len(number) <= length]
    return (code, *(other for other in others if other != code))
