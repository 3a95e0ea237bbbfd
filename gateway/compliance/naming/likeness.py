"""How alike two words of names are, in thousandths. Pure, and the same both ways."""

from typing import Final

from rapidfuzz.distance import OSA

from gateway.compliance.naming.parts import NamePart, skeleton
from gateway.compliance.naming.weights import Weights

ALIKE: Final = 1_000
_MIN_SKELETON = 2
_distance = OSA.distance


def likeness(one: NamePart, other: NamePart, weights: Weights) -> int:
    """1000 for the same word, less the more letters must be changed, 0 for different words.

    Letters changed are counted twice: as written, and as they sound, where transliterations of one
    name differ less. Swapping neighbours is one change (optimal string alignment).
    """
    text, other_text = one.text, other.text
    if text == other_text:
        return ALIKE
    if one.kind == "initial" or other.kind == "initial":
        return weights.initial_likeness if text[0] == other_text[0] else 0
    if one.kind == "number" or other.kind == "number":
        return weights.number_likeness if one.kind == other.kind else 0
    if one.family == other.family:
        return weights.family_likeness
    return word_likeness(text, other_text, one.sound, other.sound, weights)


def word_likeness(
    text: str, other_text: str, heard: str, other_heard: str, weights: Weights
) -> int:
    """Of two words that no family joins."""
    length, other_length = len(text), len(other_text)
    longest = length if length > other_length else other_length
    if abs(length - other_length) * 2 > longest:
        return 0
    share = weights.sound_share
    # Thousandths of letters that are changed. Words that sound otherwise are changed by one at
    # least as they sound, which mostly settles it.
    written = _distance(text, other_text) * (ALIKE - share)
    if heard != other_heard:
        least_lost = weights.slope * (written + share) // (ALIKE * longest)
        if ALIKE - least_lost < weights.least_likeness:
            return 0
    spoken = _distance(heard, other_heard)
    changed = written + spoken * share
    if not changed:
        return ALIKE
    like = ALIKE - weights.slope * changed // (ALIKE * longest)
    if not spoken:
        return max(like, weights.sound_likeness)
    if text[0] != other_text[0] and heard[:1] != other_heard[:1]:
        like -= weights.first_letter
    return like if like >= weights.least_likeness else 0


def bare_likeness(heard: str, other_heard: str, weights: Weights) -> int:
    """Of two words one of which comes from a script without short vowels: of their consonants."""
    bones, other_bones = skeleton(heard), skeleton(other_heard)
    if min(len(bones), len(other_bones)) < _MIN_SKELETON:
        return 0
    longest = max(len(bones), len(other_bones))
    like = weights.bare_likeness - weights.slope * OSA.distance(bones, other_bones) // longest
    return like if like >= weights.least_likeness else 0
