"""What becomes of a proof of identity: its outcome is kept below, and the ramp forgets the rest.

A wish is a column of the check's row, carried out from it under a key made of the row's id: killed
anywhere, it is asked again and done once.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from gateway.compliance.knowing.claims import Claims
from gateway.compliance.knowing.errors import KnowingError
from gateway.compliance.knowing.proofs import proof_keep
from gateway.compliance.knowing.selectors import ProofState
from gateway.events.points import point
from gateway.events.subscriptions import EventRecord
from gateway.ramps.configuration import configured_identity, ramp_settings
from gateway.ramps.errors import RampRefused
from gateway.ramps.models import IdentityCheck

PREFIX: Final = "subject:"
ASK_AGAIN: Final = timedelta(days=1)
"""While the ramp is forgetting: Stripe takes up to four days."""
OPEN: Final = ("planned", "asked", "requires_input", "processing")


def identity_ramp() -> str:
    """The first ramp that proves who somebody is; "" if none does.

    Raises:
        RampsUnreadable
    """
    return next((one.name for one in ramp_settings() if one.kind == "stripe"), "")


def outcome_keep(row: IdentityCheck, *, told: Mapping[str, Any], now: datetime) -> None:
    """Hand the outcome to whoever knows the subject, in the caller's transaction, and wish that the
    ramp forgets what was shown. The caller saves the row."""
    if not row.subject.startswith(PREFIX):
        return
    state = _state_of(row)
    if state is None:
        return
    try:
        proof_keep(
            subject_id=UUID(row.subject.removeprefix(PREFIX)),
            how="ramp",
            reference=str(row.id),
            state=state,
            claims=_claims(told) if row.status == "verified" else None,
            problem=row.problem or ("canceled" if row.status == "canceled" else ""),
            now=now,
        )
    except KnowingError:
        row.problem = row.problem or "subject_gone"  # erased meanwhile: nothing is kept of it
    if row.status in ("verified", "canceled"):
        row.wish, row.due_at = "redact", now


def wish_asked(row: IdentityCheck) -> Mapping[str, Any]:
    """Ask the ramp for what is wished of a check, or how far it is. Never in a transaction.

    Raises:
        RampDown, RampRefused, RampNotOffered, RampsUnreadable
    """
    place = configured_identity(row.ramp)
    if row.wish == "redact":
        point("identity.redacting")
        told = place.identity_redact(row.remote_id, key=f"tillway:identity:{row.id}:redact")
        point("identity.redacted")
        return told
    if row.wish == "cancel":
        try:
            return place.identity_cancel(row.remote_id, key=f"tillway:identity:{row.id}:cancel")
        except RampRefused:
            pass  # it went on meanwhile: how far it is says more than why it wasn't
    return place.identity_session(row.remote_id)


def forgotten(row: IdentityCheck, *, told: Mapping[str, Any], now: datetime) -> IdentityCheck:
    """Note whether the ramp has forgotten a check that is over. In the caller's transaction."""
    redaction = str((told.get("redaction") or {}).get("status") or "")
    row.due_at = None
    if redaction == "redacted":
        row.wish, row.redacted_at = "", row.redacted_at or now
    elif redaction == "processing":
        row.wish, row.due_at = "redacting", now + ASK_AGAIN
    elif row.wish:
        row.due_at = now + ASK_AGAIN
    row.save(update_fields=["wish", "redacted_at", "due_at"])
    return row


def on_subject_gone(event: EventRecord) -> None:
    """``subject.ended``, ``subject.erased``: who has nothing to do with a shop any more need show
    nothing."""
    rows = IdentityCheck.objects.filter(subject=f"{PREFIX}{event.subject_id}")
    rows.filter(status__in=OPEN).update(wish="cancel", due_at=timezone.now())


def _state_of(row: IdentityCheck) -> ProofState | None:
    match row.status:
        case "verified":
            return "verified"
        case "processing":
            return "waiting"
        case "canceled":
            return "rejected"
        case "requires_input" if row.problem:
            return "rejected"
    return None


def _claims(told: Mapping[str, Any]) -> Claims:
    read = told.get("verified_outputs") or {}
    born = read.get("dob") or {}
    names = (read.get("first_name"), read.get("last_name"))
    parts = [int(born.get(name) or 0) for name in ("year", "month", "day")]
    return Claims(
        name=" ".join(name for name in names if name),
        born="{:04}-{:02}-{:02}".format(*parts) if all(parts) else "",
        country=str((read.get("address") or {}).get("country") or ""),
    )
