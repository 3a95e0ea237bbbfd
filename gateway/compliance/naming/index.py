"""Who on the lists might be meant by a name: found by the keys of its words. Pure.

All of it is arrays that are read where they lie (``artefact``), so that processes share one copy.
A name is a row; the rows of a word are found by the word, the word by its keys. What is asked for
is looked up by all of its keys at once, the rows of the words found are weighed by how rare these
are, and the best few are what the scorer looks at.
"""

import threading
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from gateway.compliance.listed.entities import ListedEntity
from gateway.compliance.naming.artefact import Artefact
from gateway.compliance.naming.building import (
    ORGANISATION_BIT,
    VOWELLESS_BIT,
    legal_of,
)
from gateway.compliance.naming.circumstances import MIN_ID_LETTERS, id_key
from gateway.compliance.naming.keys import (
    BONES_WEIGHT,
    bones_key,
    exact_key,
    joined_key,
    number_key,
    told,
    whole_name_key,
    word_keys,
)
from gateway.compliance.naming.parts import NamePart, PreparedName, part, prepared, readings
from gateway.compliance.naming.scoring import NameQuery

U32 = NDArray[np.uint32]
F32 = NDArray[np.float32]
_LISTED: Final = msgspec.msgpack.Decoder(ListedEntity)
_SYLLABLES: Final = msgspec.msgpack.Decoder(dict[int, str])

BEST: Final = 10
MANY_ROWS: Final = 3_000
"""A word that so many names have finds nobody by itself where another word is at hand."""
SHORTLIST: Final = 300
MAX_WORDS: Final = 12
MIN_JOINED: Final = 4
WORDS_KEPT: Final = 65_536
WANTED_KEPT: Final = 4_096


@dataclass(frozen=True, slots=True)
class Candidate:
    """A listed name that may be meant."""

    row: int
    entity: int


@dataclass(frozen=True, slots=True, eq=False)
class _Wanted:
    """What a word asked for leads to.

    Args:
        words, weights: the vocabulary's words that it may be, and what each then weighs.
        rows: how many names have one of them.
        weight: what the word weighs where it is met as asked.
        by_row: the rows and what each weighs by it, where they are few.
    """

    words: list[int]
    weights: list[float]
    rows: int
    weight: float
    by_row: tuple[U32, F32] | None


class NameIndex:
    """One built index, ready to be asked by any number of threads."""

    def __init__(self, artefact: Artefact) -> None:
        arrays = artefact.arrays
        self.artefact = artefact
        self._a = arrays
        self._keys: U32 = arrays["keys"]
        self._key_words: U32 = arrays["key_words"]
        self._phrase_keys: U32 = arrays["phrase_keys"]
        self._phrase_rows: U32 = arrays["phrase_rows"]
        self._posted: U32 = arrays["posted"]
        self._posted_ends: U32 = arrays["posted_ends"]
        self._norms: F32 = arrays["row_norms"]
        self._seldom: F32 = arrays["word_seldom"]
        self._row_entities: U32 = arrays["row_entities"]
        self._syllables = _SYLLABLES.decode(arrays["syllables"].tobytes())
        self.rows = len(self._row_entities)
        self._unknown_weight = float(np.log1p(self.rows or 1))
        self._local = threading.local()
        self._word_part = lru_cache(WORDS_KEPT)(self._read_part)
        self._wanted = lru_cache(WANTED_KEPT)(self._look_up)

    def candidates(self, query: NameQuery, *, best: int = BEST) -> list[Candidate]:
        """The names most likely meant, at most ``best`` (of one whose kind is unknown, of each
        reading); all who have just the words asked for, in whatever order, are among them."""
        found: dict[int, None] = {}
        for name in dict.fromkeys(prepared(query.name, way) for way in readings(query.kind)):
            found |= dict.fromkeys(self._rows_for(name, best))
        return [Candidate(row, int(self._row_entities[row])) for row in found]

    def entities_with(self, query: NameQuery) -> list[int]:
        """Whoever has a passport or registration number asked for."""
        numbers = [id_key(one.number) for one in query.ids]
        keys = [number_key(one) for one in numbers if len(one) >= MIN_ID_LETTERS]
        if not keys:
            return []
        return sorted(
            {int(one) for one in _values(self._a["id_keys"], self._a["id_entities"], keys)}
        )

    def entity(self, number: int) -> ListedEntity:
        """All that the list says about one."""
        start, end = self._a["entity_ends"][number : number + 2].tolist()
        return _LISTED.decode(self._a["entities"][start:end].data)

    def name(self, row: int) -> PreparedName:
        """The name of a row, as ``prepared`` would read it."""
        start, end = self._a["row_ends"][row : row + 2].tolist()
        flags = int(self._a["row_flags"][row])
        organisation = bool(flags & ORGANISATION_BIT)
        read = self._word_part
        return PreparedName(
            parts=tuple(
                [read(word, organisation) for word in self._a["row_words"][start:end].tolist()]
            ),
            legal=_legal(flags),
            reading="organisation" if organisation else "person",
            syllables=self._syllables.get(row, "") if self._syllables else "",
            vowelless=bool(flags & VOWELLESS_BIT),
        )

    def _read_part(self, word: int, organisation: bool) -> NamePart:
        start, end = self._a["word_ends"][word : word + 2].tolist()
        text = self._a["words"][start:end].tobytes().decode()
        return part(text, "organisation" if organisation else "person")

    def _rows_for(self, name: PreparedName, best: int) -> list[int]:
        parts = tuple(dict.fromkeys(told(name.parts)))[:MAX_WORDS]
        if not parts or not self.rows:
            return []
        sums = self._sums()
        wanted = sorted(
            (self._wanted(one, name.vowelless) for one in parts), key=lambda one: one.rows
        )
        seen: list[U32] = []
        self._add_joined(name, sums, seen)
        for word in wanted:
            self._add(word, sums, seen, alone=len(wanted) == 1)
        rows = np.concatenate(seen) if seen else np.empty(0, np.uint32)
        found = sums[rows]
        sums[rows] = 0
        if len(rows) > SHORTLIST:
            kept = np.argpartition(found, len(rows) - SHORTLIST)[-SHORTLIST:]
            rows, found = rows[kept], found[kept]
        asked = sum(word.weight for word in wanted)
        likely = found / (asked + self._norms[rows])
        # Of equal ones the first listed: the same question finds the same names.
        ranked = rows[np.lexsort((rows, -likely))].tolist()
        whole = _values(self._phrase_keys, self._phrase_rows, [whole_name_key(name)])
        told_rows = dict.fromkeys(whole)
        for row in ranked:
            if len(told_rows) >= best:
                break
            told_rows.setdefault(row)
        return list(told_rows)

    def _sums(self) -> F32:
        """What rows weigh, for this thread; all 0 between two questions."""
        held: F32 | None = getattr(self._local, "sums", None)
        if held is None:
            held = self._local.sums = np.zeros(self.rows, np.float32)
        return held

    def _add(self, word: _Wanted, sums: F32, seen: list[U32], *, alone: bool) -> None:
        """Let a word weigh in; one that very many names have only where others do already."""
        if word.by_row is not None:
            rows, weights = word.by_row
            sums[rows] += weights
            seen.append(rows)
            return
        fresh = alone or not seen
        ends = self._posted_ends
        for one, weight in zip(word.words, word.weights, strict=True):
            rows = self._posted[ends[one] : ends[one + 1]]
            if fresh:
                seen.append(rows)
            else:
                rows = rows[sums[rows] > 0]
            sums[rows] += weight

    def _add_joined(self, name: PreparedName, sums: F32, seen: list[U32]) -> None:
        """Words asked for as two that are listed as one, and the other way round."""
        texts = [part.text for part in name.parts]
        pairs = [one + other for one, other in pairwise(texts)]
        if len(texts) == 3:
            pairs.append("".join(texts))
        split = [joined_key(text) for text in texts if len(text) >= MIN_JOINED]
        for row in _values(self._phrase_keys, self._phrase_rows, split):
            rows = np.array([row], np.uint32)
            sums[rows] += self._unknown_weight
            seen.append(rows)
        for word in _values(self._keys, self._key_words, [exact_key(text) for text in pairs]):
            rows = self._posted[self._posted_ends[word] : self._posted_ends[word + 1]]
            sums[rows] += self._unknown_weight
            seen.append(rows)

    def _look_up(self, one: NamePart, vowelless: bool) -> _Wanted:
        found: dict[int, int] = {}
        asked = list(word_keys(one))
        bare = bones_key(one, vowelless=True)
        if bare is not None:
            asked.append((bare, BONES_WEIGHT))
            if vowelless:
                bones = bones_key(one, vowelless=False)
                asked += [(bones, BONES_WEIGHT)] if bones is not None else []
        keys = np.array([key for key, _ in asked], np.uint32)
        starts = np.searchsorted(self._keys, keys, "left").tolist()
        ends = np.searchsorted(self._keys, keys, "right").tolist()
        for (_, weight), start, end in zip(asked, starts, ends, strict=True):
            for word in self._key_words[start:end].tolist() if end > start else ():
                found[word] = max(weight, found.get(word, 0))
        # The least alike first: where a name has two of them, the likest remains.
        words = sorted(found, key=lambda word: (found[word], word))
        seldom = self._seldom[words]
        weights = seldom * np.array([found[word] for word in words], np.float32) / 100
        posted = [self._posted[self._posted_ends[w] : self._posted_ends[w + 1]] for w in words]
        sizes = [len(rows) for rows in posted]
        few = 0 < sum(sizes) <= MANY_ROWS
        return _Wanted(
            words=words,
            weights=weights.tolist(),
            rows=sum(sizes),
            weight=float(weights.max()) if words else self._unknown_weight,
            by_row=(np.concatenate(posted), np.repeat(weights, sizes)) if few else None,
        )


def _values(keys: U32, values: U32, wanted: list[int]) -> list[int]:
    """The values of these keys, in their order; a key may have none or many."""
    if not wanted or not len(keys):
        return []
    sought = np.array(wanted, np.uint32)
    starts = np.searchsorted(keys, sought, "left").tolist()
    ends = np.searchsorted(keys, sought, "right").tolist()
    return [
        value
        for start, end in zip(starts, ends, strict=True)
        if end > start
        for value in values[start:end].tolist()
    ]


_legal = lru_cache(256)(legal_of)
