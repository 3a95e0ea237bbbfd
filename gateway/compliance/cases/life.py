"""The life of a case. Pure: who acts is an argument, and there is no clock in it.

open → triage → investigating → proposed → closed; a proposal that is called off, or that new
evidence overtakes, is sent back to investigating, and a closed case can be reopened. Whether it is
escalated stands beside the state. The database holds the same rules as constraints; this core says
why something is refused.
"""

from dataclasses import dataclass, replace
from typing import Final, Literal
from uuid import UUID

from gateway.compliance.cases.errors import (
    CaseClosed,
    CaseEscalatedAlready,
    CaseMoved,
    CaseNotClosed,
    CaseNotProposed,
    CaseNotReady,
    CaseNotYours,
    DispositionUnknown,
    SamePerson,
)

State = Literal["open", "triage", "investigating", "proposed", "closed"]
STATES: Final[tuple[State, ...]] = ("open", "triage", "investigating", "proposed", "closed")
OPEN: Final[tuple[State, ...]] = ("open", "triage", "investigating", "proposed")
Disposition = Literal["no_action", "false_positive", "watch", "report", "block"]
DISPOSITIONS: Final[tuple[Disposition, ...]] = (
    "no_action",
    "false_positive",
    "watch",
    "report",
    "block",
)
"""``watch``: nothing to do now, but look closer from here on; ``report``: tell the authority;
``block``: the property of somebody on a list is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLife:
    """How far a case is, and in whose hands.

    Attributes:
        assignee: who works on it; nobody's while it is open.
        maker: who proposed its end; None but while it is proposed, and once it is closed.
    """

    state: State = "open"
    assignee: UUID | None = None
    is_escalated: bool = False
    maker: UUID | None = None
    checker: UUID | None = None
    disposition: Disposition | None = None


def assigned(life: CaseLife, *, expected: UUID | None, to: UUID | None) -> CaseLife:
    """Take it, hand it over or lay it down: the same move, seen from who had it.

    Args:
        expected: in whose hands the mover saw it; of two who reach for it, one sees wrong.

    Raises:
        CaseClosed
        CaseMoved: it is in other hands by now.
    """
    _not_closed(life)
    if life.assignee != expected:
        raise CaseMoved
    state = life.state
    if state == "open" and to is not None:
        state = "triage"
    elif state == "triage" and to is None:
        state = "open"
    return replace(life, assignee=to, state=state)


def investigated(life: CaseLife, *, by: UUID) -> CaseLife:
    """It is worth a longer look. Raises CaseClosed, CaseNotYours, CaseNotReady."""
    _not_closed(life)
    _in_hands_of(life, by)
    if life.state != "triage":
        raise CaseNotReady
    return replace(life, state="investigating")


def escalated(life: CaseLife) -> CaseLife:
    """Everybody should look at it first. Raises CaseClosed, CaseEscalatedAlready."""
    _not_closed(life)
    if life.is_escalated:
        raise CaseEscalatedAlready
    return replace(life, is_escalated=True)


def proposed(life: CaseLife, *, by: UUID, disposition: str) -> CaseLife:
    """Who works on it says how it should end.

    Raises:
        DispositionUnknown, CaseClosed, CaseNotYours, CaseNotReady
    """
    if disposition not in DISPOSITIONS:
        raise DispositionUnknown
    _not_closed(life)
    _in_hands_of(life, by)
    if life.state not in ("triage", "investigating"):
        raise CaseNotReady
    return replace(life, state="proposed", maker=by, checker=None, disposition=disposition)


def sent_back(life: CaseLife) -> CaseLife:
    """Its proposed end was called off, or overtaken. Raises CaseNotProposed."""
    if life.state != "proposed":
        raise CaseNotProposed
    return replace(life, state="investigating", maker=None, disposition=None)


def closed(life: CaseLife, *, by: UUID) -> CaseLife:
    """Another person agrees to its proposed end.

    Raises:
        CaseNotProposed
        SamePerson: who proposed it can't close it (the database says so too).
    """
    if life.state != "proposed":
        raise CaseNotProposed
    if life.maker == by:
        raise SamePerson
    return replace(life, state="closed", checker=by)


def reopened(life: CaseLife, *, by: UUID) -> CaseLife:
    """There is more to decide; who says so works on it. Raises CaseNotClosed."""
    if life.state != "closed":
        raise CaseNotClosed
    return replace(
        life, state="investigating", assignee=by, maker=None, checker=None, disposition=None
    )


def _not_closed(life: CaseLife) -> None:
    if life.state == "closed":
        raise CaseClosed


def _in_hands_of(life: CaseLife, person: UUID) -> None:
    if life.assignee != person:
        raise CaseNotYours
