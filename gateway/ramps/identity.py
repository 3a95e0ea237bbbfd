"""Proof of who somebody is, by a page of a ramp's (Stripe Identity). For compliance to ask for.

https://docs.stripe.com/api/identity/verification_sessions. Kept here is how far it is, and a code
of what was wrong. What its events say is not read: it is asked. Of a subject of compliance's
(``subject:<id>``) the outcome goes down to ``gateway.compliance.knowing`` with what the document
said, in the same transaction; then the ramp is asked to forget it (``identity_wishes``).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from django.db import transaction

from gateway.events.errors import TillwayError
from gateway.events.ids import uuid7
from gateway.events.points import point
from gateway.events.services import emit
from gateway.ramps.configuration import configured_identity
from gateway.ramps.errors import IdentityCheckUnknown, RampDown
from gateway.ramps.identity_wishes import forgotten, outcome_keep, wish_asked
from gateway.ramps.models import IdentityCheck, RampEvent

log = structlog.get_logger(__name__)

LOOK_EACH: Final = timedelta(hours=1)
LOOK_FOR: Final = timedelta(days=7)
OPEN: Final = ("planned", "asked", "requires_input", "processing")
TURN: Final = 100


def identity_link(
    *,
    subject: str,
    mode: str,
    ramp: str,
    return_url: str,
    now: datetime,
    shop_id: UUID | None = None,
) -> tuple[IdentityCheck, str]:
    """The check of a subject that is under way, or a new one, and the ramp's page for it; "" where
    nothing more is wanted of them just now.

    Args:
        subject: whom it is about, in the caller's words: ``shop:<id>``.
        shop_id: whose shop that is, if a shop asks.

    Raises:
        RampNotOffered, RampsUnreadable, RampDown, RampRefused, RampKeyTaken: there is no page now.
    """
    place = configured_identity(ramp)
    row = _want(
        subject=subject, mode=mode, ramp=ramp, return_url=return_url, shop_id=shop_id, now=now
    )
    point("identity.planned")
    if row.remote_id:
        told = place.identity_session(row.remote_id)
    else:
        IdentityCheck.objects.filter(id=row.id, status="planned").update(
            status="asked", asked_at=now
        )
        point("identity.asked")
        told = place.identity_open(
            id=row.id, key=f"tillway:identity:{row.id}", return_url=row.return_url
        )
        point("identity.answered")
    return identity_told(check_id=row.id, told=told, now=now), str(told.get("url") or "")


@transaction.atomic
def identity_told(*, check_id: UUID, told: Mapping[str, Any], now: datetime) -> IdentityCheck:
    """Keep how far it is, and tell of it once. ``verified`` and ``canceled`` are for good."""
    row = IdentityCheck.objects.select_for_update().get(id=check_id)
    if row.status in ("verified", "canceled"):
        return forgotten(row, told=told, now=now)
    before = row.status
    row.remote_id, row.status = str(told["id"]), str(told["status"])
    row.problem = str((told.get("last_error") or {}).get("code") or "")
    is_open = row.status in OPEN and now - row.created_at < LOOK_FOR
    row.due_at = now + LOOK_EACH if is_open else None
    outcome_keep(row, told=told, now=now)
    row.save()
    if row.status != before:
        emit(
            type="identity.changed",
            subject=f"identity:{row.id}",
            body={"subject": row.subject, "status": row.status, "problem": row.problem},
            mode=row.mode,
            shop_id=row.shop_id,
            now=now,
        )
    return row


def identity_get(*, check_id: UUID) -> IdentityCheck:
    """How far it is, as last told. One query.

    Raises:
        IdentityCheckUnknown
    """
    row = IdentityCheck.objects.filter(id=check_id).first()
    if row is None:
        raise IdentityCheckUnknown
    return row


def identities_refresh(*, now: datetime) -> int:
    """Ask about every check that is due; how many were asked about."""
    due = IdentityCheck.objects.filter(due_at__lte=now).exclude(remote_id="").order_by("due_at")
    rows = list(due[:TURN])
    for row in rows:
        try:
            told = wish_asked(row)
        except (RampDown, TillwayError) as trouble:
            log.warning("identity_waits", check=str(row.id), detail=str(trouble)[:300])
            IdentityCheck.objects.filter(id=row.id).update(due_at=now + timedelta(minutes=5))
            continue
        identity_told(check_id=row.id, told=told, now=now)
    return len(rows)


def identity_look(*, subject: str, now: datetime) -> None:
    """Have the open check of a subject looked at soon: they come back from its page. One
    statement."""
    IdentityCheck.objects.filter(subject=subject, status__in=OPEN).update(due_at=now)


def look_at_identity(row: RampEvent, now: datetime) -> None:
    """An event of the ramp's about a check of ours."""
    IdentityCheck.objects.filter(ramp=row.ramp, remote_id=row.object_id).update(due_at=now)


@transaction.atomic
def _want(
    *,
    subject: str,
    mode: str,
    ramp: str,
    return_url: str,
    shop_id: UUID | None,
    now: datetime,
) -> IdentityCheck:
    IdentityCheck.objects.bulk_create(
        [
            IdentityCheck(
                id=uuid7(),
                subject=subject,
                shop_id=shop_id,
                mode=mode,
                ramp=ramp,
                return_url=return_url,
                created_at=now,
            )
        ],
        ignore_conflicts=True,
    )
    return IdentityCheck.objects.get(subject=subject, ramp=ramp, status__in=OPEN)
