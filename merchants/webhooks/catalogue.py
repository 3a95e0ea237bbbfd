"""The events a shop's programs may hear of, and the filters that choose among them. Pure."""

from collections.abc import Iterable
from typing import Final

TEST_EVENT: Final = "endpoint.test"

SHOP_EVENTS: Final = (
    "invoice.created",
    "invoice.payment_seen",
    "invoice.partial",
    "invoice.processing",
    "invoice.payment_confirmed",
    "invoice.paid",
    "invoice.overpaid",
    "invoice.paid_late",
    "invoice.expired",
    "invoice.cancelled",
    "invoice.invalidated",
    "invoice.marked",
    "invoice.held",
    "invoice.released",
    "invoice.returned",
    "invoice.reverted",
    "invoice.requoted",
    "invoice.payer_told",
    "invoice.release_changed",
    "invoice.order_settled",
    "refund.requested",
    "refund.claimed",
    "refund.approved",
    "refund.completed",
    "refund.failed",
    "refund.rejected",
    "refund.expired",
    "payout.requested",
    "payout.approved",
    "payout.sent",
    "payout.completed",
    "payout.failed",
    "payout.returned",
    "payout.cancelled",
    "shop.requirements_changed",
    "fee_invoice.issued",
    "fee_invoice.credited",
    "card.paid",
    "card.settled",
    "card.ended",
    "card.disputed",
    "card.dispute_won",
    "card.dispute_lost",
    "card.refund_requested",
    "card.refund_rejected",
    "card.refunded",
    "card.refund_failed",
    "ticket.paid",
    "ticket.unpaid",
    "ticket.voided",
    "ticket.cash_taken",
    "ticket.cash_given_back",
)
"""What happens inside the house (deposits, verdicts, holds, transactions) is not among them."""

FILTERS: Final = frozenset(
    {"*", "invoice.*", "refund.*", "payout.*", "card.*", "ticket.*", *SHOP_EVENTS}
)


def wants(filters: Iterable[str], event_type: str) -> bool:
    """Whether an endpoint with these filters is to hear of ``event_type``."""
    return any(
        chosen in (event_type, "*")
        or (chosen.endswith(".*") and event_type.startswith(chosen[:-1]))
        for chosen in filters
    )
