"""The short name of a payment link in its address: nobody guesses it, anybody can type it. Pure but
for chance."""

import re
import secrets
from typing import Final

ALPHABET: Final = "23456789bcdfghjkmnpqrstvwxyz"
"""No letter that looks like another or like a digit, and no vowel, so that no word comes about."""
LENGTH: Final = 12
"""28 letters to the twelfth: 57 bits. A guesser who asks as often as the brake lets anybody needs
millions of years for the first of a million links."""
SHAPE: Final = rf"[{ALPHABET}]{{{LENGTH}}}"
_SHAPE: Final = re.compile(SHAPE)


def slug_make() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def slug_read(typed: str) -> str | None:
    """The slug that somebody typed off a poster, in whatever case; None for what can be none."""
    found = typed.lower()
    return found if _SHAPE.fullmatch(found) else None
