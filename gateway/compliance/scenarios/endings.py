"""How cases about somebody ended: asked of the room of cases, which stands above."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

CONFIRMED: Final = frozenset({"report", "block", "watch"})
"""Endings by which people said: it was worth looking at."""
DISMISSED: Final = frozenset({"no_action", "false_positive"})


@dataclass(frozen=True, slots=True)
class Ending:
    """A closed case: about whom, from its opening to its last alert, and how it ended."""

    about: str
    opened_at: datetime
    last_alert_at: datetime
    disposition: str


Endings = Callable[[str, Collection[str]], list[Ending]]
"""Of a mode, about some subjects: one query."""

_asked: Final[list[Endings]] = []


def register(endings: Endings) -> None:
    """Called in ``AppConfig.ready``, by one room."""
    if _asked and _asked[0] is not endings:
        raise ValueError("another room tells how cases ended already")
    _asked[:] = [endings]


def endings_of(mode: str, abouts: Collection[str]) -> list[Ending]:
    return _asked[0](mode, abouts) if _asked and abouts else []
