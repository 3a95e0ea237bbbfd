"""A table as a form: fields by their places, moved about without a script, read back, checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

from gateway.compliance.scenarios.catalogue import FEATURES
from gateway.compliance.scenarios.cells import cell_of
from gateway.compliance.scenarios.errors import TableRefused
from gateway.compliance.scenarios.tables import (
    MAX_COLUMNS,
    MAX_ROWS,
    SUBJECTS,
    Table,
    plain_of,
    table_of,
)

MAX_TYPED: Final = 500
REST_DAYS: Final = 7
"""What an empty form begins with."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FormRow:
    cells: tuple[str, ...]
    severity: str
    reason: str


@dataclass(frozen=True, slots=True)
class TableForm:
    """What an officer has typed so far, whether it can be used or not."""

    scenario: str
    subject: str
    triggers: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[FormRow, ...]
    rest_days: str
    sources: str
    problems: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """Codes by row and column, from 1; column 0 is the row's reason."""

    @classmethod
    def of(cls, table: Table) -> "TableForm":
        told = plain_of(table)
        return cls(
            scenario=table.scenario,
            subject=table.subject,
            triggers=table.triggers,
            columns=table.columns,
            rows=tuple(
                FormRow(tuple(row["cells"]), row["severity"], row["reason"]) for row in told["rows"]
            ),
            rest_days=str(table.rest_days),
            sources="\n".join(table.sources),
        )

    @classmethod
    def empty(cls) -> "TableForm":
        """Of a scenario that nobody has begun."""
        return cls(
            scenario="",
            subject=SUBJECTS[0],
            triggers=(),
            columns=(next(iter(FEATURES)),),
            rows=(FormRow(("",), "medium", ""),),
            rest_days=str(REST_DAYS),
            sources="",
        )

    def filled(self, template: "TableForm") -> "TableForm":
        """With all that another form says, but its name."""
        return replace(template, scenario=self.scenario)

    @classmethod
    def typed(cls, post: Any, *, like: Table | None = None) -> "TableForm":
        """From a posted form; what a table is called and is about stays, if there is one."""
        columns = tuple(
            post.get(f"c{at}", "")[:MAX_TYPED]
            for at in range(_number(post, "columns", MAX_COLUMNS))
        )
        rows = tuple(
            FormRow(
                tuple(post.get(f"r{n}c{at}", "")[:MAX_TYPED] for at in range(len(columns))),
                post.get(f"r{n}s", "")[:MAX_TYPED],
                post.get(f"r{n}r", "")[:MAX_TYPED],
            )
            for n in range(_number(post, "rows", MAX_ROWS))
        )
        return cls(
            scenario=like.scenario if like else post.get("scenario", "").strip()[:MAX_TYPED],
            subject=like.subject if like else post.get("subject", "")[:MAX_TYPED],
            triggers=tuple(post.getlist("triggers")),
            columns=columns,
            rows=rows,
            rest_days=post.get("rest_days", "")[:MAX_TYPED],
            sources=post.get("sources", "")[:20_000],
        )

    def table(self) -> Table:
        """The table that was typed. Raises TableRefused."""
        return table_of(
            {
                "scenario": self.scenario,
                "subject": self.subject,
                "triggers": list(self.triggers),
                "columns": list(self.columns),
                "rows": [
                    {"cells": list(row.cells), "severity": row.severity, "reason": row.reason}
                    for row in self.rows
                ],
                "rest_days": int(self.rest_days)
                if self.rest_days.isascii() and self.rest_days.isdigit()
                else 0,
                "sources": [line.strip() for line in self.sources.splitlines() if line.strip()],
            }
        )

    def checked(self) -> "TableForm":
        """The same with every cell that can't be read, not only the first."""
        problems: dict[tuple[int, int], str] = {}
        for number, row in enumerate(self.rows, start=1):
            for at, (text, name) in enumerate(zip(row.cells, self.columns, strict=True), start=1):
                if name not in FEATURES:
                    continue
                try:
                    cell_of(text, FEATURES[name])
                except TableRefused as refused:
                    problems[number, at] = refused.reason
        return replace(self, problems=problems)

    def moved(self, verb: str, at: int) -> "TableForm":
        """A row or a column added, taken away or moved; the same for what can't be done."""
        match verb:
            case "row-add" if len(self.rows) < MAX_ROWS:
                empty = FormRow(("",) * len(self.columns), "medium", "")
                return replace(self, rows=(*self.rows, empty))
            case "row-remove" if len(self.rows) > 1:
                return replace(self, rows=_without(self.rows, at))
            case "row-up":
                return replace(self, rows=_swapped(self.rows, at - 1))
            case "row-down":
                return replace(self, rows=_swapped(self.rows, at))
            case "column-add" if len(self.columns) < MAX_COLUMNS:
                free = next(name for name in FEATURES if name not in self.columns)
                rows = tuple(replace(row, cells=(*row.cells, "")) for row in self.rows)
                return replace(self, columns=(*self.columns, free), rows=rows)
            case "column-remove" if len(self.columns) > 1:
                rows = tuple(replace(row, cells=_without(row.cells, at)) for row in self.rows)
                return replace(self, columns=_without(self.columns, at), rows=rows)
        return self


def _number(post: Any, name: str, most: int) -> int:
    """How many there are of something, as the form says itself."""
    text = post.get(name, "")
    return min(int(text), most) if text.isascii() and text.isdigit() and len(text) < 4 else 0


def _without(items: Sequence[T], at: int) -> tuple[T, ...]:
    return tuple(one for number, one in enumerate(items) if number != at)


def _swapped(items: Sequence[T], at: int) -> tuple[T, ...]:
    """With the one at ``at`` and the one after it in each other's places."""
    if not 0 <= at < len(items) - 1:
        return tuple(items)
    moved = list(items)
    moved[at], moved[at + 1] = moved[at + 1], moved[at]
    return tuple(moved)
