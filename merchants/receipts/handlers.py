"""What happens to money is told on paper: in the relay's transaction."""

from collections.abc import Sequence
from uuid import UUID

from django.utils import timezone

from gateway.events.subscriptions import EventRecord
from merchants.receipts.following import receipt_follow
from merchants.receipts.issuing import note_for_card_refund, note_for_refund
from merchants.receipts.selectors import sales_with_receipt


def on_refunded(event: EventRecord) -> None:
    note_for_refund(refund_id=UUID(event.subject_id), now=event.occurred_at)


def on_card_refunded(event: EventRecord) -> None:
    note_for_card_refund(refund_id=UUID(event.body["refund_id"]), now=event.occurred_at)


def on_invoices(events: Sequence[EventRecord]) -> None:
    """Paid again, or not any more: the tables say which. Two queries where nobody wanted a receipt.

    What comes together is of one lane, which is an invoice's, and so of one shop.
    """
    shop_id = events[0].shop_id
    assert shop_id is not None
    invoice_ids = {UUID(event.subject_id) for event in events}
    for source in sales_with_receipt(shop_id=shop_id, invoice_ids=invoice_ids):
        receipt_follow(shop_id=shop_id, source=source, now=timezone.now())


def on_ticket(event: EventRecord) -> None:
    """As above, once the ticket itself knows it. One query where nobody wanted a receipt."""
    assert event.shop_id is not None
    source = f"ticket:{event.subject_id}"
    receipt_follow(shop_id=event.shop_id, source=source, now=timezone.now())
