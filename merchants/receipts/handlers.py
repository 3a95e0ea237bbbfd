"""Money that went back brings a credit note, in the relay's transaction."""

from uuid import UUID

from gateway.events.subscriptions import EventRecord
from merchants.receipts.issuing import note_for_card_refund, note_for_refund


def on_refunded(event: EventRecord) -> None:
    note_for_refund(refund_id=UUID(event.subject_id), now=event.occurred_at)


def on_card_refunded(event: EventRecord) -> None:
    note_for_card_refund(refund_id=UUID(event.body["refund_id"]), now=event.occurred_at)
