"""The keys by which a name is found again though it is written otherwise. Pure."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Final
from zlib import crc32

from gateway.compliance.naming.parts import NamePart, PreparedName, skeleton

MIN_DELETED: Final = 4
"""Shorter words are found as they are, by their family and by their sound only."""
MAX_DELETED: Final = 24
MIN_BONES: Final = 2
UNTOLD: Final = frozenset({"particle", "honorific", "initial", "form"})
"""Kinds of words that nobody is found by, unless a name has no others."""

# What a key was made by, in its first letter, so that a sound is never taken for a spelling.
_EXACT, _DELETED, _SOUND, _FAMILY, _BARE, _BONES, _NAME, _JOINED, _ID = "=-~fvb+&#"

EXACT_WEIGHT: Final = 100
FAMILY_WEIGHT: Final = 95
SOUND_WEIGHT: Final = 85
DELETED_WEIGHT: Final = 75
BONES_WEIGHT: Final = 90


def key(text: str) -> int:
    """32 bits; two texts may share them, as whoever is found is looked at anyway."""
    return crc32(text.encode())


def word_keys(part: NamePart) -> dict[int, int]:
    """The weight in % of each key under which a word stands in the index, the least first.

    Two words share a key if they are the same, of one family, sound the same, or differ by one
    letter more, less, other or swapped with its neighbour: then they are the same once one letter
    is left out of either (of two or more letters left out nobody asks).
    """
    return _likely_keys(part) | _sure_keys(part)


def asked_keys(part: NamePart, *, vowelless: bool) -> dict[int, int]:
    """The weight in % of each key under which a word is asked for, the least first."""
    found = _likely_keys(part)
    for bare in (True, False) if vowelless else (True,):
        bones = bones_key(part, vowelless=bare)
        if bones is not None:
            found[bones] = BONES_WEIGHT
    return found | _sure_keys(part)


def _likely_keys(part: NamePart) -> dict[int, int]:
    found = dict.fromkeys(map(crc32, _shortened(part.text)), DELETED_WEIGHT)
    found[key(_SOUND + part.sound)] = SOUND_WEIGHT
    return found


def _sure_keys(part: NamePart) -> dict[int, int]:
    return {
        key(_FAMILY + part.family): FAMILY_WEIGHT,
        key(_EXACT + part.text): EXACT_WEIGHT,
    }


def bones_key(part: NamePart, *, vowelless: bool) -> int | None:
    """The key of a word's consonants, another for one written without vowels; None if there are
    too few to tell anything."""
    bones = skeleton(part.sound)
    return key((_BARE if vowelless else _BONES) + bones) if len(bones) >= MIN_BONES else None


def _shortened(text: str) -> list[bytes]:
    """The text itself and with each of its letters left out."""
    if not MIN_DELETED <= len(text) <= MAX_DELETED or text.isdigit():
        return []
    written = (_DELETED + text).encode()
    shorter = [written[:at] + written[at + 1 :] for at in range(1, len(written))]
    return [written, *shorter]


def told(parts: Iterable[NamePart]) -> tuple[NamePart, ...]:
    """The words by which a name is found; all of them if none tells anything."""
    kept = tuple(parts)
    return tuple([part for part in kept if part.kind not in UNTOLD]) or kept


def name_keys(name: PreparedName) -> tuple[int, ...]:
    """Keys of the whole name: of its words in any order, and of words written as one."""
    texts = [part.text for part in name.parts]
    if not texts:
        return ()
    found = [whole_name_key(name)]
    found += [key(_JOINED + "".join(texts))] if len(texts) > 1 else []
    found += [key(_JOINED + one + other) for one, other in pairwise(texts)]
    return tuple(dict.fromkeys(found))


def whole_name_key(name: PreparedName) -> int:
    """The first of ``name_keys``: the same words, in whatever order."""
    return key(_NAME + " ".join(sorted([part.text for part in told(name.parts)])))


def joined_key(text: str) -> int:
    """The key of a word that a listed name may write as two."""
    return key(_JOINED + text)


def exact_key(text: str) -> int:
    """The key of a word as it is: of what was asked for as two, perhaps."""
    return key(_EXACT + text)


def number_key(number: str) -> int:
    """The key of a passport or registration number, as ``circumstances.id_key`` writes it."""
    return key(_ID + number)
