"""Which words of one name answer to which words of another. Pure; the same both ways.

The order of words never matters: names are written family name first or last, with and without a
comma, and lists keep both.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Final

from gateway.compliance.naming.likeness import ALIKE, bare_likeness, likeness, word_likeness
from gateway.compliance.naming.parts import NamePart, PreparedName, sound
from gateway.compliance.naming.weights import Weights

MAX_JOINED: Final = 3
MAX_LEFT_TO_JOIN: Final = 6
MIN_JOINED_LETTERS: Final = 5
MIN_ACRONYM_LETTERS: Final = 3


@dataclass(frozen=True, slots=True)
class Pairing:
    """Words of the one name that answer to words of the other; mostly one to one.

    Args:
        likeness: thousandths.
        weight: what the pair counts for in the score.
    """

    ours: tuple[NamePart, ...]
    theirs: tuple[NamePart, ...]
    likeness: int
    weight: int


@dataclass(frozen=True, slots=True)
class Alignment:
    """All pairs, and the words that answer to nothing on the other side."""

    pairs: tuple[Pairing, ...]
    ours_left: tuple[NamePart, ...]
    theirs_left: tuple[NamePart, ...]


def align(ours: PreparedName, theirs: PreparedName, weights: Weights) -> Alignment:
    """Pair the words, the likest first; of equally like ones the weightiest."""
    left, right = list(ours.parts), list(theirs.parts)
    pairs = _same_words(left, right, weights)
    if left and right:
        options = list(_alike(left, right, ours.vowelless != theirs.vowelless, weights))
        options += _joined(left, right, weights)
        options += _joined(right, left, weights, swapped=True)
        if ours.reading == "organisation":
            options += _acronyms(left, right, weights)
            options += _acronyms(right, left, weights, swapped=True)
        options.sort(key=_rank)
        for option in options:
            if _within(option.ours, left) and _within(option.theirs, right):
                pairs.append(option)
                for part in option.ours:
                    left.remove(part)
                for part in option.theirs:
                    right.remove(part)
    return Alignment(tuple(pairs), tuple(left), tuple(right))


def weight_of(parts: Sequence[NamePart], weights: Weights) -> int:
    """What these words count for together."""
    return sum(weights.parts[part.kind] for part in parts)


def _rank(option: Pairing) -> tuple[int, int, str, str]:
    """Equal options are told apart by their letters, never by whose side or place they are of."""
    one, other = _letters(option.ours), _letters(option.theirs)
    return (-option.likeness, -option.weight, min(one, other), max(one, other))


def _letters(parts: Sequence[NamePart]) -> str:
    return " ".join(sorted(part.text for part in parts))


def _within(wanted: tuple[NamePart, ...], free: list[NamePart]) -> bool:
    if len(wanted) == 1:
        return wanted[0] in free
    return all(free.count(part) >= wanted.count(part) for part in wanted)


def _same_words(left: list[NamePart], right: list[NamePart], weights: Weights) -> list[Pairing]:
    """Take the words that are on both sides, letter by letter, out of both."""
    pairs = []
    for part in tuple(left):
        if part in right:
            left.remove(part)
            right.remove(part)
            pairs.append(Pairing((part,), (part,), ALIKE, weights.parts[part.kind]))
    return pairs


def _alike(
    left: list[NamePart], right: list[NamePart], bare: bool, weights: Weights
) -> Iterator[Pairing]:
    for one in left:
        for other in right:
            like = likeness(one, other, weights)
            if bare:
                like = max(like, bare_likeness(one.sound, other.sound, weights))
            if like:
                weight = weights.parts[one.kind] + weights.parts[other.kind]
                yield Pairing((one,), (other,), like, weight // 2)


def _joined(
    many: list[NamePart], few: list[NamePart], weights: Weights, *, swapped: bool = False
) -> Iterator[Pairing]:
    """Words that the other side writes as one: ``van der bilt``, ``good will``."""
    for whole in few:
        length = len(whole.text)
        if length < MIN_JOINED_LETTERS:
            continue
        fitting = [part for part in many if len(part.text) < length][:MAX_LEFT_TO_JOIN]
        for count in range(2, min(MAX_JOINED, len(fitting)) + 1):
            for pieces in permutations(fitting, count):
                text = "".join(piece.text for piece in pieces)
                if abs(len(text) - length) > 1 or text[0] != whole.text[0]:
                    continue
                heard = sound(text)
                like = word_likeness(text, whole.text, heard, whole.sound, weights)
                if like < weights.joined_least:
                    continue
                weight = (weight_of(pieces, weights) + weights.parts[whole.kind]) // 2
                if swapped:
                    yield Pairing((whole,), pieces, like, weight)
                else:
                    yield Pairing(pieces, (whole,), like, weight)


def _acronyms(
    many: list[NamePart], few: list[NamePart], weights: Weights, *, swapped: bool = False
) -> Iterator[Pairing]:
    """A word made of the first letters of all words that the other side has left, in any order."""
    telling = tuple(part for part in many if part.kind != "particle")
    if len(telling) < MIN_ACRONYM_LETTERS:
        return
    letters = sorted(part.text[0] for part in telling)
    for short in few:
        if len(short.text) == len(letters) and sorted(short.text) == letters:
            weight = (weight_of(telling, weights) + weights.parts[short.kind]) // 2
            if swapped:
                yield Pairing((short,), telling, weights.acronym_likeness, weight)
            else:
                yield Pairing(telling, (short,), weights.acronym_likeness, weight)
