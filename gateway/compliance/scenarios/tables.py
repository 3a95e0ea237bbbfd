"""A scenario's table: which features it looks at, and what each row of them means. Pure.

Rows are read from above; the first that fits decides. Where none fits nobody is alerted, nor by a
row of severity ``none``: it is an exception, written above what it excepts.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from gateway.compliance.alerts.canonical import canonical, digest
from gateway.compliance.scenarios.catalogue import FEATURES
from gateway.compliance.scenarios.cells import Cell, cell_of, cell_text, relaxed
from gateway.compliance.scenarios.errors import TableRefused
from gateway.compliance.scenarios.observed import KINDS

Subject = Literal["shop", "address"]
SUBJECTS: Final[tuple[Subject, ...]] = ("shop", "address")
RowSeverity = Literal["none", "low", "medium", "high"]
ROW_SEVERITIES: Final[tuple[RowSeverity, ...]] = ("none", "low", "medium", "high")
MAX_ROWS: Final = 50
MAX_COLUMNS: Final = 12
MAX_REASON: Final = 200
MAX_REST_DAYS: Final = 365
MAX_SOURCE: Final = 400
MAX_SOURCES: Final = 20
NAME: Final = re.compile(r"[a-z][a-z0-9_]{1,47}", re.ASCII)
NO_NAMES: Final = frozenset({"new"})
"""What stands where a scenario's name does in an address, and is none."""
_UNFIT: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\"\\`$]")
"""In a reason, which stands as a text in the model: what could end it or begin something else."""


@dataclass(frozen=True, slots=True)
class Row:
    cells: tuple[Cell, ...]
    severity: RowSeverity
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One version of a scenario, whole.

    Attributes:
        subject: whom it is about: an alert names a shop, or an address.
        triggers: kinds of observation after which it is asked.
        columns: names of features, in order.
        rest_days: so long after an alert the same about the same is not told again once people
            have laid it aside.
        sources: where its thresholds come from, one line each.
    """

    scenario: str
    subject: Subject
    triggers: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    rest_days: int
    sources: tuple[str, ...] = ()

    @property
    def wanted(self) -> frozenset[str]:
        return frozenset(self.columns)


def table_of(told: Mapping[str, Any]) -> Table:
    """Read a table in its plain form, as the editor and the files of this package write it.

    Raises:
        TableRefused
    """
    known = {"scenario", "subject", "triggers", "columns", "rows", "rest_days", "sources"}
    if set(told) - known:
        raise TableRefused("keys_unknown", ", ".join(sorted(set(told) - known)))
    scenario = _text(told, "scenario")
    if NAME.fullmatch(scenario) is None or scenario in NO_NAMES:
        raise TableRefused("name", scenario)
    subject = _text(told, "subject")
    if subject not in SUBJECTS:
        raise TableRefused("subject", subject)
    triggers = tuple(dict.fromkeys(_texts(told, "triggers")))
    if not triggers or not set(triggers) <= set(KINDS):
        raise TableRefused("triggers", ", ".join(triggers))
    rest_days = told.get("rest_days", 0)
    if type(rest_days) is not int or not 1 <= rest_days <= MAX_REST_DAYS:
        raise TableRefused("rest_days", str(rest_days))
    columns = _columns(_texts(told, "columns"))
    sources = tuple(_texts(told, "sources"))
    if len(sources) > MAX_SOURCES or any(len(one) > MAX_SOURCE for one in sources):
        raise TableRefused("sources")
    return Table(
        scenario=scenario,
        subject=subject,
        triggers=triggers,
        columns=columns,
        rows=_rows(told.get("rows"), columns),
        rest_days=rest_days,
        sources=sources,
    )


def plain_of(table: Table) -> dict[str, Any]:
    """Its plain form, which ``table_of`` reads back to the same."""
    features = [FEATURES[name] for name in table.columns]
    return {
        "scenario": table.scenario,
        "subject": table.subject,
        "triggers": list(table.triggers),
        "columns": list(table.columns),
        "rows": [
            {
                "cells": [cell_text(c, f) for c, f in zip(row.cells, features, strict=True)],
                "severity": row.severity,
                "reason": row.reason,
            }
            for row in table.rows
        ],
        "rest_days": table.rest_days,
        "sources": list(table.sources),
    }


def table_text(table: Table) -> str:
    """The one spelling of it, by which it is hashed."""
    return canonical(plain_of(table))


def table_hash(table: Table) -> str:
    """SHA-256 in hex: what an alert names as the version that raised it."""
    return digest(plain_of(table))


def table_relaxed(table: Table, *, percent: int) -> Table:
    """The same with every line moved by so many per cent: what it alerts and the table doesn't was
    nearly alerted. Exceptions stay as they are."""
    rows = tuple(
        row
        if row.severity == "none"
        else replace(row, cells=tuple(relaxed(cell, percent=percent) for cell in row.cells))
        for row in table.rows
    )
    return replace(table, rows=rows)


def _columns(names: Sequence[str]) -> tuple[str, ...]:
    if not 1 <= len(names) <= MAX_COLUMNS:
        raise TableRefused("columns_count")
    for at, name in enumerate(names, start=1):
        if name not in FEATURES:
            raise TableRefused("column_unknown", name, column=at)
    if len(set(names)) != len(names):
        raise TableRefused("column_twice")
    return tuple(names)


def _rows(told: Any, columns: Sequence[str]) -> tuple[Row, ...]:
    if not isinstance(told, list) or not 1 <= len(told) <= MAX_ROWS:
        raise TableRefused("rows_count")
    rows = tuple(_row(one, columns, number=at) for at, one in enumerate(told, start=1))
    if all(row.severity == "none" for row in rows):
        raise TableRefused("rows_all_none")
    return rows


def _row(told: Any, columns: Sequence[str], *, number: int) -> Row:
    if not isinstance(told, Mapping) or set(told) != {"cells", "severity", "reason"}:
        raise TableRefused("row", row=number)
    texts = _texts(told, "cells")
    if len(texts) != len(columns):
        raise TableRefused("row", row=number)
    cells = tuple(
        _cell(text, name, row=number, column=at)
        for at, (text, name) in enumerate(zip(texts, columns, strict=True), start=1)
    )
    if all(cell is None for cell in cells):
        raise TableRefused("row_any", row=number)
    severity, reason = _text(told, "severity"), _text(told, "reason").strip()
    if severity not in ROW_SEVERITIES:
        raise TableRefused("severity", severity, row=number)
    if not 0 < len(reason) <= MAX_REASON or _UNFIT.search(reason):
        raise TableRefused("row_reason", row=number)
    return Row(cells=cells, severity=severity, reason=reason)


def _cell(text: str, name: str, *, row: int, column: int) -> Cell:
    try:
        return cell_of(text, FEATURES[name])
    except TableRefused as refused:
        raise TableRefused(refused.reason, text[:80], row=row, column=column) from refused


def _text(told: Mapping[str, Any], key: str) -> str:
    value = told.get(key)
    if not isinstance(value, str):
        raise TableRefused(key)
    return value


def _texts(told: Mapping[str, Any], key: str) -> list[str]:
    value = told.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise TableRefused(key)
    return value
