"""An index and what has changed since it was built, asked as one. Pure."""

from dataclasses import dataclass, field

from gateway.compliance.naming.finding import Found, find, ranked
from gateway.compliance.naming.index import NameIndex
from gateway.compliance.naming.scoring import NameQuery
from gateway.compliance.naming.weights import WEIGHTS, Weights


@dataclass(frozen=True, slots=True)
class LiveIndex:
    """The lists in force.

    Args:
        base: what was built, of these lists or of some before them.
        changed: whom the lists name anew or otherwise since.
        replaced: (source, id) in ``base`` of whom they say otherwise since, or nothing any more.
    """

    base: NameIndex
    changed: NameIndex | None = None
    replaced: frozenset[tuple[str, str]] = field(default_factory=frozenset)

    def find(self, query: NameQuery, *, weights: Weights = WEIGHTS) -> Found:
        """Everyone on the lists in force who may be the one asked about."""
        found = find(query, self.base, weights=weights)
        if not self.replaced and self.changed is None:
            return found
        kept = [one for one in found.matches if (one.source, one.entity_id) not in self.replaced]
        compared = found.compared
        if self.changed is not None:
            since = find(query, self.changed, weights=weights)
            kept += since.matches
            compared += since.compared
        return Found(matches=ranked(kept), compared=compared)
