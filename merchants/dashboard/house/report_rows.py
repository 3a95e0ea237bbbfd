"""A report as its page shows it: the form with where each answer comes from, its files, its
readers."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import pycountry

from gateway.compliance.reporting.answers import (
    MANY,
    Answers,
    answers_check,
    count_of,
    names_of,
    value_of,
)
from gateway.compliance.reporting.attaching import attachable, is_attached
from gateway.compliance.reporting.attachments import COLUMNS
from gateway.compliance.reporting.content import Content
from gateway.compliance.reporting.kinds import KINDS
from gateway.compliance.reporting.models import Report, ReportFile
from gateway.compliance.reporting.questions import QUESTIONS, Group, Question
from gateway.compliance.reporting.selectors import amendment_of, files_of, readings_of
from gateway.compliance.reporting.writing import report_problems
from gateway.money.amounts import format_amount
from merchants.accounts.selectors import people_named
from merchants.dashboard.house.report_words import (
    choice_word,
    due_sign,
    flaw_word,
    group_word,
    kind_word,
    question_word,
    reading_word,
    source_sign,
    state_sign,
)
from merchants.dashboard.selectors import time_text

ROOT: Final = "/house/reports"
SHOWN: Final = 20
"""Transfers of the attachment that the page shows."""
LONG: Final = 600
"""Characters from which on a text gets more than one line to be written in."""
COUNTRIES: Final = sorted((one.alpha_2, one.name) for one in pycountry.countries)


def report_row(report: Report, *, now: datetime) -> dict[str, Any]:
    """A report in the list; nothing of what is in it."""
    return {
        "id": report.id,
        "reference": report.reference,
        "kind": kind_word(report.kind),
        "state": state_sign(report.state),
        "due": due_sign(report, now=now),
        "due_at": time_text(report.due_at),
        "case": report.case,
        "year": report.year,
        "begun": time_text(report.begun_at),
        "is_amendment": report.amends_id is not None,
    }


def report_facts(
    report: Report,
    content: Content | None,
    *,
    person: UUID,
    now: datetime,
    typed: Mapping[str, str] | None = None,
    is_checked: bool = False,
) -> dict[str, Any]:
    """All that a report's page shows. Half a dozen queries.

    Args:
        typed: what was sent and could not be kept.
        is_checked: whether what is missing is marked.
    """
    readings, files = readings_of(report), files_of(report)
    names = people_named(
        {
            *(one.reader for one in readings),
            *_typists(content),
            *filter(None, (report.maker, report.checker, report.filed_by)),
        }
    )
    by_text = {str(one): name for one, name in names.items()}
    problems = report_problems(report, content) if content else []
    return report_row(report, now=now) | {
        "report": report,
        "is_draft": report.state == "draft",
        "is_mine": report.maker == person,
        "is_erased": content is None,
        "groups": _groups(report, content, by_text, typed or {}, is_checked) if content else [],
        "settings_missing": [
            one.removeprefix("setting:") for one in problems if one.startswith("setting:")
        ],
        "money": _money(content) if content else [],
        "countries": COUNTRIES,
        "maker": by_text.get(str(report.maker), ""),
        "checker": by_text.get(str(report.checker), ""),
        "filer": by_text.get(str(report.filed_by), ""),
        "filed": time_text(report.filed_at) if report.filed_at else "",
        "attachment": _attachment(report, content) if content else None,
        "beside": _beside(files),
        "files": [
            {
                "name": one.name,
                "size": one.size_bytes,
                "checked_by": one.checked_by,
                "at": time_text(one.written_at),
            }
            for one in files
        ],
        "is_stale": report.state == "approved"
        and not any(one.dated == now.astimezone(UTC).date() for one in files),
        "readings": [
            {
                "who": by_text.get(str(one.reader), str(one.reader)[:8]),
                "what": reading_word(one.what),
                "at": time_text(one.read_at),
            }
            for one in readings
        ],
        "amendment": amendment_of(report),
    }


def _groups(
    report: Report,
    content: Content,
    names: dict[str, str],
    typed: Mapping[str, str],
    is_checked: bool,
) -> list[dict[str, Any]]:
    groups = QUESTIONS[report.kind]
    flaws = (
        {one.name: one.code for one in answers_check(groups, content.answers)} if is_checked else {}
    )
    return [
        {
            "name": group.name,
            "word": group_word(group.name),
            "many": group.many,
            "count_name": group.name + MANY,
            "count": count_of(content.answers, group),
            "counts": range(group.least, min(group.most, 20) + 1),
            "parts": [
                {
                    "number": number if group.many else 0,
                    "fields": [
                        _field(
                            group,
                            name,
                            question,
                            content.answers,
                            names=names,
                            typed=typed,
                            flaws=flaws,
                        )
                        for name, question in names_of(group, number).items()
                    ],
                }
                for number in range(1, count_of(content.answers, group) + 1)
            ],
        }
        for group in groups
    ]


def _field(
    group: Group,
    name: str,
    question: Question,
    answers: Answers,
    *,
    names: dict[str, str],
    typed: Mapping[str, str],
    flaws: Mapping[str, str],
) -> dict[str, Any]:
    answer = answers.get(name)
    value = typed.get(name, value_of(answers, name))
    own = f"{group.name}.{question.name}"
    shape = question.kind
    if shape == "text" and question.most > LONG:
        shape = "long"
    return {
        "name": name,
        "id": name.replace(".", "-"),
        "word": question_word(own),
        "shape": shape,
        "value": value,
        "shown": _shown(own, question, value),
        "most": question.most,
        "rows": 12 if question.most >= 4_000 else 3,
        "wanted": question.wanted,
        "choices": [
            {
                "value": one,
                "word": choice_word(own, one),
                "chosen": one in value.split() if shape == "choices" else one == value,
            }
            for one in question.choices
        ],
        "source": source_sign(answer.source, names) if answer and answer.value else None,
        "flaw": flaw_word(flaws[name]) if name in flaws else "",
    }


def _shown(own: str, question: Question, value: str) -> str:
    """An answer as people read it."""
    if question.kind in ("choice", "choices"):
        return ", ".join(choice_word(own, one) for one in value.split())
    if question.kind == "country":
        return dict(COUNTRIES).get(value, value)
    return value


def _money(content: Content) -> Sequence[dict[str, str]]:
    return [
        {
            "amount": f"{format_amount(line.amount, trim=True)} {line.amount.asset.symbol}",
            "entry": line.entry,
            "kind": line.kind.replace("_", " "),
            "at": time_text(datetime.fromisoformat(line.happened_at)),
        }
        for line in content.money
    ]


def _attachment(report: Report, content: Content) -> dict[str, Any] | None:
    """What goes along with it, or could; None where its form takes nothing."""
    if not KINDS[report.kind].attaches:
        return None
    found = attachable(report, content)
    if found is None:
        return {"rows": []}
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in found.rows]
    return {
        "name": found.name,
        "goes": is_attached(content),
        "size": len(found.content),
        "count": len(rows),
        "rows": rows[:SHOWN],
        "more": max(0, len(rows) - SHOWN),
    }


def _beside(files: Sequence[ReportFile]) -> set[str]:
    """Which parts were written with the newest report."""
    newest = next((one for one in files if one.part == "report"), None)
    if newest is None:
        return set()
    return {
        one.part for one in files if one.written_at == newest.written_at and one.part != "report"
    }


def _typists(content: Content | None) -> set[UUID]:
    answers = content.answers.values() if content else ()
    return {UUID(one.source.partition(":")[2]) for one in answers if one.is_typed}
