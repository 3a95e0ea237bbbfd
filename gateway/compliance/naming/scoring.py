"""How far somebody agrees with an entity on a list, and by what: points with their reasons. Pure.

The score is the sum of its parts, each of which says what it is about. The same question, entity
and weights give the same parts for ever.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from gateway.compliance.listed.entities import (
    EntityKind,
    ListedEntity,
    ListedId,
    ListedName,
    PartialDate,
)
from gateway.compliance.naming.circumstances import birth_points, country_points, shared_ids
from gateway.compliance.naming.comparing import NamesCompared, compare
from gateway.compliance.naming.parts import NamePart, Reading, prepared, readings
from gateway.compliance.naming.weights import POINTS, WEIGHTS, Weights

PartName = Literal[
    "words",
    "conflict",
    "legal_form",
    "syllables",
    "birth_date",
    "country",
    "kind",
    "id",
    "weak_alias",
    "bounds",
]


@dataclass(frozen=True, slots=True)
class NameQuery:
    """Who is asked about.

    Args:
        kind: ``unknown`` is read both as a person's name and as an organisation's.
        countries: ISO 3166 alpha-2, of citizenship, residence or registration.
    """

    name: str
    kind: EntityKind = "unknown"
    birth_date: PartialDate | None = None
    countries: tuple[str, ...] = ()
    ids: tuple[ListedId, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """Words of the question that answer to words of the listed name, and what they give.

    Args:
        likeness: thousandths.
    """

    asked: str
    listed: str
    likeness: int
    points: int


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One reason for the score; ``detail`` is for people, in the words of the two sides."""

    name: PartName
    points: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """What speaks for and against the one asked about being this entity.

    Args:
        points: 0 to ``POINTS``: the sum of ``parts``.
        name: the listed name that agrees best.
        pairs: how its words were paired; their points add up to the part ``words``.
        asked_only, listed_only: words that answer to nothing on the other side.
        is_match: whether people must look.
    """

    source: str
    entity_id: str
    points: int
    name: ListedName
    parts: tuple[ScorePart, ...]
    pairs: tuple[Pair, ...]
    asked_only: tuple[str, ...]
    listed_only: tuple[str, ...]
    is_match: bool


NAMELESS: Final = ListedName("")
"""Of an entity that is listed by its numbers or addresses alone."""


def score(
    query: NameQuery,
    entity: ListedEntity,
    *,
    weights: Weights = WEIGHTS,
    beside: Callable[[str, Reading], NamesCompared] | None = None,
) -> Score:
    """The best score that any name of the entity gives; of equal ones the first as listed, and
    one that is not weak before a weak one.

    Args:
        beside: how a listed name, read in some way, compares with the one asked for: who has
            an index has compared some already.
    """
    others = tuple(_others(query, entity, weights))
    ids = shared_ids(query.ids, entity.ids)
    ways = _ways(query.kind, entity.kind)
    compare_as = beside or _beside(query.name, weights)
    compared = [
        (name, _best([compare_as(name.full, way) for way in ways]))
        for name in entity.names or (NAMELESS,)
    ]
    # The likest of the names that may convict, and the likest of the others.
    likest = [
        max(some, key=lambda one: one[1].sum)
        for some in (
            [one for one in compared if one[0].strength != "weak"],
            [one for one in compared if one[0].strength == "weak"],
        )
        if some
    ]
    scored = [
        _named(entity, name, told, others=others, ids=ids, weights=weights) for name, told in likest
    ]
    return max(scored, key=lambda found: found.points)


def _named(
    entity: ListedEntity,
    name: ListedName,
    compared: NamesCompared,
    *,
    others: tuple[ScorePart, ...],
    ids: tuple[ListedId, ...],
    weights: Weights,
) -> Score:
    parts = [*_name_parts(compared), *others]
    if ids:
        known = ", ".join(f"{one.kind} {one.number}" for one in ids)
        short = weights.shared_id - sum(part.points for part in parts)
        parts.append(ScorePart("id", max(0, short), known))
    elif name.strength == "weak" and not _is_corroborated(others):
        over = sum(part.points for part in parts) - weights.weak_cap
        if over > 0:
            parts.append(ScorePart("weak_alias", -over, name.full))
    total = sum(part.points for part in parts)
    within = max(0, min(POINTS, total))
    if within != total:
        parts.append(ScorePart("bounds", within - total))
    pairs = zip(compared.alignment.pairs, compared.pair_points, strict=True)
    return Score(
        source=entity.source,
        entity_id=entity.id,
        points=within,
        name=name,
        parts=tuple(parts),
        pairs=tuple(
            Pair(_text(pair.ours), _text(pair.theirs), pair.likeness, points)
            for pair, points in pairs
        ),
        asked_only=tuple(part.text for part in compared.alignment.ours_left),
        listed_only=tuple(part.text for part in compared.alignment.theirs_left),
        is_match=within >= weights.threshold,
    )


def best_comparison(
    asked: str, asked_kind: EntityKind, listed: str, listed_kind: EntityKind, weights: Weights
) -> NamesCompared:
    """Of two names, read in each way that their bearers' kinds allow, the best comparison."""
    compare_as = _beside(asked, weights)
    return _best([compare_as(listed, way) for way in _ways(asked_kind, listed_kind)])


def _ways(asked: EntityKind, listed: EntityKind) -> tuple[Reading, ...]:
    return readings(asked if listed == "unknown" else listed)


def _best(ways: list[NamesCompared]) -> NamesCompared:
    return ways[0] if len(ways) == 1 else max(ways, key=lambda compared: compared.points)


def _beside(asked: str, weights: Weights) -> Callable[[str, Reading], NamesCompared]:
    def compare_as(listed: str, way: Reading) -> NamesCompared:
        return compare(prepared(asked, way), prepared(listed, way), weights)

    return compare_as


def _name_parts(compared: NamesCompared) -> Iterator[ScorePart]:
    """Those that give any points."""
    if words := sum(compared.pair_points):
        yield ScorePart("words", words)
    if compared.conflict:
        aligned = compared.alignment
        left = f"{_text(aligned.ours_left)} / {_text(aligned.theirs_left)}"
        yield ScorePart("conflict", compared.conflict, left)
    if compared.legal:
        yield ScorePart("legal_form", compared.legal)
    if compared.syllables:
        yield ScorePart("syllables", compared.syllables)


def _others(query: NameQuery, entity: ListedEntity, weights: Weights) -> Iterator[ScorePart]:
    """What the entity gives whichever of its names is looked at, if it is any points."""
    if query.birth_date is not None and entity.kind in ("person", "unknown"):
        points = birth_points(query.birth_date, entity.birth_dates, weights)
        if points:
            yield ScorePart("birth_date", points, _dates(query.birth_date, entity))
    points = country_points(query.countries, entity.countries, weights)
    if points:
        told = f"{' '.join(query.countries)} / {' '.join(entity.countries)}"
        yield ScorePart("country", points, told)
    known = "unknown" not in (query.kind, entity.kind)
    if known and (query.kind == "person") != (entity.kind == "person") and weights.kind_conflict:
        yield ScorePart("kind", weights.kind_conflict, f"{query.kind} / {entity.kind}")


def _is_corroborated(others: tuple[ScorePart, ...]) -> bool:
    """Whether something beside the name speaks for it: a date of birth; a country is too little."""
    return any(part.name == "birth_date" and part.points > 0 for part in others)


def _dates(asked: PartialDate, entity: ListedEntity) -> str:
    return f"{_date(asked)} / {', '.join(_date(one) for one in entity.birth_dates)}"


def _date(date: PartialDate) -> str:
    known = [f"{date.year:04}"]
    known += [f"{part:02}" for part in (date.month, date.day) if part is not None]
    return ("c. " if date.circa else "") + "-".join(known)


def _text(parts: Iterable[NamePart]) -> str:
    return " ".join([part.text for part in parts])
