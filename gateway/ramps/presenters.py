"""A shop's account at a ramp as API, events and pages show it."""

from typing import Any

from gateway.ramps.models import RampAccount


def account_as_dict(row: RampAccount) -> dict[str, Any]:
    """Everything a shop may know of its account; the ramp's own name for it is the ramp's. No
    query."""
    deadline = row.requirements_deadline
    return {
        "ramp": row.ramp,
        "mode": row.mode,
        "status": status_word(row),
        "payouts_enabled": row.payouts_enabled,
        "details_submitted": row.details_submitted,
        "capabilities": dict(row.capabilities),
        "currencies": list(row.banks),
        "requirements": {
            "due": list(row.requirements_due),
            "past_due": list(row.requirements_past_due),
            "pending": list(row.requirements_pending),
            "deadline": deadline.isoformat() if deadline else None,
            "disabled_reason": row.disabled_reason or None,
        },
        "told_at": row.told_at.isoformat() if row.told_at else None,
    }


def status_word(row: RampAccount) -> str:
    """``none``, ``incomplete``, ``checking``, ``restricted``, ``due_soon`` or ``ready``."""
    if not row.remote_id:
        return "none"
    if row.is_ready:
        return "due_soon" if row.requirements_due else "ready"
    if not row.details_submitted:
        return "incomplete"
    if row.requirements_due or row.requirements_past_due:
        return "restricted"
    return "checking"
