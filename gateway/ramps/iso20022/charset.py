"""The characters that banks of the SEPA area must take. Pure.

The EPC's set: letters a to z, digits and ``/-?:().,'+`` with the space (EPC217-08, "SEPA
requirements for an extended character set"). What else people write is written so:

- ä ö ü as ae oe ue, ß as ss, æ œ ø å þ ð đ ł ı as ae oe o a th d d l i, capitals alike;
- other letters with marks without them (é as e);
- & as +, quotation marks and backticks as ', brackets as ( ), dashes and underscores as -;
- anything else as a full stop, a run of them as one.
"""

import re
import unicodedata
from typing import Final

from gateway.ramps.iso20022.errors import BadHolder

_ALLOWED: Final = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ "
)
_SMALL: Final = {
    **{"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "å": "a"},
    **{"þ": "th", "ð": "d", "đ": "d", "ł": "l", "ı": "i"},
}
_SIGNS: Final = {
    "&": "+",
    **dict.fromkeys('"`´‘’‚“”„«»', "'"),
    **dict.fromkeys("[{<", "("),
    **dict.fromkeys("]}>", ")"),
    **dict.fromkeys("‐‑‒–—_~", "-"),
}
_SAID: Final = _SMALL | _SIGNS | {key.upper(): value.title() for key, value in _SMALL.items()}
_SPACES: Final = re.compile(r"\s+")
_STOPS: Final = re.compile(r"\.{2,}")
_LETTER: Final = re.compile("[A-Za-z0-9]")


def sepa_text(text: str, *, limit: int) -> str:
    """``text`` in the set, cut to ``limit`` characters; neither begins nor ends with a slash or
    holds two in a row, which the EPC forbids too."""
    spaced = _SPACES.sub(" ", unicodedata.normalize("NFC", text))
    written = _STOPS.sub(".", "".join(_written(letter) for letter in spaced))
    return re.sub("/{2,}", "/", written).strip(" /")[:limit].strip(" /")


def sepa_name(text: str, *, limit: int = 70) -> str:
    """An account holder's name.

    Raises:
        BadHolder: nothing of it can be read in the set.
    """
    found = sepa_text(text, limit=limit)
    if not _LETTER.search(found):
        raise BadHolder
    return found


def _written(letter: str) -> str:
    if letter in _ALLOWED:
        return letter
    if letter in _SAID:
        return _SAID[letter]
    plain = "".join(
        mark for mark in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(mark)
    )
    return plain if plain and all(mark in _ALLOWED for mark in plain) else "."
