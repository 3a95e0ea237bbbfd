"""Put the names of entities into an index's arrays. Pure."""

from array import array
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from gateway.compliance.listed.entities import ListedEntity
from gateway.compliance.naming.artefact import Artefact
from gateway.compliance.naming.circumstances import MIN_ID_LETTERS, id_key
from gateway.compliance.naming.keyed import keyed_arrays
from gateway.compliance.naming.keys import bones_key, name_keys, number_key, told, word_keys
from gateway.compliance.naming.parts import NamePart, PreparedName, Reading, prepared, readings

READINGS: Final[tuple[Reading, ...]] = ("person", "organisation")
LEGAL_KINDS: Final = ("any", "private", "public", "partnership", "nonprofit", "state")
"""In the order of their bits in a row's flags, after those of its reading and of its script."""
ORGANISATION_BIT: Final = 1
VOWELLESS_BIT: Final = 2
FIRST_LEGAL_BIT: Final = 4
MAX_NAMES: Final = 65_535
TOLD_WORDS: Final = 8
"""By so many of its words a name is weighed; one of more is found by each of them all the same."""
NO_WORD: Final = 65_535
"""What stands in the place of a word that a name does not have."""


def folded(word: int) -> int:
    """A word's number in sixteen bits, by which names are weighed: two words may share it, as
    whoever is found is looked at anyway."""
    return word % NO_WORD


def flags_of(name: PreparedName) -> int:
    """What a row says of its name beside the words: eight bits."""
    flags = ORGANISATION_BIT if name.reading == "organisation" else 0
    flags |= VOWELLESS_BIT if name.vowelless else 0
    return flags | sum(
        FIRST_LEGAL_BIT << bit for bit, kind in enumerate(LEGAL_KINDS) if kind in name.legal
    )


def legal_of(flags: int) -> frozenset[str]:
    """The kinds of company that a row's flags name."""
    return frozenset(
        kind for bit, kind in enumerate(LEGAL_KINDS) if flags & (FIRST_LEGAL_BIT << bit)
    )


def build(entities: Iterable[ListedEntity], *, built_from: Mapping[str, str]) -> Artefact:
    """The index of these entities; about 60 µs a name.

    Args:
        built_from: the versions of the lists and of the scorer, kept with it.
    """
    return _Builder().build(entities, built_from)


class _Builder:
    def __init__(self) -> None:
        self.words: dict[str, int] = {}
        self.sounds: list[str] = []  # of each word
        self.keys: array[int] = array("I")
        self.key_words: array[int] = array("I")
        self.keyed: dict[int, int] = {}  # word → which kinds of keys it has already
        self.row_entities: array[int] = array("I")
        self.row_names: array[int] = array("H")
        self.row_flags: array[int] = array("B")
        self.row_words: array[int] = array("I")
        self.row_ends: array[int] = array("I", [0])
        self.row_told: array[int] = array("H")
        self.row_told_words: array[int] = array("H")
        self.pair_words: array[int] = array("I")
        self.pair_rows: array[int] = array("I")
        self.phrase_keys: array[int] = array("I")
        self.phrase_rows: array[int] = array("I")
        self.id_keys: array[int] = array("I")
        self.id_entities: array[int] = array("I")
        self.syllables: dict[int, str] = {}
        self.bytes = bytearray()
        self.entity_ends: array[int] = array("Q", [0])
        self.entity_row_ends: array[int] = array("I", [0])

    def build(self, entities: Iterable[ListedEntity], built_from: Mapping[str, str]) -> Artefact:
        encoder = msgspec.msgpack.Encoder()
        for number, entity in enumerate(entities):
            for reading in readings(entity.kind):
                for at, name in enumerate(entity.names[:MAX_NAMES]):
                    self._add(number, at, prepared.__wrapped__(name.full, reading))
            for one in entity.ids:
                if len(told_number := id_key(one.number)) >= MIN_ID_LETTERS:
                    self.id_keys.append(number_key(told_number))
                    self.id_entities.append(number)
            self.bytes += encoder.encode(entity)
            self.entity_ends.append(len(self.bytes))
            self.entity_row_ends.append(len(self.row_entities))
        return Artefact(arrays=self._arrays(), built_from=built_from)

    def _add(self, entity: int, at: int, name: PreparedName) -> None:
        if not name.parts:
            return
        row = len(self.row_entities)
        self.row_entities.append(entity)
        self.row_names.append(at)
        self.row_flags.append(flags_of(name))
        self.row_words.extend(self._word(part) for part in name.parts)
        self.row_ends.append(len(self.row_words))
        told_parts = tuple(dict.fromkeys(told(name.parts)))
        words = [self.words[part.text] for part in told_parts]
        for word, part in zip(words, told_parts, strict=True):
            self.pair_words.append(word)
            self.pair_rows.append(row)
            self._key(word, part, vowelless=name.vowelless)
        kept = [folded(word) for word in words[:TOLD_WORDS]]
        self.row_told.extend(kept + [NO_WORD] * (TOLD_WORDS - len(kept)))
        self.row_told_words.append(len(words))
        for one in name_keys(name):
            self.phrase_keys.append(one)
            self.phrase_rows.append(row)
        if name.syllables:
            self.syllables[row] = name.syllables

    def _word(self, part: NamePart) -> int:
        word = self.words.setdefault(part.text, len(self.words))
        if word == len(self.sounds):
            self.sounds.append(part.sound)
        return word

    def _key(self, word: int, part: NamePart, *, vowelless: bool) -> None:
        done = self.keyed.get(word, 0)
        bit = VOWELLESS_BIT if vowelless else 1
        if done & bit:
            return
        self.keyed[word] = done | bit
        bones = bones_key(part, vowelless=vowelless)
        found = [] if bones is None else [bones]
        if not done:
            found += word_keys(part)
        self.keys.extend(found)
        self.key_words.extend([word] * len(found))

    def _arrays(self) -> dict[str, NDArray[Any]]:
        rows = len(self.row_entities)
        texts = [
            f"{text} {heard}".encode() for text, heard in zip(self.words, self.sounds, strict=True)
        ]
        told_words = _copied(self.row_told_words)
        posted_words, posted = _copied(self.pair_words), _copied(self.pair_rows)
        # Of the names that have a word the shortest first: they are the likest to it.
        order = np.lexsort((posted, told_words[posted], posted_words))
        posted_words, posted = posted_words[order], posted[order]
        ends = np.searchsorted(posted_words, np.arange(len(texts) + 1, dtype=np.uint32))
        seldom = np.log1p(rows / np.maximum(np.diff(ends), 1)).astype(np.float32)
        return {
            "words": np.frombuffer(b"".join(texts), np.uint8),
            "word_ends": np.cumsum([0, *map(len, texts)], dtype=np.uint32),
            "word_seldom": seldom,
            **keyed_arrays("word", self.keys, self.key_words),
            "posted": posted,
            "posted_ends": ends.astype(np.uint32),
            **keyed_arrays("phrase", self.phrase_keys, self.phrase_rows),
            **keyed_arrays("id", self.id_keys, self.id_entities),
            "row_entities": _copied(self.row_entities),
            "row_names": _copied(self.row_names),
            "row_flags": _copied(self.row_flags),
            "row_words": _copied(self.row_words),
            "row_ends": _copied(self.row_ends),
            "row_told": _copied(self.row_told),
            "row_told_words": told_words.astype(np.float32),
            "syllables": np.frombuffer(msgspec.msgpack.encode(self.syllables), np.uint8),
            "entities": np.frombuffer(bytes(self.bytes), np.uint8),
            "entity_ends": _copied(self.entity_ends),
            "entity_row_ends": _copied(self.entity_row_ends),
        }


def _copied(values: "array[int]") -> NDArray[Any]:
    return np.array(values, dtype=values.typecode)
