"""Which room knows what about whom a case is about. Rooms above register theirs at start."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from gateway.compliance.alerts.abouts import About


@dataclass(frozen=True, slots=True)
class Question:
    """Whom a case is about, for those who know something of it.

    Attributes:
        shop_id: whose business it concerns.
        invoice_id: of the deposit, if it is about one that has one.
    """

    about: About
    mode: str
    shop_id: UUID | None
    invoice_id: UUID | None


Gather = Callable[[Question], Mapping[str, Any] | None]
"""Facts as JSON can hold them, amounts as text; None where there are none."""

_gatherers: Final[dict[str, Gather]] = {}


def register(name: str, gather: Gather) -> None:
    """Called in ``AppConfig.ready``; a name is one room's for good, and evidence is kept by it."""
    if _gatherers.get(name, gather) is not gather:
        raise ValueError(f"{name} is another room's evidence")
    _gatherers[name] = gather


def gathered(question: Question) -> dict[str, Mapping[str, Any]]:
    """What all of them know, by name. Some queries for each."""
    found = {name: gather(question) for name, gather in sorted(_gatherers.items())}
    return {name: facts for name, facts in found.items() if facts is not None}
