"""The form of a table as its pages show it, and its buttons that keep nothing. No query."""

from typing import Any, Final

from gateway.compliance.scenarios.catalogue import FEATURES
from gateway.compliance.scenarios.tables import MAX_COLUMNS, MAX_ROWS
from merchants.dashboard.house.scenario_form import TableForm
from merchants.dashboard.house.scenario_words import (
    feature_word,
    hint_of,
    kind_words,
    severity_choices,
    table_problem,
)

MOVES: Final = frozenset(
    {"row-add", "row-remove", "row-up", "row-down", "column-add", "column-remove"}
)


def form_moved(form: TableForm, do: str) -> TableForm | None:
    """What a button such as ``row-up:2`` makes of it; None for a button of another kind."""
    verb, _colon, at = do.partition(":")
    if verb not in MOVES:
        return None
    return form.moved(verb, int(at) if at.isascii() and at.isdigit() else 0)


def form_shown(form: TableForm) -> dict[str, Any]:
    """Of a page's context, what the form's columns, rows and times are drawn from."""
    return {
        "columns": _columns(form),
        "rows": _rows(form),
        "rows_count": len(form.rows),
        "columns_count": len(form.columns),
        "may_add_row": len(form.rows) < MAX_ROWS,
        "may_add_column": len(form.columns) < MAX_COLUMNS,
        "severities": severity_choices(),
        "features": [(name, feature_word(name)) for name in FEATURES],
        "triggers": [
            {"name": name, "word": word, "chosen": name in form.triggers}
            for name, word in kind_words().items()
        ],
        "rest_days": form.rest_days,
        "sources": form.sources,
    }


def _columns(form: TableForm) -> list[dict[str, Any]]:
    return [
        {"at": at, "number": at + 1, "name": name, "is_only": len(form.columns) == 1}
        for at, name in enumerate(form.columns)
    ]


def _rows(form: TableForm) -> list[dict[str, Any]]:
    rows = []
    for at, row in enumerate(form.rows):
        cells = []
        for place, (text, name) in enumerate(zip(row.cells, form.columns, strict=True)):
            feature = FEATURES.get(name)
            code = form.problems.get((at + 1, place + 1), "")
            cells.append(
                {
                    "name": f"r{at}c{place}",
                    "word": feature_word(name),
                    "text": text,
                    "hint": hint_of(feature.sort, feature.unit) if feature is not None else "",
                    "problem": table_problem(code) if code else "",
                }
            )
        rows.append(
            {
                "at": at,
                "number": at + 1,
                "cells": cells,
                "severity": row.severity,
                "reason": row.reason,
                "is_first": at == 0,
                "is_last": at == len(form.rows) - 1,
                "is_only": len(form.rows) == 1,
            }
        )
    return rows
