"""Evidence as people can read it: matches with their reasons, all else as named values. Pure.

What machines left as evidence has many shapes. A match on a list is shown as one; the rest is
flattened into names and values, as far as somebody would read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

MAX_VALUES: Final = 24
MAX_VALUE: Final = 240
OPAQUE: Final = frozenset({"replay", "matches", "features", "reasons"})
"""Shown in a way of their own, or for machines only."""
TITLES: Final = ("name", "title", "caption", "listed_name")


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody on a list, and why it could be the one."""

    title: str
    score: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """Evidence for people.

    Attributes:
        left_out: how many values more there are.
    """

    matches: tuple[Match, ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    left_out: int = field(default=0)


def reading_of(evidence: Mapping[str, Any]) -> Reading:
    """Everything of it that a person reads."""
    found = evidence.get("matches")
    matches = found if isinstance(found, list) else []
    values = [(name, _cut(value)) for name, value in _flat(evidence) if value]
    return Reading(
        matches=tuple(_match(one) for one in matches if isinstance(one, Mapping)),
        values=tuple(values[:MAX_VALUES]),
        left_out=max(len(values) - MAX_VALUES, 0),
    )


def _match(told: Mapping[str, Any]) -> Match:
    title = next((str(told[name]) for name in TITLES if told.get(name)), "")
    shown = {*TITLES, "score", *OPAQUE}
    return Match(
        title=title,
        score=str(told.get("score", "")),
        facts=tuple((name, _cut(value)) for name, value in _flat(told, leave=shown) if value),
        reasons=tuple(_reasons(told)),
    )


def _reasons(told: Mapping[str, Any]) -> Iterator[str]:
    for name in ("reasons", "features"):
        value = told.get(name)
        if isinstance(value, Mapping):
            yield from (f"{_words(key)}: {_cut(str(part))}" for key, part in value.items())
        elif isinstance(value, list):
            yield from (_cut(_line(part)) for part in value)


def _line(part: Any) -> str:
    if isinstance(part, Mapping):
        return ", ".join(f"{_words(name)} {value}" for name, value in _flat(part) if value)
    return str(part)


def _flat(
    value: Mapping[str, Any], path: str = "", *, leave: frozenset[str] | set[str] = OPAQUE
) -> Iterator[tuple[str, str]]:
    for name, inner in value.items():
        if name not in leave:
            yield from _flat_one(f"{path} {_words(name)}".strip(), inner)


def _flat_one(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        yield from _flat(value, path)
    elif isinstance(value, list) and any(isinstance(one, Mapping | list) for one in value):
        for number, one in enumerate(value, start=1):
            yield from _flat_one(f"{path} {number}", one)
    elif isinstance(value, list):
        yield path, ", ".join(map(str, value))
    else:
        yield path, "" if value is None else str(value)


def _words(name: str) -> str:
    return str(name).replace("_", " ")


def _cut(text: str) -> str:
    return text if len(text) <= MAX_VALUE else text[: MAX_VALUE - 1] + "…"
