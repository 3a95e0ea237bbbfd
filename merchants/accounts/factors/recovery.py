"""Codes for the day the phone is gone: each signs in once. Pure.

Ten letters and digits that nobody misreads: 49 random bits, behind a brake after a few tries. A
keyed hash keeps a stolen table useless without the server's own key.
"""

import hashlib
import hmac
import secrets
from typing import Final

ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without i, l, o, 0 and 1."""
CODES: Final = 10
CHARACTERS: Final = 10


def codes_make() -> list[str]:
    """A sheet of new codes, as they are hashed: without the dash that they are shown with."""
    return ["".join(secrets.choice(ALPHABET) for _ in range(CHARACTERS)) for _ in range(CODES)]


def code_shown(code: str) -> str:
    """``ab3d5-gh7jk``"""
    half = CHARACTERS // 2
    return f"{code[:half]}-{code[half:]}"


def code_typed(typed: str) -> str | None:
    """What was typed, as it is hashed; None if it can't be a code."""
    code = "".join(typed.split()).replace("-", "").lower()
    if len(code) != CHARACTERS or set(code) - set(ALPHABET):
        return None
    return code


def code_hash(code: str, *, whose: str, pepper: bytes) -> bytes:
    """32 bytes under which a person's code is stored and found again."""
    return hmac.new(pepper, f"{whose}:{code}".encode(), hashlib.sha256).digest()
