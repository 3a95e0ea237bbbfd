"""What sponsoring does when it hears of its transactions, and of invoices that are settled."""

from uuid import UUID

from django.utils import timezone

from gateway.events.subscriptions import EventRecord
from gateway.sponsoring import outcomes
from gateway.sponsoring.saying import REFERENCE_PREFIX


def on_transaction(event: EventRecord) -> None:
    """``transaction.*`` of a signed transfer. Books know final things only."""
    if event.body["purpose"] != "sponsor":
        return
    authorization_id = UUID(event.body["reference"].removeprefix(REFERENCE_PREFIX))
    match event.type:
        case "transaction.mined" | "transaction.orphaned":
            outcomes.authorization_seen(
                authorization_id=authorization_id,
                body=event.body,
                mined=event.type == "transaction.mined",
            )
        case "transaction.final":
            outcomes.authorization_paid(
                authorization_id=authorization_id, body=event.body, now=timezone.now()
            )
        case _:
            outcomes.authorization_unsent(
                authorization_id=authorization_id, body=event.body, now=timezone.now()
            )


def on_invoice_over(event: EventRecord) -> None:
    """``invoice.processing``, ``.paid`` or ``.cancelled``: nothing more should arrive."""
    invoice_id, now = UUID(event.subject_id), timezone.now()
    outcomes.authorizations_withdraw(invoice_id=invoice_id, now=now)
    outcomes.authorization_recognise(invoice_id=invoice_id, now=now)
