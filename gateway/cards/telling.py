"""Events about card payments."""

from datetime import datetime
from typing import Any

from gateway.cards.models import CardDispute, CardTender
from gateway.events.services import emit
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT


def tell(row: CardTender, type: str, *, now: datetime) -> None:
    """In the caller's transaction."""
    emit(
        type=type,
        subject=f"card:{row.id}",
        body=_body(row),
        mode=row.mode,
        shop_id=row.shop_id,
        now=now,
    )


def tell_dispute(row: CardTender, dispute: CardDispute, type: str, *, now: datetime) -> None:
    """``card.disputed``, ``card.dispute_won``, ``card.dispute_lost``."""
    currency = FIAT[row.currency]
    emit(
        type=type,
        subject=f"card:{row.id}",
        body={
            **_body(row),
            "dispute_id": str(dispute.id),
            "disputed": format_amount(Amount(dispute.units, currency)),
            "disputed_units": str(dispute.units),
            "dispute_fee_units": str(dispute.fee_units),
            "dispute_fee": format_amount(Amount(dispute.fee_units, currency)),
            "dispute_fee_bearer": dispute.bearer,
            "returned": format_amount(Amount(dispute.returned_units, currency)),
        },
        mode=row.mode,
        shop_id=row.shop_id,
        now=now,
    )


def _body(row: CardTender) -> dict[str, Any]:
    currency = FIAT[row.currency]
    return {
        "card_id": str(row.id),
        "invoice_id": str(row.invoice_id),
        "status": row.status,
        "currency": row.currency,
        "amount": format_amount(Amount(row.units, currency)),
        "units": str(row.units),
        "to_shop": format_amount(Amount(row.to_shop_units, currency)),
        "fee": format_amount(Amount(row.fee_units, currency)),
        "settled": row.settled_at is not None,
    }
