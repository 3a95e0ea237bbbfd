"""How a provocation looks from outside. Whose wallet pays is not told: of no payment it is."""

from typing import Any

from gateway.events.moments import rfc3339
from gateway.trying.models import Provocation


def provocation_as_dict(row: Provocation) -> dict[str, Any]:
    """No query."""
    return {
        "id": str(row.id),
        "invoice_id": str(row.invoice_id),
        "what": row.what,
        "status": row.status,
        "asset": row.asset or None,
        "units": str(row.units) if row.asset else None,
        "not_before": None if row.not_before is None else rfc3339(row.not_before),
        "tx_hash": None if row.tx_hash is None else f"0x{bytes(row.tx_hash).hex()}",
        "refund_id": None if row.refund_id is None else str(row.refund_id),
        "problem": {"code": row.failure_code, "message": row.failure} if row.failure_code else None,
        "asked_at": rfc3339(row.asked_at),
        "ended_at": None if row.ended_at is None else rfc3339(row.ended_at),
    }
