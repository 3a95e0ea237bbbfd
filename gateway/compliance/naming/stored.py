"""Questions and scores as JSON that is read back as it was. Pure."""

from collections.abc import Iterable
from typing import Any

import msgspec

from gateway.compliance.naming.scoring import NameQuery, Score


def query_told(query: NameQuery) -> dict[str, Any]:
    """The question as it is stored."""
    told: dict[str, Any] = msgspec.to_builtins(query)
    return told


def query_read(told: dict[str, Any]) -> NameQuery:
    """The question that ``query_told`` wrote."""
    return msgspec.convert(told, NameQuery)


def scores_told(scores: Iterable[Score]) -> list[dict[str, Any]]:
    """Scores as they are stored, with all their parts."""
    return [msgspec.to_builtins(score) for score in scores]


def score_read(told: dict[str, Any]) -> Score:
    """A score that ``scores_told`` wrote."""
    return msgspec.convert(told, Score)
