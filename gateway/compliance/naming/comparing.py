"""How far two names agree, in points that add up. Pure, and the same both ways."""

from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from gateway.compliance.naming.alignment import Alignment, align
from gateway.compliance.naming.parts import NamePart, PreparedName
from gateway.compliance.naming.weights import POINTS, Weights

PERCENT: Final = 100
_SPECIFIC: Final = frozenset({"private", "public", "partnership", "nonprofit", "state"})


@dataclass(frozen=True, slots=True)
class NamesCompared:
    """The alignment of two names and what it is worth.

    Args:
        pair_points: of each pair of the alignment, in its order; they add up to what the pairs
            give.
        conflict, legal, syllables: points taken off, each 0 or less.
    """

    alignment: Alignment
    pair_points: tuple[int, ...]
    conflict: int
    legal: int
    syllables: int

    @property
    def points(self) -> int:
        """0 for two names, ``POINTS`` for one."""
        return max(0, sum(self.pair_points) + self.conflict + self.legal + self.syllables)


def compare(ours: PreparedName, theirs: PreparedName, weights: Weights) -> NamesCompared:
    """Compare two names read in the same way, as a person's or as an organisation's.

    A pair gives its likeness in proportion to its weight among all words that count. Words that
    only one name has count little (a middle name left out); words on both sides that answer to
    nothing are a conflict, and take points off besides.
    """
    aligned = align(ours, theirs, weights)
    pairs = aligned.pairs
    left = _left_weight(aligned.ours_left, ours, weights)
    right = _left_weight(aligned.theirs_left, theirs, weights)
    both = min(left, right)
    extra = max(left, right) - both
    telling = sum(1 for pair in pairs if pair.weight >= weights.telling_weight)
    extra_share = weights.extra_weight if telling > 1 else weights.lone_extra_weight
    whole = (
        sum(pair.weight for pair in pairs) * PERCENT
        + both * weights.left_weight
        + extra * extra_share
    )
    given = accumulate(pair.weight * pair.likeness for pair in pairs)
    steps = [amount * PERCENT * POINTS // (1000 * whole) for amount in given]
    points = tuple(now - before for before, now in zip([0, *steps], steps, strict=False))
    return NamesCompared(
        alignment=aligned,
        pair_points=points,
        conflict=-(weights.conflict * min(both, PERCENT) // PERCENT),
        legal=_legal(ours, theirs, weights),
        syllables=_syllables(ours, theirs, weights),
    )


def _left_weight(left: tuple[NamePart, ...], name: PreparedName, weights: Weights) -> int:
    """What the words count for that answer to nothing; a word said twice hardly counts again."""
    if not left:
        return 0
    total = 0
    unseen = list(name.parts)
    for part in left:
        unseen.remove(part)
    for part in left:
        repeated = any(part.text == seen.text for seen in unseen)
        weight = weights.parts[part.kind]
        total += weight * weights.repeated_weight // PERCENT if repeated else weight
        unseen.append(part)
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
