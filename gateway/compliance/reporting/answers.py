"""Answers of a report with where each comes from, and whether they can stand in it. Pure.

An answer is a text with its source: ``case:<snapshot>`` for what the case's evidence says,
``ledger`` for what the books say, ``house`` for what is configured, ``typed:<user>`` for what a
person wrote. What was typed over a figure of the books is marked so for good.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.compliance.knowing.countries import COUNTRIES
from gateway.compliance.reporting.questions import Group, Question

MANY: Final = ".count"
"""``subject.count``: how many of a group there are."""
_DAY: Final = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)
_WHOLE: Final = re.compile(r"0|[1-9]\d{0,14}", re.ASCII)
_DECIMAL: Final = re.compile(r"(0|[1-9]\d{0,14})(\.\d{1,2})?", re.ASCII)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered, and where it comes from."""

    value: str
    source: str

    @property
    def is_typed(self) -> bool:
        return self.source.startswith("typed:")


Answers = Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one answer: a code, so that faces find words."""

    name: str
    code: str


def value_of(answers: Answers, name: str) -> str:
    """'' for what is not answered."""
    answer = answers.get(name)
    return answer.value if answer else ""


def count_of(answers: Answers, group: Group) -> int:
    """How many of a group there are; at least as many as there must be."""
    if not group.many:
        return 1
    told = value_of(answers, group.name + MANY)
    count = int(told) if told.isascii() and told.isdigit() else group.least
    return max(group.least, min(count, group.most))


def below(answers: Answers, prefix: str) -> dict[str, str]:
    """The values of the answers whose names begin so, by the rest of their names."""
    return {
        name.removeprefix(prefix): answer.value
        for name, answer in answers.items()
        if name.startswith(prefix)
    }


def names_of(group: Group, number: int) -> dict[str, Question]:
    """The answers' names of the n-th of a group, with their questions."""
    prefix = f"{group.name}.{number}." if group.many else f"{group.name}."
    return {prefix + question.name: question for question in group.questions}


def fields_of(groups: Sequence[Group], answers: Answers) -> dict[str, Question]:
    """Every answer that is asked for, by its name."""
    return {
        name: question
        for group in groups
        for number in range(1, count_of(answers, group) + 1)
        for name, question in names_of(group, number).items()
    }


def typed_over(
    answers: Answers, *, told: Mapping[str, str], groups: Sequence[Group], by: str
) -> dict[str, Answer]:
    """The answers after a person sent the form: what they left keeps its source, what they wrote is
    theirs. Names that nobody asks for are left out.
    """
    counts = {group.name + MANY for group in groups if group.many}
    changed = {name: answer for name, answer in answers.items() if name in counts}
    for name in counts & set(told):
        changed[name] = Answer(told[name].strip(), "house")
    for name in fields_of(groups, changed):
        before = answers.get(name)
        value = _tidy(told[name]) if name in told else (before.value if before else "")
        if before is not None and before.value == value:
            changed[name] = before
        elif value:
            changed[name] = Answer(value, f"typed:{by}")
    return changed


def answers_check(groups: Sequence[Group], answers: Answers) -> list[Problem]:
    """All that keeps a report from being proposed, in the form's order."""
    problems = []
    for name, question in fields_of(groups, answers).items():
        value = value_of(answers, name)
        prefix = name.removesuffix(question.name)
        if not value:
            if _is_wanted(question, answers, prefix):
                problems.append(Problem(name, "missing"))
            continue
        code = _wrong(question, value)
        if code:
            problems.append(Problem(name, code))
    return problems


def _is_wanted(question: Question, answers: Answers, prefix: str) -> bool:
    if question.wanted_if is None:
        return question.wanted
    other, values = question.wanted_if
    return not values.isdisjoint(value_of(answers, prefix + other).split())


def _wrong(question: Question, value: str) -> str:
    if len(value) > question.most:
        return "too_long"
    if _CONTROL.search(value):
        return "unreadable"
    match question.kind:
        case "choice" if value not in question.choices:
            return "unknown"
        case "choices" if not set(value.split()) <= set(question.choices):
            return "unknown"
        case "day" if _DAY.fullmatch(value) is None:
            return "no_day"
        case "country" if value not in COUNTRIES:
            return "no_country"
        case "whole" if _WHOLE.fullmatch(value) is None:
            return "no_whole"
        case "decimal" if _DECIMAL.fullmatch(value) is None:
            return "no_amount"
        case "number" if not (value.isascii() and value.isdigit()):
            return "no_number"
    return ""


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
