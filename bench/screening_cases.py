"""How well pairs of names are told apart, and whether anybody certain is ever missed."""

import csv
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Final

from gateway.compliance.listed.entities import EntityKind, ListedEntity, ListedId, PartialDate
from gateway.compliance.naming.building import build
from gateway.compliance.naming.finding import find
from gateway.compliance.naming.index import NameIndex
from gateway.compliance.naming.scoring import NameQuery, best_comparison
from gateway.compliance.naming.weights import WEIGHTS

CASES: Final = "names/name_bench_cases.csv"
FOLDS: Final = 5
STRONG_SAMPLE: Final = 2_000
KINDS: Final[dict[str, EntityKind]] = {
    "Person": "person",
    "Company": "organisation",
    "Organization": "organisation",
    "Vessel": "vessel",
    "LegalEntity": "unknown",
}


@dataclass(frozen=True, slots=True)
class Case:
    """Two names, and whether somebody who knows called them one's.

    ``group`` is the same for pairs that share a name: they stay in one fold.
    """

    schema: str
    one: str
    other: str
    is_match: bool
    quality: str
    group: str

    @property
    def unseen(self) -> bool:
        """The half of the groups at whose pairs nobody looked while the scorer was written."""
        return sha256(b"h" + self.group.encode()).digest()[0] % 2 == 1


def read_cases(data: Path) -> list[Case]:
    """nomenklatura's labelled pairs, from a copy; none without it."""
    path = data / CASES
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    above: dict[str, str] = {}

    def group(name: str) -> str:
        above.setdefault(name, name)
        while above[name] != name:
            name = above[name]
        return name

    for row in rows:
        above[group(row["name1"].casefold())] = group(row["name2"].casefold())
    return [
        Case(
            schema=row["schema"],
            one=row["name1"],
            other=row["name2"],
            is_match=row["is_match"] == "true",
            quality=row["quality"],
            group=group(row["name1"].casefold()),
        )
        for row in rows
    ]


def our_scores(cases: Iterable[Case]) -> list[float]:
    """In points of 10,000."""
    return [
        best_comparison(
            case.one, KINDS[case.schema], case.other, KINDS[case.schema], WEIGHTS
        ).points
        for case in cases
    ]


def f1(cases: Sequence[Case], scores: Sequence[float], threshold: float) -> float:
    found = [score >= threshold for score in scores]
    right = sum(case.is_match for case, one in zip(cases, found, strict=True) if one)
    of_all = sum(found) + sum(case.is_match for case in cases)
    return 2 * right / of_all if of_all else 0.0


@dataclass(frozen=True, slots=True)
class Folded:
    """``f1`` of all held-out answers together, each fold's own, and the threshold of each."""

    f1: float
    of_folds: list[float]
    thresholds: list[float]


def folded(
    cases: Sequence[Case], scores: Sequence[float], thresholds: Sequence[float], seed: int
) -> Folded:
    """Each fold judged by the threshold that is best on the others, chosen without it."""
    groups = sorted({case.group for case in cases})
    random.Random(seed).shuffle(groups)
    fold = {group: at % FOLDS for at, group in enumerate(groups)}
    answers: list[tuple[Case, bool]] = []
    of_folds, chosen = [], []
    for number in range(FOLDS):
        held = [at for at, case in enumerate(cases) if fold[case.group] == number]
        rest = [at for at, case in enumerate(cases) if fold[case.group] != number]
        best = max(thresholds, key=lambda one: f1(*_picked(cases, scores, rest), one))
        of_folds.append(round(f1(*_picked(cases, scores, held), best), 4))
        chosen.append(best)
        answers += [(cases[at], scores[at] >= best) for at in held]
    told = [case for case, _ in answers]
    together = f1(told, [float(answer) for _, answer in answers], 0.5)
    return Folded(f1=round(together, 4), of_folds=of_folds, thresholds=chosen)


def _picked(
    cases: Sequence[Case], scores: Sequence[float], places: Sequence[int]
) -> tuple[list[Case], list[float]]:
    return [cases[at] for at in places], [scores[at] for at in places]


def strong_errors(entities: Sequence[ListedEntity], seed: int) -> tuple[int, int]:
    """Certain ones that were missed, and how many were asked for.

    Asked for are, of a sample of the list: each by a primary or strong name just as it is listed,
    turned round and in other capitals, once with nothing else known and once with a date of birth
    that contradicts; and each by a shared passport number under somebody else's name.
    """
    source = random.Random(seed)
    sample = source.sample(list(entities), min(STRONG_SAMPLE, len(entities)))
    numbers = {one.id: ListedId("passport", f"P{10_000_000 + at}") for at, one in enumerate(sample)}
    born = PartialDate(1950, 1, 2)
    told = [
        replace(one, ids=(numbers[one.id],), birth_dates=(born,) if one.kind == "person" else ())
        if one.id in numbers
        else one
        for one in entities
    ]
    index = NameIndex(build(told, built_from={}))
    tried = missed = 0

    def ask(query: NameQuery, wanted: str) -> None:
        nonlocal tried, missed
        tried += 1
        missed += wanted not in {match.entity_id for match in find(query, index).matches}

    for one in sample:
        name = source.choice([name.full for name in one.names if name.strength != "weak"])
        words = name.replace(",", " ").split()
        turned = " ".join([*words[1:], words[0]]) if one.kind == "person" else name
        written: list[Callable[[str], str]] = [str.upper, str.lower, str.title]
        ask(NameQuery(name, one.kind), one.id)
        ask(NameQuery(source.choice(written)(turned), one.kind), one.id)
        if one.kind == "person":
            ask(NameQuery(name, one.kind, PartialDate(1990, 7, 8)), one.id)
        ask(NameQuery("Somebody Else", one.kind, ids=(numbers[one.id],)), one.id)
    return missed, tried
