"""How far two names agree, in points that add up. Pure, and the same both ways."""

from typing import Final, NamedTuple

from gateway.compliance.naming.alignment import Alignment, align
from gateway.compliance.naming.parts import NamePart, PreparedName
from gateway.compliance.naming.weights import POINTS, Weights

PERCENT: Final = 100
_SPECIFIC: Final = frozenset({"private", "public", "partnership", "nonprofit", "state"})


class NamesCompared(NamedTuple):
    """The alignment of two names and what it is worth.

    ``pair_points`` are of each pair of the alignment, in its order; ``conflict``, ``legal`` and
    ``syllables`` are points taken off, each 0 or less.
    """

    alignment: Alignment
    pair_points: tuple[int, ...]
    conflict: int
    legal: int
    syllables: int

    @property
    def sum(self) -> int:
        """All of it together, which may be less than nothing."""
        return sum(self.pair_points) + self.conflict + self.legal + self.syllables

    @property
    def points(self) -> int:
        """0 for two names, ``POINTS`` for one."""
        return max(0, self.sum)


def compare(ours: PreparedName, theirs: PreparedName, weights: Weights) -> NamesCompared:
    """Compare two names read in the same way, as a person's or as an organisation's.

    A pair gives its likeness in proportion to its weight among all words that count. Words that
    only one name has count little (a middle name left out); words on both sides that answer to
    nothing are a conflict, and take points off besides.
    """
    aligned = align(ours, theirs, weights)
    left = _left_weight(aligned.ours_left, ours, weights) if aligned.ours_left else 0
    right = _left_weight(aligned.theirs_left, theirs, weights) if aligned.theirs_left else 0
    both = min(left, right)
    extra = max(left, right) - both
    telling = paired = 0
    for pair in aligned.pairs:
        paired += pair.weight
        if pair.weight >= weights.telling_weight:
            telling += 1
    extra_share = weights.extra_weight if telling > 1 else weights.lone_extra_weight
    whole = paired * PERCENT + both * weights.left_weight + extra * extra_share
    points, given, before = [], 0, 0
    for pair in aligned.pairs:
        given += pair.weight * pair.likeness
        now = given * PERCENT * POINTS // (1000 * whole)
        points.append(now - before)
        before = now
    return NamesCompared(
        alignment=aligned,
        pair_points=tuple(points),
        conflict=-(weights.conflict * min(both, PERCENT) // PERCENT),
        legal=_legal(ours, theirs, weights) if ours.legal and theirs.legal else 0,
        syllables=_syllables(ours, theirs, weights),
    )


def _left_weight(left: list[NamePart], name: PreparedName, weights: Weights) -> int:
    """What the words count for that answer to nothing; a word said twice hardly counts again."""
    texts = [part.text for part in name.parts]
    total = 0
    for part in left:
        weight = weights.parts[part.kind]
        if texts.count(part.text) > 1:
            texts.remove(part.text)
            weight = weight * weights.repeated_weight // PERCENT
        total += weight
    return total


def _legal(ours: PreparedName, theirs: PreparedName, weights: Weights) -> int:
    """A partnership is not a company of the same name; a bare "company" may be either."""
    one, other = ours.legal & _SPECIFIC, theirs.legal & _SPECIFIC
    return -weights.legal_conflict if one and other and not one & other else 0


def _syllables(ours: PreparedName, theirs: PreparedName, weights: Weights) -> int:
    """In Han and Hangul another character is another name, however alike it sounds in Latin."""
    if not ours.syllables or not theirs.syllables:
        return 0
    differing = set(ours.syllables) ^ set(theirs.syllables)
    return -weights.syllable_conflict if differing else 0
