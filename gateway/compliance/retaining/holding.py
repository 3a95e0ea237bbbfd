"""Legal holds with what they are about looked at, and written into the record."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import models, transaction

from gateway.compliance.alerts.models import Alert
from gateway.compliance.cases.models import Case
from gateway.compliance.cases.recording import record_apart
from gateway.compliance.knowing import legal_holds
from gateway.compliance.knowing.models import LegalHold, Subject
from gateway.compliance.reporting.models import Report
from gateway.compliance.retaining.errors import NothingToHold

HOLDABLE: Final[dict[str, type[models.Model]]] = {
    "subject": Subject,
    "case": Case,
    "alert": Alert,
    "report": Report,
}


def about_named(kind: str, named: str) -> str:
    """What a hold is about, as it is written. Raises NothingToHold."""
    try:
        return f"{kind}:{UUID(named.strip())}" if kind in HOLDABLE else _nothing()
    except ValueError as error:
        raise NothingToHold from error


@transaction.atomic
def hold_place(*, about: str, by: str, reason: str, now: datetime) -> LegalHold:
    """Keep a subject, a case, an alert or a report whatever its term says.

    Whoever erases meanwhile waits, or was first: then there is nothing left to keep.

    Raises:
        NothingToHold, HoldReasonMissing
    """
    _still_there(about)
    hold = legal_holds.legal_hold_place(about=about, by=by, reason=reason, now=now)
    _tell(hold, "hold_placed", by=by, reason=hold.reason, now=now)
    return hold


@transaction.atomic
def hold_ask_lift(*, hold_id: UUID, by: str, reason: str, now: datetime) -> LegalHold:
    """Say that a hold can be lifted. Raises HoldUnknown, HoldReasonMissing."""
    hold = legal_holds.legal_hold_ask_lift(hold_id=hold_id, by=by, reason=reason, now=now)
    _tell(hold, "hold_lift_asked", by=by, reason=hold.lift_reason, now=now)
    return hold


@transaction.atomic
def hold_lift(*, hold_id: UUID, by: str, now: datetime) -> LegalHold:
    """Agree, as another person. Raises HoldUnknown, HoldLiftNotAsked, HoldSamePerson."""
    hold = legal_holds.legal_hold_lift(hold_id=hold_id, by=by, now=now)
    _tell(hold, "hold_lifted", by=by, reason=hold.lift_reason, now=now)
    return hold


def _still_there(about: str) -> None:
    kind, _, named = about.partition(":")
    model = HOLDABLE.get(kind)
    row = model._default_manager.select_for_update().filter(pk=named).first() if model else None
    if row is None or getattr(row, "erased_at", None) is not None:
        raise NothingToHold


def _nothing() -> str:
    raise NothingToHold


def _tell(hold: LegalHold, verb: str, *, by: str, reason: str, now: datetime) -> None:
    record_apart(
        verb,
        actor=by.strip(),
        now=now,
        facts={"hold": hold.id},
        personal={"about": hold.about, "reason": reason},
    )
