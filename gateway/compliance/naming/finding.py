"""Who on the lists somebody is, as far as anyone can tell: candidates found, then scored. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from gateway.compliance.naming.comparing import compare
from gateway.compliance.naming.index import BEST, NameIndex
from gateway.compliance.naming.parts import PreparedName, prepared
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
    entities = dict.fromkeys(index.entities_with(query))
    likely = [
        row
        for row, name in zip(rows, index.names(rows), strict=True)
        if may_match(query, name, weights)
    ]
    entities |= dict.fromkeys(index.entities_of(likely))
    scores = []
    for number in entities:
        entity = index.entity(number)
        ready = index.ready_names(number, entity)
        scores.append(score(query, entity, weights=weights, read=ready))
    return Found(matches=ranked(scores), compared=len(rows))


def ranked(scores: Iterable[Score]) -> tuple[Score, ...]:
    """The matches among them, the likeliest first; equal ones by list and id."""
    matches = [one for one in scores if one.is_match]
    matches.sort(key=lambda one: (-one.points, one.source, one.entity_id))
    return tuple(matches[:MAX_MATCHES])


def may_match(query: NameQuery, listed: PreparedName, weights: Weights) -> bool:
    """Whether the name agrees so well that, with all else in its favour, it would be a match."""
    asked = prepared(query.name, listed.reading)
    wanted = weights.threshold
    wanted -= weights.birth_same_day if query.birth_date is not None else 0
    wanted -= weights.country_shared if query.countries else 0
    return compare(asked, listed, weights).points >= wanted
