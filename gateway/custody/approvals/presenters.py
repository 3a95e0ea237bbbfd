"""An act as events, pages and the API show it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from gateway.custody.approvals.models import Act


def act_as_dict(act: Act) -> dict[str, Any]:
    """All of it; people by their ids, numbers of bank accounts by their ends. No query."""
    return {
        "id": str(act.id),
        "kind": act.kind,
        "subject": act.subject,
        "shop_id": _text(act.shop_id),
        "mode": act.mode,
        "state": act.state,
        "decider": act.decider,
        "payload": _shown(act.body),
        "payload_hash": bytes(act.payload_hash).hex(),
        "origin": act.origin,
        "reason": act.reason,
        "maker": _text(act.maker),
        "checker": _text(act.checker),
        "ended_by": _text(act.ended_by),
        "end_reason": act.end_reason or None,
        "proposed_at": _time(act.proposed_at),
        "decided_at": _time(act.decided_at),
        "not_before": _time(act.not_before),
        "expires_at": _time(act.expires_at),
        "ended_at": _time(act.ended_at),
    }


def _shown(payload: dict[str, Any]) -> dict[str, Any]:
    """What is told of a payload: its hash stands beside it, and is of the whole."""
    iban = payload.get("iban")
    return payload if iban is None else {**payload, "iban": f"{iban[:2]}…{iban[-4:]}"}


def _text(person: UUID | None) -> str | None:
    return str(person) if person else None


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
