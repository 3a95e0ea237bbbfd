"""Choose the lines of the shipped tables on accounts whose labels are known, and measure them on
others. The tables are the product's: their columns stay, one row is asked, by the decision engine.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Final

from gateway.compliance.scenarios.catalogue import FEATURES, Value
from gateway.compliance.scenarios.cells import cell_of
from gateway.compliance.scenarios.judging import Judge
from gateway.compliance.scenarios.shipped import shipped_table
from gateway.compliance.scenarios.tables import Row

Histories = Mapping[str, Sequence[Mapping[str, Value]]]

GRID: Final[dict[str, dict[str, Sequence[str]]]] = {
    # A fan-in is of three or more at least, or it is none.
    "fan_in": {
        "in_others_30d": [f">= {n}" for n in (3, 4, 5, 6, 8, 10, 12)],
        "in_repeaters_90d": ["", ">= 1", ">= 2"],
    },
    "split_invoices": {"count_with_other_24h": [f">= {n}" for n in (2, 3, 4, 5, 6)]},
    "cycles": {"cycle_hops_30d": [f"2..{n}" for n in (3, 4, 5, 6)]},
    "velocity": {"out_count_24h": [f">= {n}" for n in (2, 3, 4, 5, 6, 8)]},
}
"""Which cells are tried in which column; the other columns ask nothing."""


@dataclass(frozen=True, slots=True)
class Measured:
    precision: float
    recall: float

    @classmethod
    def of(cls, found: Collection[str], labels: Mapping[str, bool]) -> "Measured":
        hits = sum(labels[account] for account in found)
        return cls(
            precision=hits / len(found) if found else 0.0,
            recall=hits / (sum(labels.values()) or 1),
        )

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True, slots=True)
class Choice:
    """One table with its lines, and whom it finds among the accounts it was chosen on."""

    scenario: str
    cells: tuple[str, ...]
    found: frozenset[str]


def best_choice(scenario: str, histories: Histories, labels: Mapping[str, bool]) -> Choice:
    """The lines with the best F1 on these accounts."""
    columns = shipped_table(scenario).columns
    grid = GRID[scenario]
    tried = [
        Choice(scenario, cells, found_by(scenario, cells, histories, labels))
        for cells in product(*(grid.get(name, [""]) for name in columns))
    ]
    return max(tried, key=lambda choice: Measured.of(choice.found, labels).f1)


def best_union(choices: Mapping[str, Choice], labels: Mapping[str, bool]) -> list[Choice]:
    """Those tables that together find best on these accounts: the next best is added as long as
    it helps."""
    union: list[Choice] = []
    left = list(choices.values())
    best = 0.0
    while left:
        scored = [(Measured.of(_found([*union, one]), labels).f1, one) for one in left]
        f1, one = max(scored, key=lambda pair: pair[0])
        if f1 <= best:
            break
        best = f1
        union.append(one)
        left.remove(one)
    return union


def measured(union: Sequence[Choice], histories: Histories, labels: Mapping[str, bool]) -> Measured:
    """These tables, as they are, on these accounts."""
    found = [
        replace(one, found=found_by(one.scenario, one.cells, histories, labels)) for one in union
    ]
    return Measured.of(_found(found), labels)


def found_by(
    scenario: str, cells: Sequence[str], histories: Histories, accounts: Collection[str]
) -> frozenset[str]:
    """About whom a table with this row alone would have alerted."""
    table = shipped_table(scenario)
    read = [cell_of(text, FEATURES[name]) for text, name in zip(cells, table.columns, strict=True)]
    judge = Judge(replace(table, rows=(Row(tuple(read), "medium", "found"),)))
    asked = [name for name, text in zip(table.columns, cells, strict=True) if text]
    known: dict[tuple[Any, ...], bool] = {}
    found = set()
    for account in accounts:
        for features in histories.get(account, ()):
            # The same features are judged alike: each are asked about once.
            key = tuple(features[name] for name in asked)
            if key not in known:
                known[key] = judge.judge(features).is_alert
            if known[key]:
                found.add(account)
                break
    return frozenset(found)


def _found(union: Sequence[Choice]) -> frozenset[str]:
    return frozenset().union(*(one.found for one in union))
