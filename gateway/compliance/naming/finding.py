"""Who on the lists somebody is, as far as anyone can tell: candidates found, then scored. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from gateway.compliance.naming.comparing import NamesCompared, compare
from gateway.compliance.naming.index import BEST, NameIndex, Written
from gateway.compliance.naming.parts import Reading, prepared
from gateway.compliance.naming.reaching import Reaching
from gateway.compliance.naming.scoring import NameQuery, Score, score
from gateway.compliance.naming.weights import WEIGHTS, Weights

MAX_MATCHES: Final = 50
"""More are no help to whoever looks; the best ones are kept."""


@dataclass(frozen=True, slots=True)
class Found:
    """Whom people must look at, the likeliest first, and how many names were compared."""

    matches: tuple[Score, ...]
    compared: int


def find(
    query: NameQuery, index: NameIndex, *, weights: Weights = WEIGHTS, best: int = BEST
) -> Found:
    """Everyone on the lists who may be the one asked about.

    Names are compared first; all else is looked at only where it could still make a match.
    """
    rows = index.candidates(query, best=best)
    held = _Held(query, index, weights)
    scores = []
    for number in dict.fromkeys([*index.entities_with(query), *held.may_match(rows)]):
        entity = index.entity(number)
        beside = held.beside(index.names_of(number, entity))
        scores.append(score(query, entity, weights=weights, beside=beside))
    return Found(matches=ranked(scores), compared=len(rows))


class _Held:
    """A question held beside names of an index, each of which is compared once."""

    def __init__(self, query: NameQuery, index: NameIndex, weights: Weights) -> None:
        self._query = query
        self._index = index
        self._weights = weights
        self._compared: dict[Written, NamesCompared] = {}
        self._passed_over: set[Written] = set()
        self._reaching: dict[Reading, Reaching] = {}

    def may_match(self, rows: list[int]) -> list[int]:
        """Whose names agree so well that, with all else in their favour, they would match."""
        wanted = self._weights.threshold
        wanted -= self._weights.birth_same_day if self._query.birth_date is not None else 0
        wanted -= self._weights.country_shared if self._query.countries else 0
        found: dict[int, None] = {}
        for row, entity in zip(rows, self._index.entities_of(rows), strict=True):
            if entity not in found and self._reaches(wanted, self._index.written(row)):
                found[entity] = None
        return list(found)

    def beside(
        self, names: dict[tuple[str, Reading], Written]
    ) -> Callable[[str, Reading], NamesCompared]:
        """How the names of one entity, which are these, compare with the one asked for."""

        def compare_as(listed: str, way: Reading) -> NamesCompared:
            name = names.get((listed, way))
            if name is not None:
                return self._compare(name)
            return compare(prepared(self._query.name, way), prepared(listed, way), self._weights)

        return compare_as

    def _reaches(self, points: int, name: Written) -> bool:
        if name in self._compared:
            return self._compared[name].points >= points
        if name in self._passed_over:
            return False
        reaching = self._reaching.get(name.reading)
        if reaching is None:
            asked = prepared(self._query.name, name.reading)
            reaching = Reaching(asked, self._weights, self._index.part)
            self._reaching[name.reading] = reaching
        if reaching.can_reach(points, name.words, vowelless=name.vowelless):
            return self._compare(name).points >= points
        self._passed_over.add(name)
        return False

    def _compare(self, name: Written) -> NamesCompared:
        compared = self._compared.get(name)
        if compared is None:
            asked = prepared(self._query.name, name.reading)
            compared = compare(asked, self._index.name(name), self._weights)
            self._compared[name] = compared
        return compared


def ranked(scores: Iterable[Score]) -> tuple[Score, ...]:
    """The matches among them, the likeliest first; equal ones by list and id."""
    matches = [one for one in scores if one.is_match]
    matches.sort(key=lambda one: (-one.points, one.source, one.entity_id))
    return tuple(matches[:MAX_MATCHES])
