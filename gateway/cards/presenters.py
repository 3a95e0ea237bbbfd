"""Card readers, and a card's turn at one, as the API shows them."""

from typing import Any

from gateway.cards.models import CardTender, Reader
from gateway.cards.reader_life import MAY_TRY_AGAIN
from gateway.events.moments import rfc3339, rfc3339_or_none


def reader_as_dict(row: Reader) -> dict[str, Any]:
    """Everything a shop may know of its reader. No query."""
    return {
        "id": str(row.id),
        "label": row.label,
        "mode": row.mode,
        "status": row.status,
        "online": row.is_online and row.status == "ready",
        "told_at": rfc3339_or_none(row.told_at),
        "device": row.device or None,
        "serial": row.serial or None,
        "problem": (row.last_error or None) if row.status == "refused" else None,
        "created_at": rfc3339(row.created_at),
    }


def turn_as_dict(row: CardTender) -> dict[str, Any]:
    """How far a card is at a reader. No query.

    Raises:
        ValueError: it is paid for on a page, at no reader.
    """
    if row.reader_id is None:
        raise ValueError(f"card {row.id} is at no reader")
    turn = "charging" if row.status == "taken" else row.turn
    return {
        "card_id": str(row.id),
        "invoice_id": str(row.invoice_id),
        "reader_id": str(row.reader_id),
        "turn": turn,
        "may_try_again": turn in MAY_TRY_AGAIN,
        "may_cancel": row.status in ("planned", "asked", "open"),
        "asks_until": rfc3339(row.ends_at),
    }
