"""Whom the lists in force name: told by the room's upper floor, which keeps the lists.

The floor above registers its answer here when the house starts; without one, or while a list is
missing, nobody is known to be clean.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from gateway.compliance.tracing.categories import Label


@dataclass(frozen=True, slots=True)
class Listed:
    """Labels of the listed, and of those that were once, among some addresses.

    Attributes:
        versions: of the lists looked at, ``ofac#3``.
    """

    labels: tuple[Label, ...]
    versions: str


Source = Callable[[Collection[bytes]], Listed | None]
"""None: a list is missing, so nobody can be said not to be listed."""


class _Registered:
    source: Source | None = None


def register(source: Source) -> None:
    _Registered.source = source


def listed_among(addresses: Collection[bytes]) -> Listed | None:
    """What the lists in force say of some addresses; None while they can't say."""
    return None if _Registered.source is None else _Registered.source(addresses)
