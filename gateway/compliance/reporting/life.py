"""The life of a report. Pure: who acts is an argument, and there is no clock in it.

draft → proposed → approved → filed → acknowledged; a proposal is sent back to draft, and so is what
the authority refused. An acknowledged report that an acknowledged amendment replaces is corrected.
The database holds the same rules; this core says why something is refused.
"""

from dataclasses import dataclass, replace
from typing import Final, Literal
from uuid import UUID

from gateway.compliance.reporting.errors import (
    ReportNotAcknowledged,
    ReportNotApproved,
    ReportNotDraft,
    ReportNotFiled,
    ReportNotProposed,
    ReportSamePerson,
)

State = Literal["draft", "proposed", "approved", "filed", "acknowledged", "corrected"]
STATES: Final[tuple[State, ...]] = (
    *("draft", "proposed", "approved"),
    *("filed", "acknowledged", "corrected"),
)
UNFILED: Final[tuple[State, ...]] = ("draft", "proposed", "approved")
"""While it is so, its deadline runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLife:
    """How far a report is.

    Attributes:
        maker: who proposed it; None in a draft.
        checker: who agreed to it.
    """

    state: State = "draft"
    maker: UUID | None = None
    checker: UUID | None = None


def changeable(life: ReportLife) -> None:
    """Raises ReportNotDraft."""
    if life.state != "draft":
        raise ReportNotDraft


def proposed(life: ReportLife, *, by: UUID) -> ReportLife:
    """Somebody says that it is complete. Raises ReportNotDraft."""
    changeable(life)
    return replace(life, state="proposed", maker=by, checker=None)


def sent_back(life: ReportLife) -> ReportLife:
    """It is to be changed before anybody agrees. Raises ReportNotProposed."""
    if life.state not in ("proposed", "approved"):
        raise ReportNotProposed
    return replace(life, state="draft", maker=None, checker=None)


def approved(life: ReportLife, *, by: UUID) -> ReportLife:
    """Another person agrees to it.

    Raises:
        ReportNotProposed
        ReportSamePerson: who proposed it can't approve it (the database says so too).
    """
    if life.state != "proposed":
        raise ReportNotProposed
    if life.maker == by:
        raise ReportSamePerson
    return replace(life, state="approved", checker=by)


def filed(life: ReportLife) -> ReportLife:
    """A person gave its file to the authority. Raises ReportNotApproved."""
    if life.state != "approved":
        raise ReportNotApproved
    return replace(life, state="filed")


def refused(life: ReportLife) -> ReportLife:
    """The authority did not take the file: it is a draft again. Raises ReportNotFiled."""
    if life.state != "filed":
        raise ReportNotFiled
    return replace(life, state="draft", maker=None, checker=None)


def acknowledged(life: ReportLife) -> ReportLife:
    """The authority took it, under a number of its own. Raises ReportNotFiled."""
    if life.state != "filed":
        raise ReportNotFiled
    return replace(life, state="acknowledged")


def corrected(life: ReportLife) -> ReportLife:
    """An amendment of it was taken in its place. Raises ReportNotAcknowledged."""
    if life.state != "acknowledged":
        raise ReportNotAcknowledged
    return replace(life, state="corrected")
