"""Whether a listed name can come to so many points at all, before it is compared. Pure.

Of ten candidates most share a word with what was asked for and no more. Which words answer to
which is looked up word by word and remembered for the next name; words that answer to nothing can
only take points off. What is left is at least as much as ``compare`` gives.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from gateway.compliance.naming.alignment import (
    MAX_LEFT_TO_JOIN,
    MIN_ACRONYM_LETTERS,
    MIN_JOINED_LETTERS,
    joined,
)
from gateway.compliance.naming.comparing import PERCENT
from gateway.compliance.naming.likeness import likeness
from gateway.compliance.naming.parts import NamePart, PreparedName, Reading
from gateway.compliance.naming.weights import POINTS, Weights

NO_ROOM: Final = 0
NEVER: Final = 1 << 30
"""More letters than any word has."""


class _Word(NamedTuple):
    """What a listed word is to the name asked for.

    Args:
        answers: a bit for each word asked for that it may be paired with.
        weight: what it counts for.
        room: if it may begin a word asked for that this name writes as two, the most letters that
            may follow.
        several: whether it may be several of the words asked for, as one or by their first letters.
    """

    part: NamePart
    answers: int
    weight: int
    room: int
    several: bool


class _Ours(NamedTuple):
    """Of the words asked for: how many are answered, their weight, and that of the others."""

    answered: int
    paired: int
    left: int


class Reaching:
    """A name asked for, to be held beside many listed ones that are read in the same way.

    Args:
        part: a listed word by its number.
    """

    def __init__(
        self, asked: PreparedName, weights: Weights, part: Callable[[int, Reading], NamePart]
    ) -> None:
        self._reading = asked.reading
        self._parts = asked.parts
        self._weights = weights
        self._part = part
        self._vowelless = asked.vowelless
        texts = {one.text for one in asked.parts}
        # A word said twice, and more words than are tried to be joined, are left to ``compare``.
        self._bounded = len(texts) == len(asked.parts) <= MAX_LEFT_TO_JOIN
        self._texts = texts
        self._organisation = asked.reading == "organisation"
        self._firsts = {text[0] for text in texts}
        self._shortest_two = sum(sorted(map(len, texts))[:2]) if len(texts) > 1 else NEVER
        self._wholes = [text for text in texts if len(text) >= MIN_JOINED_LETTERS]
        self._acronyms = (
            [text for text in texts if len(text) >= MIN_ACRONYM_LETTERS]
            if self._organisation
            else []
        )
        self._shortest = min(map(len, self._acronyms), default=0)
        self._words: dict[int, _Word] = {}
        self._ours: dict[int, _Ours] = {}

    def can_reach(self, points: int, words: Sequence[int], *, vowelless: bool) -> bool:
        """Whether the listed name of these words may give ``points``; True if it isn't sure."""
        if not self._bounded or vowelless != self._vowelless:
            return True
        if len(words) > MAX_LEFT_TO_JOIN or len({*words}) != len(words):
            return True
        answered = count = paired = left = 0
        rooms = False
        known = self._words
        for word in words:
            told = known.get(word)
            if told is None:
                told = known[word] = self._of_word(word)
            _, answers, weight, room, several = told
            if several:
                return True
            if answers:
                answered |= answers
                paired += weight
                count += 1
            else:
                left += weight
            if room:
                rooms = True
        ours = self._ours.get(answered) or self._ours_of(answered)
        if self._most(ours, count, paired, left) >= points:
            return True
        if rooms and self._may_be_joined(words):
            return True
        return self._may_be_an_acronym(words)

    def _most(self, ours: _Ours, count: int, paired: int, left: int) -> int:
        """The points if all words that are answered were the same, and paired with one another."""
        weights = self._weights
        twice = ours.paired + paired
        if not twice:
            return 0
        both = min(ours.left, left)
        extra = max(ours.left, left) - both
        lone = min(ours.answered, count) < 2
        share = weights.lone_extra_weight if lone else weights.extra_weight
        whole = twice * PERCENT + 2 * (both * weights.left_weight + extra * share)
        most = twice * PERCENT * POINTS // whole
        return max(0, most - weights.conflict * min(both, PERCENT) // PERCENT)

    def _of_word(self, word: int) -> _Word:
        part, weights = self._part(word, self._reading), self._weights
        answers = 0
        for bit, ours in enumerate(self._parts):
            if likeness(ours, part, weights):
                answers |= 1 << bit
        text = part.text
        room, several = NO_ROOM, False
        if text not in self._texts:
            for whole in self._wholes:
                if whole[0] == text[0]:
                    room = max(room, len(whole) + 1 - len(text))
            several = self._is_several(part)
        return _Word(part, answers, weights.parts[part.kind], room, several)

    def _is_several(self, part: NamePart) -> bool:
        text = part.text
        begun = text[0] in self._firsts and self._shortest_two <= len(text) + 1
        if begun and any(joined([*self._parts], [part], self._weights)):
            return True
        return (
            self._organisation
            and MIN_ACRONYM_LETTERS <= len(text) <= len(self._parts)
            and self._firsts.issuperset(text)
        )

    def _may_be_joined(self, words: Sequence[int]) -> bool:
        """Whether two or three of these words are written as one in the name asked for."""
        # What stands on both sides is paired with itself.
        told = [
            one for one in [self._words[word] for word in words] if one.part.text not in self._texts
        ]
        if len(told) < 2:
            return False
        shortest, second, *_ = sorted([len(one.part.text) for one in told])
        for one in told:
            other = second if len(one.part.text) == shortest else shortest
            if other <= one.room:
                pieces = [each.part for each in told]
                return any(joined(pieces, [*self._parts], self._weights))
        return False

    def _may_be_an_acronym(self, words: Sequence[int]) -> bool:
        """Whether a word asked for is made of the first letters of these."""
        if not self._acronyms or len(words) < self._shortest:
            return False
        firsts = {self._words[word].part.text[0] for word in words}
        return any(firsts.issuperset(text) for text in self._acronyms if len(text) <= len(words))

    def _ours_of(self, answered: int) -> _Ours:
        count = paired = left = 0
        for bit, part in enumerate(self._parts):
            weight = self._weights.parts[part.kind]
            if answered >> bit & 1:
                count += 1
                paired += weight
            else:
                left += weight
        told = self._ours[answered] = _Ours(count, paired, left)
        return told
