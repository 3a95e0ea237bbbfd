"""Who on the lists might be meant by a name: found by the keys of its words. Pure.

All of it is arrays that are read where they lie (``artefact``), so that processes share one copy.
A name is a row; the rows of a word are found by the word, the word by its keys. What is asked for
is looked up by all of its keys at once, the rows of the words found are weighed by how rare these
are (``weighing``), and the best few are what the scorer looks at.
"""

from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

import msgspec
import numpy as np

from gateway.compliance.listed.entities import ListedEntity
from gateway.compliance.naming.artefact import Artefact
from gateway.compliance.naming.building import ORGANISATION_BIT, VOWELLESS_BIT, legal_of
from gateway.compliance.naming.circumstances import MIN_ID_LETTERS, id_key
from gateway.compliance.naming.keyed import Keyed
from gateway.compliance.naming.keys import joined_key, number_key, told, whole_name_key
from gateway.compliance.naming.parts import PreparedName, Reading, prepared, readings
from gateway.compliance.naming.scoring import NameQuery
from gateway.compliance.naming.vocabulary import Vocabulary
from gateway.compliance.naming.weighing import SHORTLIST, U32, Weighing

_LISTED: Final = msgspec.msgpack.Decoder(ListedEntity)
_SYLLABLES: Final = msgspec.msgpack.Decoder(dict[int, str])

BEST: Final = 10
MAX_OF_ONE: Final = 3
"""So many names of one entity count among the best; the others take nobody's place."""
MAX_WORDS: Final = 12
MIN_JOINED: Final = 4
MAX_JOINED_ROWS: Final = 1_500


class NameIndex:
    """One built index, ready to be asked by any number of threads."""

    def __init__(self, artefact: Artefact) -> None:
        arrays = artefact.arrays
        self.artefact = artefact
        self.rows = len(arrays["row_entities"])
        self._vocabulary = Vocabulary(arrays)
        self.part = self._vocabulary.part
        self._weighing = Weighing(arrays, self._vocabulary)
        self._phrases = Keyed(arrays, "phrase")
        self._numbers = Keyed(arrays, "id")
        # Of these a few are read at a time, which is quicker without numpy.
        self._row_entities = arrays["row_entities"].data
        self._row_names = arrays["row_names"].data
        self._row_flags = arrays["row_flags"].data
        self._row_words = arrays["row_words"].data
        self._row_ends = arrays["row_ends"].data
        self._entities = arrays["entities"].data
        self._entity_ends = arrays["entity_ends"].data
        self._entity_row_ends = arrays["entity_row_ends"].data
        self._syllables = _SYLLABLES.decode(arrays["syllables"].tobytes())

    def candidates(self, query: NameQuery, *, best: int = BEST) -> list[int]:
        """The rows of the names most likely meant, ``best`` of them (of one whose kind is unknown,
        of each reading) and whatever names of the same entities come before the last but don't
        count. All who have just the words asked for, in whatever order, are there."""
        first, *others = [prepared(query.name, way) for way in readings(query.kind)]
        found = self._rows_for(first, best)
        for name in others:
            found += self._rows_for(name, best)
        return list(dict.fromkeys(found)) if others else found

    def entities_of(self, rows: list[int]) -> list[int]:
        """Whose names these rows are."""
        return [self._row_entities[row] for row in rows]

    def entities_with(self, query: NameQuery) -> list[int]:
        """Whoever has a passport or registration number asked for."""
        numbers = [id_key(one.number) for one in query.ids]
        keys = [number_key(one) for one in numbers if len(one) >= MIN_ID_LETTERS]
        return sorted({entity for key in keys for entity in self._numbers.get(key)})

    def entity(self, number: int) -> ListedEntity:
        """All that the list says about one."""
        start, end = self._entity_ends[number], self._entity_ends[number + 1]
        return _LISTED.decode(self._entities[start:end])

    def names_of(self, number: int, entity: ListedEntity) -> dict[tuple[str, Reading], "Written"]:
        """The names of an entity as they lie here, so that none is read from its text again."""
        rows = range(self._entity_row_ends[number], self._entity_row_ends[number + 1])
        ready = [(entity.names[self._row_names[row]].full, self.written(row)) for row in rows]
        return {(full, name.reading): name for full, name in ready}

    def written(self, row: int) -> "Written":
        """The name of a row by the numbers of its words."""
        ends = self._row_ends
        return Written(
            tuple(self._row_words[ends[row] : ends[row + 1]].tolist()),
            self._row_flags[row],
            self._syllables.get(row, "") if self._syllables else "",
        )

    def name(self, written: "Written") -> PreparedName:
        """A name as ``prepared`` would read it."""
        part, reading = self.part, written.reading
        return PreparedName(
            parts=tuple([part(word, reading) for word in written.words]),
            legal=_legal(written.flags),
            reading=reading,
            syllables=written.syllables,
            vowelless=written.vowelless,
        )

    def _rows_for(self, name: PreparedName, best: int) -> list[int]:
        parts = tuple(dict.fromkeys(told(name.parts)))[:MAX_WORDS]
        if not parts or not self.rows:
            return []
        look_up = self._vocabulary.wanted
        wanted = sorted([look_up(one, name.vowelless) for one in parts], key=lambda one: one.count)
        exact = self._phrases.get(whole_name_key(name))
        joined = self._joined(name)
        rows = list(dict.fromkeys([*exact, *self._weighing.likeliest(wanted, joined)]))
        taken = self._place_of(best, rows)
        if taken is None and len(rows) >= SHORTLIST:  # the names of a few fill it
            likely = self._weighing.likeliest(wanted, joined, entities=best)
            rows = list(dict.fromkeys([*exact, *likely]))
            taken = self._place_of(best, rows)
        return rows if taken is None else rows[: max(taken, len(exact))]

    def _place_of(self, best: int, rows: list[int]) -> int | None:
        """How many of these rows it takes for ``best`` that count; None if there are too few."""
        owners, names_of = self._row_entities, dict[int, int]()
        for at, row in enumerate(rows, start=1):
            entity = owners[row]
            names = names_of[entity] = names_of.get(entity, 0) + 1
            if names <= MAX_OF_ONE:
                best -= 1
                if not best:
                    return at
        return None

    def _joined(self, name: PreparedName) -> U32:
        """The rows of words asked for as two that are listed as one, and the other way round."""
        texts = [part.text for part in name.parts]
        pairs = [one + other for one, other in pairwise(texts)]
        if len(texts) == 3:
            pairs.append("".join(texts))
        rows: list[int] = []
        for text in texts:
            if len(text) >= MIN_JOINED:
                rows += self._phrases.get(joined_key(text))
        for text in pairs:
            rows += self._vocabulary.rows_with(text)
        return np.array(rows[:MAX_JOINED_ROWS], np.uint32)


class Written(NamedTuple):
    """A listed name by the numbers of its words, in the order written; equal for equal names."""

    words: tuple[int, ...]
    flags: int
    syllables: str

    @property
    def reading(self) -> Reading:
        """As whose name it is read."""
        return "organisation" if self.flags & ORGANISATION_BIT else "person"

    @property
    def vowelless(self) -> bool:
        """Whether it was written without vowels."""
        return bool(self.flags & VOWELLESS_BIT)


_legal = lru_cache(256)(legal_of)
