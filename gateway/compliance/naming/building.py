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
from gateway.compliance.naming.keys import bones_key, name_keys, number_key, told, word_keys
from gateway.compliance.naming.parts import NamePart, PreparedName, Reading, prepared, readings

READINGS: Final[tuple[Reading, ...]] = ("person", "organisation")
LEGAL_KINDS: Final = ("any", "private", "public", "partnership", "nonprofit", "state")
"""In the order of their bits in a row's flags, after those of its reading and of its script."""
ORGANISATION_BIT: Final = 1
VOWELLESS_BIT: Final = 2
FIRST_LEGAL_BIT: Final = 4
MAX_NAMES: Final = 65_535


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
        self.keys: array[int] = array("I")
        self.key_words: array[int] = array("I")
        self.keyed: dict[int, int] = {}  # word → which kinds of keys it has already
        self.row_entities: array[int] = array("I")
        self.row_names: array[int] = array("H")
        self.row_flags: array[int] = array("B")
        self.row_words: array[int] = array("I")
        self.row_ends: array[int] = array("I", [0])
        self.pair_words: array[int] = array("I")
        self.pair_rows: array[int] = array("I")
        self.phrase_keys: array[int] = array("I")
        self.phrase_rows: array[int] = array("I")
        self.id_keys: array[int] = array("I")
        self.id_entities: array[int] = array("I")
        self.syllables: dict[int, str] = {}
        self.bytes = bytearray()
        self.entity_ends: array[int] = array("Q", [0])

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
        for part in dict.fromkeys(told(name.parts)):
            word = self.words[part.text]
            self.pair_words.append(word)
            self.pair_rows.append(row)
            self._key(word, part, vowelless=name.vowelless)
        for one in name_keys(name):
            self.phrase_keys.append(one)
            self.phrase_rows.append(row)
        if name.syllables:
            self.syllables[row] = name.syllables

    def _word(self, part: NamePart) -> int:
        return self.words.setdefault(part.text, len(self.words))

    def _key(self, word: int, part: NamePart, *, vowelless: bool) -> None:
        done = self.keyed.get(word, 0)
        bit = VOWELLESS_BIT if vowelless else 1
        if done & bit:
            return
        self.keyed[word] = done | bit
        bones = bones_key(part, vowelless=vowelless)
        found = [] if bones is None else [bones]
        if not done:
            found += [one for one, _ in word_keys(part)]
        self.keys.extend(found)
        self.key_words.extend([word] * len(found))

    def _arrays(self) -> dict[str, NDArray[Any]]:
        rows = len(self.row_entities)
        texts = [text.encode() for text in self.words]
        by_key = _by_key(self.keys, self.key_words)
        by_phrase = _by_key(self.phrase_keys, self.phrase_rows)
        by_id = _by_key(self.id_keys, self.id_entities)
        posted = _by_key(self.pair_words, self.pair_rows)
        ends = np.searchsorted(posted[0], np.arange(len(texts) + 1, dtype=np.uint32))
        row_ends = np.frombuffer(self.row_ends, np.uint32)
        seldom = np.log1p(rows / np.maximum(np.diff(ends), 1)).astype(np.float32)
        told_words = np.bincount(posted[1], minlength=rows).astype(np.float32)
        return {
            "words": np.frombuffer(b"".join(texts), np.uint8),
            "word_ends": np.cumsum([0, *map(len, texts)], dtype=np.uint32),
            "word_seldom": seldom,
            "keys": by_key[0],
            "key_words": by_key[1],
            "posted": posted[1],
            "posted_ends": ends.astype(np.uint32),
            "phrase_keys": by_phrase[0],
            "phrase_rows": by_phrase[1],
            "id_keys": by_id[0],
            "id_entities": by_id[1],
            "row_entities": _copied(self.row_entities),
            "row_names": _copied(self.row_names),
            "row_flags": _copied(self.row_flags),
            "row_words": _copied(self.row_words),
            "row_ends": row_ends,
            "row_told_words": told_words,
            "syllables": np.frombuffer(msgspec.msgpack.encode(self.syllables), np.uint8),
            "entities": np.frombuffer(bytes(self.bytes), np.uint8),
            "entity_ends": _copied(self.entity_ends),
        }


def _copied(values: "array[int]") -> NDArray[Any]:
    return np.array(values, dtype=values.typecode)


def _by_key(keys: "array[int]", values: "array[int]") -> tuple[NDArray[Any], NDArray[Any]]:
    """Both in the order of the keys, those of one key in the order they came."""
    told_keys, told_values = np.array(keys, dtype=np.uint32), np.array(values, dtype=np.uint32)
    order = np.argsort(told_keys, kind="stable")
    return told_keys[order], told_values[order]
