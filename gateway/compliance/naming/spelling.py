"""A name as written, in any script, as plain tokens of ASCII letters and digits. Pure."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from anyascii import anyascii

_MARKS = re.compile(r"['’‘`´ʻʼʿʾ″\"“”«»]")
_ASCII_MARKS = str.maketrans("", "", "'`\"")
"""Those of ``_MARKS`` that are left of an ASCII text."""
# Single letters with dots between them are one word: A.B.C., L.L.C., S. A.
_DOTTED = re.compile(r"(?<![^\W_])(?:[^\W\d_]\.\s?){2,}(?:[^\W\d_](?![^\W_]))?")
_WORD = re.compile(r"[a-z0-9]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LOOKALIKES = str.maketrans("0134579", "oieastg")
_LETTERS_WITH_DIGITS = re.compile(r"[a-z]+[0134579]+[a-z0134579]*|[0134579][a-z]{3,}[a-z0-9]*")

# Where a character is a syllable or a whole word, and where short vowels are not written.
_SYLLABLES = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af]")
_VOWELLESS = re.compile(
    "[\u0590-\u05ff\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\u0900-\u097f\u0e00-\u0e7f]"
)

NAMES_KEPT = 65_536


class Spelt(NamedTuple):
    """What a name is made of, whoever wrote it.

    Args:
        tokens: lower-case ASCII words, in the order written.
        syllables: the characters of a name written in Han or Hangul, where each stands for a
            syllable of it; '' otherwise.
        vowelless: written in a script that leaves out short vowels, or that loses them when it
            is put into ASCII letter by letter (Arabic, Hebrew, Devanagari, Thai).
    """

    tokens: tuple[str, ...]
    syllables: str = ""
    vowelless: bool = False


@lru_cache(maxsize=NAMES_KEPT)
def spelt(text: str) -> Spelt:
    """The tokens of ``text``: compatibility forms, accents, case and punctuation taken away.

    >>> spelt("Ротенберг, Аркадий").tokens
    ('rotenberg', 'arkadiy')
    """
    if text.isascii():
        return Spelt(tokens=_tokens(_undotted_words(text)))
    composed = unicodedata.normalize("NFKC", text)
    written = _SYLLABLES.findall(composed)
    vowelless = bool(_VOWELLESS.search(composed))
    ascii_text = anyascii(_MARKS.sub("", _undotted_words(composed)))
    if written:
        ascii_text = _CAMEL.sub(" ", ascii_text)
    return Spelt(tokens=_tokens(ascii_text), syllables="".join(written), vowelless=vowelless)


def _tokens(ascii_text: str) -> tuple[str, ...]:
    plain = ascii_text.translate(_ASCII_MARKS).lower()
    return tuple([token if token.isalpha() else _unmasked(token) for token in _WORD.findall(plain)])


def _undotted_words(text: str) -> str:
    joined = text.replace("&", " and ").replace("%", " per ")
    return _DOTTED.sub(_undotted, joined) if "." in joined else joined


def _undotted(match: re.Match[str]) -> str:
    return re.sub(r"[.\s]", "", match[0]) + " "


def _unmasked(token: str) -> str:
    """Digits put for the letters they look like are read as these: ``ig0r`` is ``igor``.

    Only inside a word of letters: ``44``, ``5g`` and ``ahl2`` keep their numbers.
    """
    if token.isalpha() or token.isdigit() or not _LETTERS_WITH_DIGITS.fullmatch(token):
        return token
    letters = sum(character.isalpha() for character in token)
    ends_in_digits = token[-1].isdigit() and token.rstrip("0123456789").isalpha()
    if ends_in_digits or letters * 2 < len(token) + 1:
        return token
    return token.translate(_LOOKALIKES)
