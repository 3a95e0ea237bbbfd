"""Which words of one name answer to which words of another. Pure; the same both ways.

The order of words never matters: names are written family name first or last, with and without a
comma, and lists keep both.
"""

from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import Final, NamedTuple

from gateway.compliance.naming.likeness import ALIKE, bare_likeness, likeness, word_likeness
from gateway.compliance.naming.parts import NamePart, PreparedName, sound
from gateway.compliance.naming.weights import Weights

MAX_JOINED: Final = 3
MAX_LEFT_TO_JOIN: Final = 6
MIN_JOINED_LETTERS: Final = 4
MIN_ACRONYM_LETTERS: Final = 3

Parts = tuple[NamePart, ...]


class Pairing(NamedTuple):
    """Words of the one name that answer to words of the other; mostly one to one.

    ``likeness`` is in thousandths; ``weight`` is what the pair counts for in the score.
    """

    ours: Parts
    theirs: Parts
    likeness: int
    weight: int


class Alignment(NamedTuple):
    """All pairs, and the words that answer to nothing on the other side."""

    pairs: list[Pairing]
    ours_left: list[NamePart]
    theirs_left: list[NamePart]


def align(ours: PreparedName, theirs: PreparedName, weights: Weights) -> Alignment:
    """Pair the words, the likest first; of equally like ones the weightiest."""
    pairs, left, right = _same_words(ours.parts, theirs.parts, weights)
    if left and right:
        options = _alike(left, right, ours, theirs, weights)
        if len(left) > 1:
            options += joined(left, right, weights)
        if len(right) > 1:
            options += map(_swapped, joined(right, left, weights))
        if ours.reading == "organisation":
            options += _acronyms(left, right, weights)
            options += map(_swapped, _acronyms(right, left, weights))
        if len(options) > 1:
            options.sort(key=_rank)
        for option in options:
            if _within(option.ours, left) and _within(option.theirs, right):
                pairs.append(option)
                for part in option.ours:
                    left.remove(part)
                for part in option.theirs:
                    right.remove(part)
    return Alignment(pairs, left, right)


def weight_of(parts: Sequence[NamePart], weights: Weights) -> int:
    """What these words count for together."""
    return sum(weights.parts[part.kind] for part in parts)


def _rank(option: Pairing) -> tuple[int, int, str, str]:
    """Equal options are told apart by their letters, never by whose side or place they are of."""
    one, other = _letters(option.ours), _letters(option.theirs)
    if one > other:
        one, other = other, one
    return (-option.likeness, -option.weight, one, other)


def _letters(parts: Parts) -> str:
    return parts[0].text if len(parts) == 1 else " ".join(sorted(part.text for part in parts))


def _swapped(option: Pairing) -> Pairing:
    return Pairing(option.theirs, option.ours, option.likeness, option.weight)


def _within(wanted: Parts, free: list[NamePart]) -> bool:
    if len(wanted) == 1:
        return wanted[0] in free
    return all(free.count(part) >= wanted.count(part) for part in wanted)


def _same_words(
    ours: Parts, theirs: Parts, weights: Weights
) -> tuple[list[Pairing], list[NamePart], list[NamePart]]:
    """The words that both sides have, letter by letter, and what is left of each."""
    pairs, left, right = [], [], list(theirs)
    texts = [part.text for part in theirs]
    for part in ours:
        text = part.text
        if text in texts:
            at = texts.index(text)
            del texts[at], right[at]
            pairs.append(Pairing((part,), (part,), ALIKE, weights.parts[part.kind]))
        else:
            left.append(part)
    return pairs, left, right


def _alike(
    left: list[NamePart],
    right: list[NamePart],
    ours: PreparedName,
    theirs: PreparedName,
    weights: Weights,
) -> list[Pairing]:
    """Each two words that are like one another."""
    options = []
    bare = ours.vowelless != theirs.vowelless
    worth = weights.parts
    for one in left:
        for other in right:
            like = likeness(one, other, weights)
            if bare:
                like = max(like, bare_likeness(one.sound, other.sound, weights))
            if like:
                weight = (worth[one.kind] + worth[other.kind]) // 2
                options.append(Pairing((one,), (other,), like, weight))
    return options


def joined(many: list[NamePart], few: list[NamePart], weights: Weights) -> Iterator[Pairing]:
    """Words that the other side writes as one: ``van der bilt``, ``good will``."""
    for whole in few:
        text, length = whole.text, len(whole.text)
        if length < MIN_JOINED_LETTERS:
            continue
        # A letter more or less is forgiven, not a strange beginning.
        fitting = [part for part in many if len(part.text) <= length]
        if len(fitting) > MAX_LEFT_TO_JOIN:
            fitting = sorted(fitting, key=lambda part: part.text)[:MAX_LEFT_TO_JOIN]
        for pieces in _pieces(fitting, text):
            if abs(sum([len(piece.text) for piece in pieces]) - length) <= 1:
                joined = "".join([piece.text for piece in pieces])
                like = word_likeness(joined, text, sound(joined), whole.sound, weights)
                if like >= weights.joined_least:
                    weight = (weight_of(pieces, weights) + weights.parts[whole.kind]) // 2
                    yield Pairing(pieces, (whole,), like, weight)


def _pieces(parts: list[NamePart], whole: str) -> Iterator[Parts]:
    """Two or three of the words in any order of which the first begins like the whole."""
    for at, head in enumerate(parts):
        if head.text[0] == whole[0]:
            others = parts[:at] + parts[at + 1 :]
            for count in range(1, min(MAX_JOINED, len(parts))):
                for rest in permutations(others, count):
                    yield (head, *rest)


def _acronyms(many: list[NamePart], few: list[NamePart], weights: Weights) -> Iterator[Pairing]:
    """A word made of the first letters of all words that the other side has left, in any order."""
    if len(many) < MIN_ACRONYM_LETTERS:
        return
    telling = tuple(part for part in many if part.kind != "particle")
    letters = sorted(part.text[0] for part in telling)
    for short in few:
        if len(short.text) >= MIN_ACRONYM_LETTERS and sorted(short.text) == letters:
            weight = (weight_of(telling, weights) + weights.parts[short.kind]) // 2
            yield Pairing(telling, (short,), weights.acronym_likeness, weight)
