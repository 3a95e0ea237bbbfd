"""Legal holds: what is kept whatever its term says. One person places one, two lift it."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from gateway.compliance.knowing.errors import (
    HoldLiftNotAsked,
    HoldReasonMissing,
    HoldSamePerson,
    HoldUnknown,
)
from gateway.compliance.knowing.models import LegalHold

MAX_REASON: Final = 500


def is_held(*abouts: str) -> bool:
    """Whether a hold stands on one of these. One query."""
    return LegalHold.objects.filter(about__in=abouts, lifted_at__isnull=True).exists()


def held_among(abouts: Collection[str]) -> set[str]:
    """Those on which a hold stands. One query."""
    standing = LegalHold.objects.filter(about__in=list(abouts), lifted_at__isnull=True)
    return set(standing.values_list("about", flat=True))


def held_ids(kind: str) -> list[UUID]:
    """The ids of all of a kind on which a hold stands. One query."""
    standing = LegalHold.objects.filter(about__startswith=f"{kind}:", lifted_at__isnull=True)
    return [UUID(about.partition(":")[2]) for about in standing.values_list("about", flat=True)]


@transaction.atomic
def legal_hold_place(*, about: str, by: str, reason: str, now: datetime) -> LegalHold:
    """Keep something whatever its term says; the caller has seen that it is there.

    Raises:
        HoldReasonMissing
    """
    return LegalHold.objects.create(
        about=about, reason=_told(by, reason), placed_by=by.strip(), placed_at=now
    )


@transaction.atomic
def legal_hold_ask_lift(*, hold_id: UUID, by: str, reason: str, now: datetime) -> LegalHold:
    """Say that a hold can be lifted; another person has to agree. Asked again, the last one counts.

    Raises:
        HoldReasonMissing
        HoldUnknown: there is none, or it is lifted.
    """
    why = _told(by, reason)
    hold = _standing(hold_id)
    hold.lift_asked_by, hold.lift_asked_at, hold.lift_reason = by.strip(), now, why
    hold.save(update_fields=["lift_asked_by", "lift_asked_at", "lift_reason"])
    return hold


@transaction.atomic
def legal_hold_lift(*, hold_id: UUID, by: str, now: datetime) -> LegalHold:
    """Agree that a hold is lifted; what it kept goes by its own term again.

    Raises:
        HoldReasonMissing: nobody agrees.
        HoldUnknown, HoldLiftNotAsked
        HoldSamePerson: who asked for it (the database says so too).
    """
    if not by.strip():
        raise HoldReasonMissing
    hold = _standing(hold_id)
    if hold.lift_asked_at is None:
        raise HoldLiftNotAsked
    if hold.lift_asked_by == by.strip():
        raise HoldSamePerson
    hold.lifted_by, hold.lifted_at = by.strip(), now
    hold.save(update_fields=["lifted_by", "lifted_at"])
    return hold


def _standing(hold_id: UUID) -> LegalHold:
    hold = LegalHold.objects.select_for_update().filter(id=hold_id, lifted_at__isnull=True).first()
    if hold is None:
        raise HoldUnknown
    return hold


def _told(by: str, reason: str) -> str:
    why = reason.strip()
    if not by.strip() or not why or len(why) > MAX_REASON or "\0" in why:
        raise HoldReasonMissing
    return why
