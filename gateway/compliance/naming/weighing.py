"""Which listed names have the most of the words asked for, rare words above all. Pure.

A name weighs what those of its words weigh that were asked for, the more the fewer words it and the
question have. Only names that can be among the first are weighed: those that have two of the
words, and of the others the shortest of each word.
"""

import threading
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gateway.compliance.naming.building import NO_WORD, TOLD_WORDS
from gateway.compliance.naming.vocabulary import Vocabulary, Wanted

U32 = NDArray[np.uint32]
FEW_ROWS: Final = 1_500
"""So few are weighed one and all."""
FIRST_ROWS: Final = 300
"""Of the rarest word so many are weighed though they have none of the others."""
FIRST_OF_OTHERS: Final = 50
SHORTLIST: Final = 32
"""Of so many the words are weighed one by one."""
_ONES: Final = np.ones(TOLD_WORDS, np.float32)


class Weighing:
    """The names of an index as they are weighed, for any number of threads."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]], vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._told = arrays["row_told"].reshape(-1, TOLD_WORDS)
        self._told_words = arrays["row_told_words"]
        self._entities = arrays["row_entities"]
        self._unknown_weight = float(round(np.log1p(len(self._told) or 1)))
        self._local = threading.local()

    def likeliest(self, wanted: list[Wanted], joined: U32, *, entities: int = 0) -> list[int]:
        """The rows most likely meant, the likeliest first; of equally likely ones the first listed.

        Args:
            wanted: the words asked for, the rarest first.
            joined: rows that have words asked for as two written as one, or the other way round.
            entities: of so many a row is there, if so many have a word asked for.
        """
        rows = self._worth_weighing(wanted, joined)
        if not len(rows):
            return []
        more = np.zeros(len(rows), np.float32)
        if len(joined):
            more[rows.searchsorted(joined)] = self._unknown_weight
        if len(rows) > SHORTLIST:
            likely = self._likely(rows, self._sums(rows, wanted) + more, wanted)
            kept = likely.argpartition(len(rows) - SHORTLIST)[-SHORTLIST:]
            if entities:
                kept = np.union1d(kept, self._likeliest_of_each(rows, likely)[:entities])
            rows, more = rows.take(kept), more.take(kept)
        likely = self._likely(rows, self._weighed(rows, wanted) + more, wanted)
        ranked: list[int] = rows[np.lexsort((rows, -likely))].tolist()
        return ranked

    def _likeliest_of_each(self, rows: U32, likely: NDArray[np.float32]) -> NDArray[np.intp]:
        """Where the likeliest row of each entity stands, the likeliest first."""
        ranked = np.argsort(-likely, kind="stable")
        _, firsts = np.unique(self._entities.take(rows[ranked]), return_index=True)
        return ranked[np.sort(firsts)]

    def _likely(
        self, rows: U32, weighed: NDArray[np.float32], wanted: list[Wanted]
    ) -> NDArray[np.float32]:
        """To the power of 1.5: else a short name with one of the words, which makes no match, comes
        before a long one with two."""
        likely: NDArray[np.float32] = weighed * np.sqrt(weighed)
        likely /= len(wanted) + self._told_words.take(rows)
        return likely

    def _worth_weighing(self, wanted: list[Wanted], joined: U32) -> U32:
        """The joined rows and those of the words, each once, in their order.

        Rows that have only a word that very many names have are left out, where another word is
        at hand: one word of several makes no match.
        """
        lists = [word.rows for word in wanted if word.rows is not None and len(word.rows)]
        many = [word for word in wanted if word.rows is None]
        if not lists:
            lists = [self._vocabulary.rows_of(word.words) for word in many]
            many = []
        if many or sum(map(len, lists)) <= FEW_ROWS:
            return _each_once([joined, *lists])
        return _each_once([joined, *self._first_and_shared(lists)])

    def _first_and_shared(self, lists: list[U32]) -> list[U32]:
        """The first of each list, and whoever is on two."""
        found = [lists[0][:FIRST_ROWS]]
        seen = self._seen()
        try:
            for one, other in pairwise(lists):
                seen[one] = True
                found += [other[:FIRST_OF_OTHERS], other[seen.take(other)]]
        finally:
            for one in lists[:-1]:
                seen[one] = False
        return found

    def _sums(self, rows: U32, wanted: list[Wanted]) -> NDArray[np.float32]:
        """What the words of many rows weigh together, two that are like one asked for as well."""
        weights = self._weights()
        try:
            for word in reversed(wanted):  # of two that a listed word may be, the rarer counts
                weights[word.folded] = word.weights
            sums: NDArray[np.float32] = weights.take(self._told.take(rows, axis=0)) @ _ONES
        finally:
            for word in wanted:
                weights[word.folded] = 0
        return sums

    def _weighed(self, rows: U32, wanted: list[Wanted]) -> NDArray[np.float32]:
        """What the words of a few rows weigh, of those like one asked for the likest."""
        weights = self._weights()
        told = self._told.take(rows, axis=0).T.astype(np.intp, order="C")  # words under words
        weighed = np.zeros(len(rows), np.float32)
        for word in wanted:
            try:
                weights[word.folded] = word.weights
                weighed += weights.take(told).max(axis=0)
            finally:
                weights[word.folded] = 0
        return weighed

    def _seen(self) -> NDArray[np.bool_]:
        """Which rows this thread has come by; none between two questions."""
        held: NDArray[np.bool_] | None = getattr(self._local, "seen", None)
        if held is None:
            held = self._local.seen = np.zeros(len(self._told), np.bool_)
        return held

    def _weights(self) -> NDArray[np.float32]:
        """What words weigh, for this thread; all 0 between two questions."""
        held: NDArray[np.float32] | None = getattr(self._local, "weights", None)
        if held is None:
            held = self._local.weights = np.zeros(NO_WORD + 1, np.float32)
        return held


def _each_once(lists: list[U32]) -> U32:
    """As ``np.unique``, which takes twenty times as long for some hundreds."""
    rows = np.concatenate(lists)
    rows.sort()
    first = np.ones(len(rows), np.bool_)
    np.not_equal(rows[1:], rows[:-1], out=first[1:])
    return rows[first]
