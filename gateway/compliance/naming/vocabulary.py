"""The words of listed names: which of them a word asked for may be. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gateway.compliance.naming.building import folded
from gateway.compliance.naming.keyed import Keyed
from gateway.compliance.naming.keys import asked_keys, exact_key
from gateway.compliance.naming.parts import NamePart, Reading, read_part

MANY_ROWS: Final = 3_000
"""A word that so many names have finds nobody by itself where another word is at hand."""
WORDS_KEPT: Final = 65_536
WANTED_KEPT: Final = 4_096
WEIGHT_STEPS: Final = 64
"""Weights are whole parts of this size, so that their sums are exact in whatever order."""


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """What a word asked for leads to.

    Args:
        words: the vocabulary's words that it may be, by number, the likest first.
        folded, weights: the same words as names are weighed by, and what each weighs.
        count: how many names have one of them, about.
        rows: these, the likest and shortest first; None where they are many.
    """

    words: list[int]
    folded: NDArray[np.intp]
    weights: NDArray[np.float32]
    count: int
    rows: NDArray[np.uint32] | None


class Vocabulary:
    """The words of an index, and the rows of each."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._texts = arrays["words"].data
        self._ends = arrays["word_ends"].data
        self._seldom = arrays["word_seldom"].data
        self._posted = arrays["posted"]
        self._posted_ends = arrays["posted_ends"].data
        self._keyed = Keyed(arrays, "word")
        self.part = lru_cache(WORDS_KEPT)(self._read_part)
        self.wanted = lru_cache(WANTED_KEPT)(self._look_up)

    def rows_of(self, words: list[int]) -> NDArray[np.uint32]:
        """The rows that have one of these words, word by word."""
        ends = self._posted_ends
        posted = [self._posted[ends[word] : ends[word + 1]] for word in words]
        return np.concatenate(posted) if posted else np.empty(0, np.uint32)

    def rows_with(self, text: str) -> list[int]:
        """The rows that have just this word."""
        words = self._keyed.get(exact_key(text))
        rows: list[int] = self.rows_of(words).tolist() if words else []
        return rows

    def _read_part(self, word: int, reading: Reading) -> NamePart:
        start, end = self._ends[word], self._ends[word + 1]
        text, _, heard = str(self._texts[start:end], "ascii").partition(" ")
        return read_part(text, heard, reading)

    def _look_up(self, one: NamePart, vowelless: bool) -> Wanted:
        found: dict[int, int] = {}
        get = self._keyed.get
        for key, share in asked_keys(one, vowelless=vowelless).items():
            words = get(key)
            if words:
                found |= dict.fromkeys(words, share)  # the last is the likest
        seldom, ends = self._seldom, self._posted_ends
        shares = [(share, seldom[word], -word) for word, share in found.items()]
        # A rarer word that only looks like it is no better evidence than the word itself.
        itself = max(shares)[1] if shares else 0.0
        weighed = [
            ((rare if rare < itself else itself) * share / 100, word)
            for share, rare, word in shares
        ]
        weighed.sort(reverse=True)
        words = [-word for _, word in weighed]
        count = sum([ends[word + 1] - ends[word] for word in words])
        return Wanted(
            words=words,
            folded=np.array([folded(word) for word in words], np.intp),
            weights=np.array(
                [round(weight * WEIGHT_STEPS) / WEIGHT_STEPS for weight, _ in weighed], np.float32
            ),
            count=count,
            rows=self.rows_of(words) if count <= MANY_ROWS else None,
        )
