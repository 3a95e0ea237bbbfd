"""Made-up lists of any length: names whose words are as often used as in a real list.

The words and the lengths of names are drawn from OFAC's list where a copy lies at hand, as often as
they stand in it; a quarter of the words is made up of syllables. An entity has up to five names, as
many as on that list: the others leave a word out, turn the words round or change letters as
transliterations do.
"""

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.compliance.listed.entities import EntityKind, ListedEntity, ListedName, PartialDate
from gateway.compliance.naming.spelling import spelt

SDN: Final = "ofac/ofac_sdn_2024-05-03.csv"
ALIASES: Final = "ofac/ofac_alt_2025-12.csv"
EMPTY: Final = "-0-"
MADE_UP_WORDS: Final = 60_000
MADE_UP_SHARE: Final = 0.25
NAMES_OF_ONE: Final = (1, 1, 1, 2, 2, 3, 3, 4, 5)
SWAPS: Final = (("o", "u"), ("i", "y"), ("kh", "h"), ("ai", "ay"), ("ss", "s"), ("v", "w"))
ONSETS: Final = [
    "b",
    "k",
    "d",
    "m",
    "n",
    "r",
    "s",
    "t",
    "l",
    "v",
    "sh",
    "kh",
    "z",
    "g",
    "p",
    "ch",
    "y",
    "h",
]
VOWELS: Final = ["a", "e", "i", "o", "u", "ai", "ou"]
ENDS: Final = ("", "n", "r", "v", "l", "m", "sh", "k")
KINDS: Final[dict[str, EntityKind]] = {
    "individual": "person",
    "vessel": "vessel",
    "aircraft": "aircraft",
}


def listed(data: Path) -> list[ListedEntity]:
    """OFAC's entities with all their names, from copies of its legacy files; none without them."""
    if not (data / SDN).exists() or not (data / ALIASES).exists():
        return []
    names: dict[str, list[ListedName]] = {}
    kinds: dict[str, EntityKind] = {}
    for row in _rows(data / SDN, 3):
        names[row[0]] = [ListedName(row[1])]
        kinds[row[0]] = KINDS.get(row[2].strip(), "organisation")
    for row in _rows(data / ALIASES, 4):
        if row[0] in names and row[3].strip() != EMPTY:
            names[row[0]].append(ListedName(row[3], "strong"))
    return [ListedEntity("ofac", id, kinds[id], tuple(told)) for id, told in names.items()]


def _rows(path: Path, cells: int) -> Iterator[list[str]]:
    with path.open(encoding="latin-1", newline="") as file:
        yield from (row for row in csv.reader(file) if len(row) >= cells)


@dataclass(frozen=True, slots=True)
class _Pool:
    words: list[str]
    lengths: list[int]


class MadeUp:
    """A seeded stream of entities and of people who are on no list."""

    def __init__(self, seed: int, real: list[ListedEntity]) -> None:
        self._random = random.Random(seed)
        self._made_up = [self._word() for _ in range(MADE_UP_WORDS)]
        self._pools = {kind: self._pool(kind, real) for kind in ("person", "organisation")}

    def entities(self, *, names: int) -> Iterator[ListedEntity]:
        """As many entities as have ``names`` names together."""
        told = number = 0
        while told < names:
            kind: EntityKind = "person" if self._random.random() < 0.6 else "organisation"
            words = self.words(kind)
            count = min(self._random.choice(NAMES_OF_ONE), names - told)
            aliases = [self.varied(words) for _ in range(count - 1)]
            full = [ListedName(" ".join(words)), *(ListedName(one, "strong") for one in aliases)]
            born = (PartialDate(self._random.randrange(1930, 2006)),) if kind == "person" else ()
            yield ListedEntity("made-up", str(number), kind, tuple(full), born)
            told, number = told + count, number + 1

    def number(self, below: int) -> int:
        return self._random.randrange(below)

    def words(self, kind: str) -> list[str]:
        """The words of a name."""
        pool = self._pools[kind]
        length = self._random.choice(pool.lengths)
        return [self._any_word(pool) for _ in range(max(2, length))]

    def varied(self, words: list[str]) -> str:
        """The same name as another writes it."""
        told = list(words)
        if len(told) > 2 and self._random.random() < 0.3:
            del told[self._random.randrange(1, len(told) - 1)]
        if self._random.random() < 0.3:
            told = [*told[1:], told[0]]
        at = self._random.randrange(len(told))
        written, other = self._random.choice(SWAPS)
        told[at] = told[at].replace(written, other, 1)
        return " ".join(told)

    def mistyped(self, name: str) -> str:
        """With a letter left out, doubled or swapped in one of its longer words."""
        words = name.split()
        at = self._random.randrange(len(words))
        word = words[at]
        if len(word) > 4:
            place = self._random.randrange(1, len(word) - 2)
            one, two = word[place], word[place + 1]
            words[at] = word[:place] + self._random.choice((two, one + one + two, two + one))
            words[at] += word[place + 2 :]
        if self._random.random() < 0.5:
            words = [*words[1:], words[0]]
        return " ".join(words)

    def _any_word(self, pool: _Pool) -> str:
        if self._random.random() < MADE_UP_SHARE or not pool.words:
            return self._made_up[int(MADE_UP_WORDS * self._random.random() ** 2)]
        return self._random.choice(pool.words)

    def _word(self) -> str:
        choice = self._random.choice
        syllables = choice((2, 2, 3))
        return "".join(choice(ONSETS) + choice(VOWELS) + choice(ENDS) for _ in range(syllables))

    def _pool(self, kind: str, real: list[ListedEntity]) -> _Pool:
        told = [spelt(name.full).tokens for one in real if one.kind == kind for name in one.names]
        return _Pool(
            words=[word for tokens in told for word in tokens if len(word) > 1],
            lengths=[len(tokens) for tokens in told] or [2, 2, 3, 3, 4, 5],
        )
