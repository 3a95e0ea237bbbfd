"""Events about refunds to cards."""

from datetime import datetime

from gateway.events.services import emit
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT
from gateway.refunds.cards.models import CardRefund


def tell(row: CardRefund, type: str, *, now: datetime) -> None:
    """``card.refund_requested``, ``_rejected``, ``card.refunded``, ``card.refund_failed``. In the
    caller's transaction."""
    emit(
        type=type,
        subject=f"card_refund:{row.id}",
        body={
            "refund_id": str(row.id),
            "card_id": str(row.tender_id),
            "invoice_id": str(row.invoice_id),
            "status": row.status,
            "currency": row.currency,
            "amount": format_amount(Amount(int(row.units), FIAT[row.currency])),
            "units": str(row.units),
            "needs_approval": not row.approved_by,
        },
        mode=row.mode,
        shop_id=row.shop_id,
        now=now,
    )
