"""What was credited, and what was taken back."""

from uuid import UUID

from gateway.events.subscriptions import EventRecord
from gateway.settlement.allocating.services import credit_heard


def on_credit(event: EventRecord) -> None:
    """``payment.credited`` or ``payment.reversed``: events of one deposit, in their order."""
    invoice_id = event.body.get("invoice_id")
    credit_heard(
        deposit_id=UUID(event.subject_id),
        shop_id=UUID(event.body["shop_id"]),
        asset=event.body["asset"],
        invoice_id=UUID(invoice_id) if invoice_id else None,
        units=0 if event.type == "payment.reversed" else int(event.body["credited_units"]),
        credited_at=event.occurred_at,
    )
