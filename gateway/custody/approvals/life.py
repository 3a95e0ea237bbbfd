"""The life of an act that needs two people. Pure: the moment is an argument.

proposed → approved → (its delay) → carried_out; before that it can be cancelled, and ends as
rejected, expired or failed otherwise. The database holds the same rules (``migrations/act.sql``):
this core says why something is refused, the database sees to it that nothing else is ever written.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from gateway.custody.approvals.errors import (
    ActExpired,
    ActNotApproved,
    ActNotExpired,
    ActNotProposed,
    ActOver,
    ActTooEarly,
    SamePerson,
)

State = Literal["proposed", "approved", "carried_out", "cancelled", "rejected", "expired", "failed"]
OPEN: Final[tuple[State, ...]] = ("proposed", "approved")
ENDS: Final[tuple[State, ...]] = ("carried_out", "cancelled", "rejected", "expired", "failed")
STATES: Final[tuple[State, ...]] = (*OPEN, *ENDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActLife:
    """How far an act is, and who brought it there.

    Attributes:
        maker: who proposed it; None while a program or a schedule asked and nobody took it up.
        checker: who approved it; never the maker.
        delay: between the approval and the doing; the time in which it can be called off.
        lifetime: how long it waits for people, and then for its carrying out.
        not_before: when the delay is over; None until it is approved.
    """

    state: State
    maker: UUID | None
    checker: UUID | None = None
    delay: timedelta
    lifetime: timedelta
    expires_at: datetime
    not_before: datetime | None = None


def proposed(*, maker: UUID | None, delay: timedelta, lifetime: timedelta, at: datetime) -> ActLife:
    return ActLife(
        state="proposed", maker=maker, delay=delay, lifetime=lifetime, expires_at=at + lifetime
    )


def agreed(life: ActLife, *, by: UUID, at: datetime) -> ActLife:
    """One more person is for it: the first of an act that no person asked for becomes its maker,
    the next one approves it.

    Raises:
        SamePerson: who proposed it can't approve it.
        ActNotProposed, ActOver, ActExpired
    """
    _open(life)
    if life.state != "proposed":
        raise ActNotProposed
    if at >= life.expires_at:
        raise ActExpired
    if life.maker is None:
        return replace(life, maker=by)
    if life.maker == by:
        raise SamePerson
    not_before = at + life.delay
    return replace(
        life,
        state="approved",
        checker=by,
        not_before=not_before,
        expires_at=not_before + life.lifetime,
    )


def rejected(life: ActLife) -> ActLife:
    """Raises ActNotProposed, ActOver."""
    _open(life)
    if life.state != "proposed":
        raise ActNotProposed
    return replace(life, state="rejected")


def cancelled(life: ActLife) -> ActLife:
    """Raises ActOver."""
    _open(life)
    return replace(life, state="cancelled")


def carried_out(life: ActLife, *, at: datetime) -> ActLife:
    """Raises ActNotApproved, ActTooEarly, ActExpired, ActOver."""
    _due(life, at=at)
    return replace(life, state="carried_out")


def failed(life: ActLife, *, at: datetime) -> ActLife:
    """It was tried and refused. Raises as ``carried_out``."""
    _due(life, at=at)
    return replace(life, state="failed")


def expired(life: ActLife, *, at: datetime) -> ActLife:
    """Raises ActNotExpired, ActOver."""
    _open(life)
    if at < life.expires_at:
        raise ActNotExpired
    return replace(life, state="expired")


def _open(life: ActLife) -> None:
    if life.state not in OPEN:
        raise ActOver


def _due(life: ActLife, *, at: datetime) -> None:
    _open(life)
    if life.state != "approved" or life.not_before is None:
        raise ActNotApproved
    if at < life.not_before:
        raise ActTooEarly
    if at >= life.expires_at:
        raise ActExpired
