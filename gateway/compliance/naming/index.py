"""Who on the lists might be meant by a name: found by the keys of its words. Pure.

All of it is arrays that are read where they lie (``artefact``), so that processes share one copy.
A name is a row; the rows of a word are found by the word, the word by its keys. What is asked for
is looked up by all of its keys at once, the rows of the words found are weighed by how rare these
are, and the best few are what the scorer looks at.
"""

import threading
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
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
from gateway.compliance.naming.parts import (
    NamePart,
    PreparedName,
    Reading,
    part,
    prepared,
    readings,
)
from gateway.compliance.naming.scoring import NameQuery

U32 = NDArray[np.uint32]
F32 = NDArray[np.float32]
_LISTED: Final = msgspec.msgpack.Decoder(ListedEntity)
_SYLLABLES: Final = msgspec.msgpack.Decoder(dict[int, str])

BEST: Final = 10
MANY_ROWS: Final = 3_000
"""A word that so many names have finds nobody by itself where another word is at hand."""
FEW_ROWS: Final = 1_500
"""So few are looked into one by one."""
SHORTLIST: Final = 300
MAX_WORDS: Final = 12
MIN_JOINED: Final = 4
WORDS_KEPT: Final = 65_536
WANTED_KEPT: Final = 4_096


@dataclass(frozen=True, slots=True, eq=False)
class _Wanted:
    """What a word asked for leads to.

    Args:
        words, weights: the vocabulary's words that it may be, by number, and what each weighs.
        rows: how many names have one of them.
        by_row: the rows and what each weighs by it, where they are few.
    """

    words: list[int]
    weights: list[float]
    rows: int
    by_row: tuple[U32, F32] | None


class NameIndex:
    """One built index, ready to be asked by any number of threads."""

    def __init__(self, artefact: Artefact) -> None:
        arrays = artefact.arrays
        self.artefact = artefact
        self._a = arrays
        self._posted: U32 = arrays["posted"]
        self._told_words: F32 = arrays["row_told_words"]
        self._row_entities: U32 = arrays["row_entities"]
        self._row_ends: U32 = arrays["row_ends"]
        self._row_words: U32 = arrays["row_words"]
        # Of these a few are read at a time, which is quicker without numpy.
        self._word_keys = _Keyed(arrays["keys"], arrays["key_words"])
        self._phrases = _Keyed(arrays["phrase_keys"], arrays["phrase_rows"])
        self._numbers = _Keyed(arrays["id_keys"], arrays["id_entities"])
        self._posted_ends = arrays["posted_ends"].data
        self._seldom = arrays["word_seldom"].data
        self._rows_by_entity = arrays["row_entities"].data
        self._syllables = _SYLLABLES.decode(arrays["syllables"].tobytes())
        self.rows = len(self._row_entities)
        self._unknown_weight = float(np.log1p(self.rows or 1))
        self._local = threading.local()
        self._word_part = lru_cache(WORDS_KEPT)(self._read_part)
        self._wanted = lru_cache(WANTED_KEPT)(self._look_up)

    def candidates(self, query: NameQuery, *, best: int = BEST) -> list[int]:
        """The rows of the names most likely meant, at most ``best`` (of one whose kind is unknown,
        of each reading). All who have just the words asked for, in whatever order, are there."""
        found: dict[int, None] = {}
        for name in dict.fromkeys(prepared(query.name, way) for way in readings(query.kind)):
            found |= dict.fromkeys(self._rows_for(name, best))
        return list(found)

    def entities_of(self, rows: list[int]) -> list[int]:
        """Whose names these rows are."""
        entities: list[int] = self._row_entities[rows].tolist()
        return entities

    def entities_with(self, query: NameQuery) -> list[int]:
        """Whoever has a passport or registration number asked for."""
        numbers = [id_key(one.number) for one in query.ids]
        keys = [number_key(one) for one in numbers if len(one) >= MIN_ID_LETTERS]
        return sorted({entity for key in keys for entity in self._numbers.get(key)})

    def entity(self, number: int) -> ListedEntity:
        """All that the list says about one."""
        start, end = self._a["entity_ends"][number : number + 2].tolist()
        return _LISTED.decode(self._a["entities"][start:end].data)

    def ready_names(self, number: int, entity: ListedEntity) -> "ReadyNames":
        """The names of an entity as they lie here, so that none is read from its text again."""
        start = bisect_left(self._rows_by_entity, number)
        end = bisect_right(self._rows_by_entity, number, lo=start)
        rows = list(range(start, end))
        places = self._a["row_names"][start:end].tolist()
        ready = zip(places, self.names(rows), strict=True)
        return ReadyNames({(entity.names[at].full, name.reading): name for at, name in ready})

    def names(self, rows: list[int]) -> Iterator[PreparedName]:
        """The names of rows, as ``prepared`` would read them."""
        at = np.array(rows, np.intp)
        starts, ends = self._row_ends[at].tolist(), self._row_ends[at + 1].tolist()
        all_flags = self._a["row_flags"][at].tolist()
        read, words = self._word_part, self._row_words
        for row, start, end, flags in zip(rows, starts, ends, all_flags, strict=True):
            organisation = bool(flags & ORGANISATION_BIT)
            yield PreparedName(
                parts=tuple([read(word, organisation) for word in words[start:end].tolist()]),
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
        wanted = sorted(
            [self._wanted(one, name.vowelless) for one in parts], key=lambda one: one.rows
        )
        rows, weighed = self._weigh(wanted, self._joined(name))
        if len(rows) > SHORTLIST:
            kept = np.argpartition(weighed, len(rows) - SHORTLIST)[-SHORTLIST:]
            rows, weighed = rows[kept], weighed[kept]
        likely = weighed / (len(wanted) + self._told_words[rows])
        # Of equal ones the first listed: the same question finds the same names.
        ranked = rows[np.lexsort((rows, -likely))].tolist()
        told_rows = dict.fromkeys(self._phrases.get(whole_name_key(name)))
        for row in ranked:
            if len(told_rows) >= best:
                break
            told_rows.setdefault(row)
        return list(told_rows)

    def _weigh(self, wanted: list[_Wanted], joined: U32) -> tuple[U32, F32]:
        """The rows that have one of the words, some twice, and what speaks for each.

        Rows that have only a word that very many names have are left out, where another word is
        at hand: one word of several makes no match.
        """
        sums = self._sums()
        seen = [joined]
        sums[joined] = self._unknown_weight
        many = []
        for word in wanted:
            if word.by_row is None:
                many.append(word)
            else:
                rows, weights = word.by_row
                sums[rows] += weights
                seen.append(rows)
        if many and not any(map(len, seen[1:])):  # those that are joined may be there by chance
            rarest = many.pop(0)
            for rows, weight in self._posted_of(rarest):
                sums[rows] += weight
                seen.append(rows)
        rows = np.concatenate(seen)
        if len(rows) > FEW_ROWS:
            for word in many:
                for posted, weight in self._posted_of(word):
                    sums[posted[sums[posted] > 0]] += weight
        weighed = sums[rows]
        sums[rows] = 0
        if many and 0 < len(rows) <= FEW_ROWS:
            weighed += self._weight_of_words(rows, many)
        return rows, weighed

    def _posted_of(self, word: _Wanted) -> Iterator[tuple[U32, float]]:
        ends = self._posted_ends
        for one, weight in zip(word.words, word.weights, strict=True):
            yield self._posted[ends[one] : ends[one + 1]], weight

    def _weight_of_words(self, rows: U32, wanted: list[_Wanted]) -> F32:
        """What words weigh in each of a few rows, read from the words of these."""
        starts = self._row_ends[rows]
        lengths = self._row_ends[rows + 1] - starts
        places = np.arange(min(int(lengths.max()), MAX_WORDS), dtype=np.uint32)
        within = places < lengths[:, None]
        words = self._row_words[np.where(within, starts[:, None] + places, starts[:, None])]
        weights = np.zeros(len(rows), np.float32)
        for one in wanted:
            known = np.array(one.words, np.uint32)
            at = np.minimum(np.searchsorted(known, words), len(known) - 1)
            told_weights = np.array(one.weights, np.float32)
            weights += np.where(known[at] == words, told_weights[at], 0).max(axis=1)
        return weights

    def _sums(self) -> F32:
        """What rows weigh, for this thread; all 0 between two questions."""
        held: F32 | None = getattr(self._local, "sums", None)
        if held is None:
            held = self._local.sums = np.zeros(self.rows, np.float32)
        return held

    def _joined(self, name: PreparedName) -> U32:
        """The rows of words asked for as two that are listed as one, and the other way round."""
        texts = [part.text for part in name.parts]
        pairs = [one + other for one, other in pairwise(texts)]
        if len(texts) == 3:
            pairs.append("".join(texts))
        rows = [
            row
            for text in texts
            if len(text) >= MIN_JOINED
            for row in self._phrases.get(joined_key(text))
        ]
        for text in pairs:
            for word in self._word_keys.get(exact_key(text)):
                rows += self._posted[self._posted_ends[word] : self._posted_ends[word + 1]].tolist()
        return np.array(rows[:FEW_ROWS], np.uint32)

    def _look_up(self, one: NamePart, vowelless: bool) -> _Wanted:
        found: dict[int, int] = {}
        asked = list(word_keys(one))
        bare = bones_key(one, vowelless=True)
        if bare is not None:
            asked.append((bare, BONES_WEIGHT))
            if vowelless:
                bones = bones_key(one, vowelless=False)
                asked += [(bones, BONES_WEIGHT)] if bones is not None else []
        for key, share in asked:
            for word in self._word_keys.get(key):
                found[word] = max(share, found.get(word, 0))
        words = sorted(found)
        # A rarer word that only looks like it is no better evidence than the word itself.
        itself = max((found[word], self._seldom[word]) for word in words)[1] if words else 0.0
        weights = [min(self._seldom[word], itself) * found[word] / 100 for word in words]
        ends = self._posted_ends
        rows = sum([ends[word + 1] - ends[word] for word in words])
        wanted = _Wanted(
            words=words,
            weights=weights,
            rows=rows,
            by_row=None,
        )
        return wanted if rows > MANY_ROWS else replace(wanted, by_row=self._by_row(wanted))

    def _by_row(self, wanted: _Wanted) -> tuple[U32, F32]:
        posted = sorted(self._posted_of(wanted), key=lambda one: one[1])
        if not posted:
            return np.empty(0, np.uint32), np.empty(0, np.float32)
        # The least alike first: in a row that has two of them, the likest is written last.
        weights = np.array([weight for _, weight in posted], np.float32)
        rows = [rows for rows, _ in posted]
        return np.concatenate(rows), np.repeat(weights, [len(some) for some in rows])


class ReadyNames:
    """Reads a name as ``prepared`` does, without the text where it is at hand."""

    __slots__ = ("_ready",)

    def __init__(self, ready: dict[tuple[str, Reading], PreparedName]) -> None:
        self._ready = ready

    def __call__(self, text: str, reading: Reading) -> PreparedName:
        return self._ready.get((text, reading)) or prepared(text, reading)


class _Keyed:
    """Values by their keys, of which there may be none or many: two arrays sorted by key."""

    __slots__ = ("_keys", "_values")

    def __init__(self, keys: U32, values: U32) -> None:
        self._keys = keys.data
        self._values = values.data

    def get(self, key: int) -> list[int]:
        keys = self._keys
        start = end = bisect_left(keys, key)
        while end < len(keys) and keys[end] == key:
            end += 1
        return self._values[start:end].tolist() if end > start else []


_legal = lru_cache(256)(legal_of)
