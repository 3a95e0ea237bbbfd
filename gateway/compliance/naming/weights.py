"""What each agreement and disagreement is worth, and from where on people must look. Data.

A decision names ``SCORER_VERSION``: the weights of that version and the stored question and entity
give the same score again, to the last point, since all of it is counted in whole points. Whoever
changes a number here, a word in ``words`` or ``families`` or a rule of the core raises it.
"""

from dataclasses import dataclass, field
from typing import Final

from gateway.compliance.naming.parts import PartKind

SCORER_VERSION: Final = "names-1"
POINTS: Final = 10_000
"""A full score: everything about the names agrees."""


def _part_weights() -> dict[PartKind, int]:
    return {
        "name": 100,
        "common": 80,
        "title": 50,
        "honorific": 5,
        "particle": 10,
        "initial": 50,
        "patronymic": 40,
        "generic": 40,
        "form": 10,
        "number": 30,
    }


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """The scorer's numbers. Likeness is in thousandths, points in hundredths of a percent.

    Args:
        parts: what a word counts for, by its kind; an ordinary word 100.
        slope: likeness lost when all letters differ, in thousandths; more than 1000, since two
            words of which half the letters differ are two words.
        sound_share: thousandths of that loss judged by how the words sound, not how they look.
        first_letter: likeness lost when not even the first letter or its sound is the same.
        least_likeness: below it two words are two words.
        sound_likeness, family_likeness: of words that sound the same, and of spellings of one name.
        initial_likeness: of an initial and a name that it may stand for.
        number_likeness: of two different numbers in names of companies and ships.
        bare_likeness: of words whose consonants agree where one was written without vowels.
        acronym_likeness: of a word and the words whose first letters it is made of.
        joined_least: of words written as one on the other side, the least that counts.
        telling_weight: a pair that counts for less (a particle, a title) tells nobody apart.
        left_weight: % of its weight with which a word counts that answers to nothing while the
            other side has such words as well.
        extra_weight, lone_extra_weight: the same where only one side has more words: with two
            telling pairs beside it, or with one.
        repeated_weight: % with which a word counts that its own name says once already.
        conflict: points off where both sides have ordinary words that answer to nothing.
        legal_conflict: points off where legal forms contradict each other.
        syllable_conflict: points off for another character in Han or Hangul.
        birth_*: points for agreeing and disagreeing dates of birth.
        country_*, kind_conflict: the same for countries, and for a person beside a company.
        shared_id: what the same passport, tax or registration number raises a score to, whatever
            else speaks against it.
        weak_cap: points a weak alias may come to alone; below the threshold.
        threshold: points from which on people must look.
    """

    parts: dict[PartKind, int] = field(default_factory=_part_weights)
    slope: int = 1_300
    sound_share: int = 400
    first_letter: int = 100
    least_likeness: int = 550
    sound_likeness: int = 800
    family_likeness: int = 960
    initial_likeness: int = 800
    number_likeness: int = 500
    bare_likeness: int = 900
    acronym_likeness: int = 750
    joined_least: int = 850
    telling_weight: int = 50
    left_weight: int = 180
    extra_weight: int = 25
    lone_extra_weight: int = 80
    repeated_weight: int = 10
    conflict: int = 2_000
    legal_conflict: int = 800
    syllable_conflict: int = 3_500
    birth_same_day: int = 1_500
    birth_same_month: int = 900
    birth_same_year: int = 500
    birth_swapped: int = 300
    birth_near: int = 0
    birth_conflict: int = -2_500
    country_shared: int = 300
    country_conflict: int = -500
    kind_conflict: int = -3_500
    shared_id: int = 10_000
    weak_cap: int = 6_500
    threshold: int = 7_000


WEIGHTS: Final = Weights()
"""Of ``SCORER_VERSION``."""
