"""The parts of a name and what each is worth in comparing it with another. Pure."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from rapidfuzz.distance import OSA

from gateway.compliance.listed.entities import EntityKind
from gateway.compliance.naming.families import FAMILIES, SHORT_FORMS
from gateway.compliance.naming.spelling import NAMES_KEPT, Spelt, spelt
from gateway.compliance.naming.words import (
    ABBREVIATIONS,
    COMMON_NAME_WORDS,
    FORM_WORDS,
    GENERIC_WORDS,
    HONORIFICS,
    LEGAL_FORM_WORDS,
    LEGAL_FORMS,
    NUMBERS,
    PARTICLES,
    TITLES_AND_NAMES,
)

PartKind = Literal[
    "name",
    "common",
    "title",
    "honorific",
    "particle",
    "initial",
    "patronymic",
    "generic",
    "form",
    "number",
]
Reading = Literal["person", "organisation"]

_PATRONYMIC_ENDINGS: Final = (
    *("ovich", "evich", "ovych", "evych", "ovitch", "evitch", "ovic", "evic"),
    *("ovna", "evna", "ivna", "ichna", "yevich", "yevna", "ogly", "oglu", "kyzy"),
)
_MIN_PATRONYMIC = 7
MIN_FORM_WORD: Final = 6
"""Shorter words are other words but for one letter: joint is point, stock is stick."""
_FORM_STARTS: Final = frozenset(form.split()[0] for form in LEGAL_FORMS)


class NamePart(NamedTuple):
    """One word of a name.

    Args:
        text: as ``spelling`` gives it, abbreviations and numbers written out.
        family: the word that stands for all spellings of it; the same text if it has none.
        sound: the text as it roughly sounds, to compare transliterations by.
        kind: what sort of word it is, which decides its weight.
    """

    text: str
    family: str
    sound: str
    kind: PartKind


class PreparedName(NamedTuple):
    """A name ready to be compared.

    Args:
        parts: its words without its legal form, in the order written.
        legal: what kinds of company its legal forms make it: ``private``, ``public`` …
        reading: as whose name it was read.
        syllables, vowelless: as ``Spelt`` has them.
    """

    parts: tuple[NamePart, ...]
    legal: frozenset[str]
    reading: Reading
    syllables: str
    vowelless: bool


@lru_cache(maxsize=NAMES_KEPT)
def prepared(text: str, reading: Reading) -> PreparedName:
    """The name read as a person's or as an organisation's.

    A name of nothing but titles or legal forms keeps them: they are all there is.
    """
    return prepared_from(spelt(text), reading)


def prepared_from(written: Spelt, reading: Reading) -> PreparedName:
    """As ``prepared``, of what is spelt already."""
    kept, legal = _without_legal_forms(written.tokens)
    parts = tuple([part(token, reading) for token in (kept or written.tokens)])
    return PreparedName(
        parts=parts,
        legal=legal if kept else frozenset(),
        reading=reading,
        syllables=written.syllables,
        vowelless=written.vowelless,
    )


def readings(kind: EntityKind) -> tuple[Reading, ...]:
    """As whose a name of such an entity is read; ships and aircraft are named like companies."""
    if kind == "person":
        return ("person",)
    if kind == "unknown":
        return ("person", "organisation")
    return ("organisation",)


@lru_cache(maxsize=2 * NAMES_KEPT)
def part(token: str, reading: Reading) -> NamePart:
    """One token as a part of a name so read."""
    text = token
    if reading == "organisation":
        text = form_word(ABBREVIATIONS.get(token, token))
        text = NUMBERS.get(text, text)
    return read_part(text, sound(text), reading)


def read_part(text: str, heard: str, reading: Reading) -> NamePart:
    """A part whose text is that of a part already, and which sounds so."""
    family = FAMILIES.get(text) or SHORT_FORMS.get(text) or text
    return NamePart(text=text, family=family, sound=heard, kind=_kind(text, family, reading))


def _kind(text: str, family: str, reading: Reading) -> PartKind:
    if text.isdigit():
        return "number"
    if reading == "person":
        if len(text) == 1:
            return "initial"
        if text in HONORIFICS:
            return "honorific"
        if text in TITLES_AND_NAMES or family in TITLES_AND_NAMES:
            return "title"
        if len(text) >= _MIN_PATRONYMIC and text.endswith(_PATRONYMIC_ENDINGS):
            return "patronymic"
    elif text in GENERIC_WORDS:
        return "generic"
    elif text in FORM_WORDS:
        return "form"
    if text in PARTICLES:
        return "particle"
    return "common" if family in COMMON_NAME_WORDS and reading == "person" else "name"


def _without_legal_forms(tokens: tuple[str, ...]) -> tuple[tuple[str, ...], frozenset[str]]:
    """The tokens that are no legal form, and the kinds of the forms that were taken away."""
    kept: list[str] = []
    kinds: set[str] = set()
    spelt_well = tuple([form_word(token) for token in tokens])
    at = 0
    while at < len(tokens):
        longest = min(LEGAL_FORM_WORDS, len(tokens) - at) if spelt_well[at] in _FORM_STARTS else 0
        for length in range(longest, 0, -1):
            words = spelt_well[at : at + length]
            kind = LEGAL_FORMS.get(words[0] if length == 1 else " ".join(words))
            # A short form stands at either end of a name; inside it is a word of it.
            if kind and (length > 2 or at == 0 or at + length >= len(tokens) - 1 or kinds):
                kinds.add(kind)
                at += length
                break
        else:
            kept.append(tokens[at])
            at += 1
    return tuple(kept), frozenset(kinds)


@lru_cache(maxsize=NAMES_KEPT)
def form_word(token: str) -> str:
    """The word of a legal form that a token is but for one letter: ``limitted``; or the token."""
    if len(token) < MIN_FORM_WORD or token in FORM_WORDS:
        return token
    # Of six letters or more, one mistake leaves the first three or the last two as they are.
    near = _BY_HEAD.get(token[:3], ()) + _BY_TAIL.get(token[-2:], ())
    found = [word for word in near if OSA.distance(word, token, score_cutoff=1) <= 1]
    return min(found) if found else token


def _grouped(words: Iterable[str], end: slice) -> dict[str, tuple[str, ...]]:
    told: dict[str, tuple[str, ...]] = {}
    for word in words:
        told[word[end]] = (*told.get(word[end], ()), word)
    return told


_LONG_FORM_WORDS: Final = [word for word in FORM_WORDS if len(word) >= MIN_FORM_WORD]
_BY_HEAD: Final = _grouped(_LONG_FORM_WORDS, slice(3))
_BY_TAIL: Final = _grouped(_LONG_FORM_WORDS, slice(-2, None))


_DJ: Final = ("dj", "j")
_SOUNDS_WITH_H: Final = (
    *(("tsch", "c"), ("tch", "c"), ("dzh", "j"), _DJ, ("zh", "j"), ("sch", "s"), ("kh", "h")),
    *(("gh", "g"), ("sh", "s"), ("ch", "c"), ("ph", "f"), ("th", "t"), ("dh", "d")),
)
_SOUNDS_OF_ONE: Final = str.maketrans({"q": "k", "x": "ks", "w": "v", "z": "s", "y": "i", "j": "i"})
_SOUNDS_OF_VOWELS: Final = (("ou", "u"), ("oo", "u"), ("ee", "i"), ("ie", "i"), ("ei", "ai"))
_VOWELS_HEARD: Final = str.maketrans("eo", "iu")
_DOUBLED: Final = re.compile(r"(.)\1+")


@lru_cache(maxsize=NAMES_KEPT)
def sound(token: str) -> str:
    """A rough key of how the token sounds whatever language it was put into Latin letters by."""
    if token.isdigit():
        return token
    told = (
        "s" + token[1:]
        if token[0] == "x"
        else token.removeprefix("h")
        if token[:2] == "hs"
        else token
    )
    for written, heard in _SOUNDS_WITH_H if "h" in told else (_DJ,):
        told = told.replace(written, heard)
    told = told.replace("ck", "k").translate(_SOUNDS_OF_ONE)
    for written, heard in _SOUNDS_OF_VOWELS:
        told = told.replace(written, heard)
    hard = _undoubled(told.translate(_VOWELS_HEARD)).replace("c", "k")
    return hard[:-1] if len(hard) > 3 and hard.endswith("h") else hard


_VOWELS: Final = str.maketrans("", "", "aeiouyvw")


@lru_cache(maxsize=NAMES_KEPT)
def skeleton(key: str) -> str:
    """The consonants of a sound key, to compare with a script that writes no short vowels.

    The semi-vowels are left out too, as Arabic and Hebrew write long vowels with their letters,
    and a consonant said twice stands once, as Arabic writes it.
    """
    return _undoubled(key.translate(_VOWELS))


def _undoubled(text: str) -> str:
    return _DOUBLED.sub(r"\1", text)
