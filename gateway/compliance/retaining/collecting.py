"""Which room holds what about somebody, for who asks to see it. Rooms above register theirs at
start; what the law forbids to tell (suspicion, cases, reports, screening, holds) nobody registers.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Whom:
    """Who asks: a person or a company behind a shop, or a shop."""

    kind: Literal["subject", "shop"]
    id: UUID

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


Rows = Iterator[Mapping[str, Any]]
"""One mapping for each thing held: what JSON can hold, moments and ids too, amounts as text."""
Collect = Callable[[Whom], Rows | None]
"""None where the room never holds anything about such a one."""


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file that somebody sent, as it was sent."""

    name: str
    content: bytes


CollectFiles = Callable[[Whom], Iterator[HeldFile]]

_collectors: Final[dict[str, Collect]] = {}
_files: Final[dict[str, CollectFiles]] = {}


def register(name: str, collect: Collect) -> None:
    """Called in ``AppConfig.ready``; the name is the file's, without its ending."""
    if _collectors.get(name, collect) is not collect:
        raise ValueError(f"{name} is another room's to tell")
    _collectors[name] = collect


def register_files(name: str, collect: CollectFiles) -> None:
    """As ``register``, of files that are told as they are; the name is their folder's."""
    if _files.get(name, collect) is not collect:
        raise ValueError(f"{name} is another room's to tell")
    _files[name] = collect


def collectors() -> list[tuple[str, Collect]]:
    """By name."""
    return sorted(_collectors.items())


def file_collectors() -> list[tuple[str, CollectFiles]]:
    return sorted(_files.items())
