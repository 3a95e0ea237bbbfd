"""A refund to a card as API and events show it."""

from typing import Any

from gateway.events.moments import rfc3339, rfc3339_or_none
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT
from gateway.refunds.cards.models import CardRefund


def card_refund_as_dict(row: CardRefund) -> dict[str, Any]:
    """Everything a shop may know of it. No query."""
    return {
        "id": str(row.id),
        "invoice_id": str(row.invoice_id),
        "card_id": str(row.tender_id),
        "shop_id": str(row.shop_id),
        "mode": row.mode,
        "status": row.status,
        "reason": row.reason,
        "currency": row.currency,
        "amount": format_amount(Amount(int(row.units), FIAT[row.currency])),
        "units": str(row.units),
        "requested_by": row.requested_by,
        "requested_via": row.requested_via,
        "session": row.session,
        "needs_second_person": row.needs_second,
        "approved_by": row.approved_by or None,
        "ended_by": row.ended_by or None,
        "requested_at": rfc3339(row.requested_at),
        "approved_at": rfc3339_or_none(row.approved_at),
        "ended_at": rfc3339_or_none(row.ended_at),
    }
