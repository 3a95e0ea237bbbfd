"""Who holds the leave to follow a stream, beside the person: a till's tablet, which may be taken
off. The room that gives the leave says who lost it; asked every few seconds while they follow."""

from collections.abc import Callable, Collection, Iterable
from typing import Final

Question = Callable[[Collection[str]], set[str]]
"""Of these ids, those that may follow nothing any more."""

_asked: dict[str, Question] = {}
NOBODY: Final = ""


def register(kind: str, question: Question) -> None:
    """Have ``question`` asked about holders that are called ``kind:<id>``. Called by a room's
    ``ready``."""
    if _asked.setdefault(kind, question) is not question:
        raise ValueError(f"two rooms answer for holders of kind {kind!r}")


def ended(holders: Iterable[str]) -> set[str]:
    """Those of these holders that may follow nothing any more. One question a kind; a kind that
    nobody answers for has ended."""
    by_kind: dict[str, set[str]] = {}
    for holder in holders:
        kind, _, holder_id = holder.partition(":")
        by_kind.setdefault(kind, set()).add(holder_id)
    gone: set[str] = set()
    for kind, ids in by_kind.items():
        question = _asked.get(kind)
        gone |= {f"{kind}:{one}" for one in (question(ids) if question else ids)}
    return gone
