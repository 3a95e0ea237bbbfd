"""What the room does when it hears how an order's transaction went."""

from uuid import UUID

from django.utils import timezone

from gateway.events.subscriptions import EventRecord
from gateway.market.makers.services import quote_end

MAKERS_FAULTS = ("reverted", "would_revert")
"""Whatever else a transaction comes to nothing by, the maker kept its word as far as we know."""


def on_transaction(event: EventRecord) -> None:
    """``transaction.final``, ``.failed`` and ``.cancelled``; those of no order are passed by."""
    if event.body["purpose"] != "fill":
        return
    code: str = event.body["reason_code"] or event.body["status"]
    match event.type:
        case "transaction.final":
            status, code = "filled", ""
        case "transaction.failed" if code in MAKERS_FAULTS:
            status = "failed"
        case _:
            status = "released"
    quote_end(
        transaction_id=UUID(event.body["transaction_id"]),
        status=status,
        code=code,
        now=timezone.now(),
    )
