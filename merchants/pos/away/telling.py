"""What a shop's tills sold without a connection, for the shop that asks to see all that is held
about it."""

from gateway.compliance.retaining.collecting import Rows, Whom, register
from merchants.pos.away.selectors import away_all


def register_ours() -> None:
    """Called when the room starts."""
    register("away_sales", away_sales)


def away_sales(whom: Whom) -> Rows | None:
    """Each as its tablet sent it, and what became of it. One query, read row by row."""
    if whom.kind != "shop":
        return None
    return (
        {
            "till_id": one.till_id,
            "body": one.body,
            "label": one.label,
            "sent_by": one.sent_by,
            "sent_at": one.sent_at,
            "state": one.state,
            "why": one.why,
            "ticket_id": one.ticket_id,
            "settled_by": one.settled_by,
            "settled_at": one.settled_at,
            "note": one.note,
        }
        for one in away_all(shop_id=whom.id)
    )
