"""How alike two words of names are, in thousandths. Pure, and the same both ways."""

from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA

from gateway.compliance.naming.parts import Reading, part, skeleton
from gateway.compliance.naming.weights import Weights

ALIKE: Final = 1_000
WORDS_KEPT: Final = 262_144
_MIN_SKELETON = 2


@lru_cache(maxsize=WORDS_KEPT)
def likeness(text: str, other_text: str, reading: Reading, weights: Weights) -> int:
    """1000 for the same word, less the more letters must be changed, 0 for different words.

    Letters changed are counted twice: as written, and as they sound, where transliterations of one
    name differ less. Swapping neighbours is one change (optimal string alignment).
    """
    if text == other_text:
        return ALIKE
    one, other = part(text, reading), part(other_text, reading)
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
    longest = max(len(text), len(other_text))
    if abs(len(text) - len(other_text)) * 2 > longest:
        return 0
    written = OSA.distance(text, other_text)
    spoken = OSA.distance(heard, other_heard)
    share = weights.sound_share
    changed = written * (ALIKE - share) + spoken * share  # thousandths of letters
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
