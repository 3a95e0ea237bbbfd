"""Scenarios, versions, tables and backtests as their pages show them. No query."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from gateway.compliance.scenarios.catalogue import FEATURES
from gateway.compliance.scenarios.cells import cell_text
from gateway.compliance.scenarios.models import Backtest, ScenarioVersion
from gateway.compliance.scenarios.selectors import Standing
from gateway.compliance.scenarios.tables import Table
from merchants.dashboard.house.case_words import SEVERITY_TONES
from merchants.dashboard.house.scenario_words import (
    SHORT,
    feature_word,
    kind_words,
    scenario_word,
    severity_choices,
    state_sign,
    subject_word,
    test_sign,
)
from merchants.dashboard.selectors import time_text

PERCENT = 100


def standing_row(one: Standing) -> dict[str, Any]:
    stands = [version for version in (one.live, one.shadow, one.draft) if version is not None]
    return {
        "name": one.scenario,
        "word": scenario_word(one.scenario),
        "subject": subject_word(stands[0].subject) if stands else "",
        "versions": [{"number": v.number, "sign": state_sign(v.state)} for v in stands],
        "retired": state_sign("retired"),
        "is_live": one.live is not None,
        "is_shadow": one.shadow is not None,
        "alerts": one.alerts,
        "hits": one.hits,
    }


def version_row(
    version: ScenarioVersion, *, names: Mapping[UUID, str], hits: int = 0
) -> dict[str, Any]:
    def named(person: UUID | None) -> str:
        return names.get(person, str(person)) if person is not None else ""

    return {
        "id": version.id,
        "number": version.number,
        "state": version.state,
        "sign": state_sign(version.state),
        "hash": version.hash[:SHORT],
        "note": version.note,
        "author": named(version.author) or _("came with the program"),
        "written": time_text(version.written_at),
        "maker": named(version.maker),
        "checker": named(version.checker),
        "live": time_text(version.live_at) if version.live_at else "",
        "retired": time_text(version.retired_at) if version.retired_at else "",
        "hits": hits,
        "was_shadow": version.shadow_at is not None,
    }


def table_rows(table: Table) -> dict[str, Any]:
    """A table to be read."""
    features = [FEATURES[name] for name in table.columns]
    words, kinds = dict(severity_choices()), kind_words()
    return {
        "columns": [feature_word(name) for name in table.columns],
        "rows": [
            {
                "cells": [
                    (feature_word(feature.name), cell_text(cell, feature))
                    for cell, feature in zip(row.cells, features, strict=True)
                ],
                "severity": words[row.severity],
                "tone": SEVERITY_TONES.get(row.severity, "quiet"),
                "reason": row.reason,
            }
            for row in table.rows
        ],
        "triggers": [kinds[kind] for kind in table.triggers],
        "rest_days": table.rest_days,
        "sources": table.sources,
    }


def changes_between(one: Table, other: Table) -> list[tuple[str, str, str]]:
    """What differs, as (where, before, after). Rows are told by their places."""
    changes: list[tuple[str, str, str]] = []
    kinds = kind_words()
    for what, before, after in (
        (_("Columns"), _columns(one), _columns(other)),
        (
            _("Asked after"),
            ", ".join(kinds[kind] for kind in one.triggers),
            ", ".join(kinds[kind] for kind in other.triggers),
        ),
        (_("Rests for days"), str(one.rest_days), str(other.rest_days)),
        (_("Sources"), "\n".join(one.sources), "\n".join(other.sources)),
    ):
        if before != after:
            changes.append((what, before, after))
    rows, others = _row_texts(one), _row_texts(other)
    for number in range(max(len(rows), len(others))):
        before, after = (texts[number] if number < len(texts) else "" for texts in (rows, others))
        if before != after:
            changes.append((_("Row %(number)s") % {"number": number + 1}, before, after))
    return changes


def test_row(test: Backtest, *, sums: Mapping[str, int] | None) -> dict[str, Any]:
    """A backtest in a list, and at the head of its page."""
    found = dict(sums or dict.fromkeys(("above", "below", "alerted", "confirmed", "dismissed"), 0))
    total = test.subjects or 0
    return {
        "id": test.id,
        "number": test.version.number,
        "sign": test_sign(test.state),
        "is_over": test.state in ("done", "failed"),
        "failure": test.failure,
        "since": test.since.date(),
        "until": test.until.date(),
        "band": test.band_percent,
        "asked": time_text(test.asked_at),
        "mode": test.mode,
        "done": test.done,
        "subjects": total,
        "percent": PERCENT if test.state == "done" else test.done * PERCENT // max(total, 1),
        "judged": test.judged,
        "sums": found,
    }


def _columns(table: Table) -> str:
    return ", ".join(feature_word(name) for name in table.columns)


def _row_texts(table: Table) -> list[str]:
    words = dict(severity_choices())
    texts = []
    for row in table.rows:
        cells = [
            f"{feature_word(name)} {text}"
            for name, cell in zip(table.columns, row.cells, strict=True)
            if (text := cell_text(cell, FEATURES[name]))
        ]
        texts.append(f"{'; '.join(cells)} → {words[row.severity]}: {row.reason}")
    return texts
