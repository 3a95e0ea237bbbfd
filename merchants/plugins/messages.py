"""Our events as the messages of the plugins' protocol, and how those are signed and retried. Pure.

One of our events is at most one message to a webhook: where the protocol has two for it, the first
that the webhook chose.
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from gateway.events.subscriptions import EventRecord
from merchants.plugins.statuses import shown
from merchants.webhooks.catalogue import TEST_EVENT

SECRET_BYTES: Final = 24
SIGNATURE_HEADER: Final = "BTCPay-Sig"
RETRY_AFTER: Final = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    *[timedelta(minutes=10)] * 6,
)
RETRIED_STATUSES: Final = frozenset({408, 429})
TEST_ID: Final = "__test__{id}__test__"
"""Plugins know by it that there is no such invoice."""

TYPES: Final = (
    "InvoiceCreated",
    "InvoiceReceivedPayment",
    "InvoicePaymentSettled",
    "InvoiceProcessing",
    "InvoiceSettled",
    "InvoiceExpired",
    "InvoiceExpiredPaidPartial",
    "InvoicePaidAfterExpiration",
    "InvoiceInvalid",
    "InvoiceRefund",
    "PayoutCreated",
    "PayoutApproved",
    "PayoutUpdated",
)


@dataclass(frozen=True, slots=True)
class Message:
    """A message's type and what it says besides whose invoice it is about.

    Attributes:
        payment_states: it is about the latest deposit that stands so; the caller adds it.
    """

    type: str
    more: dict[str, Any] = field(default_factory=dict)
    payment_states: tuple[str, ...] = ()


def messages_of(event: EventRecord) -> list[Message]:
    """What an event is in the protocol, the most telling first; nothing where it has no word."""
    if event.type == TEST_EVENT:
        return [Message(type) for type in TYPES]
    subject = event.subject.partition(":")[0]
    if subject == "invoice":
        return _of_invoice(event.type, event.body)
    return _of_refund(event.type, event.body) if subject == "refund" else []


def _of_invoice(type: str, body: Mapping[str, Any]) -> list[Message]:
    exceptions = body["exceptions"]
    over = {"overPaid": "overpaid" in exceptions}
    after = {"afterExpiration": "late" in exceptions or body["status"] == "expired"}
    match type:
        case "invoice.created":
            return [Message("InvoiceCreated")]
        case "invoice.payment_seen":
            return [
                Message("InvoiceReceivedPayment", after, ("seen", "confirmed", "final")),
            ]
        case "invoice.payment_confirmed":
            return [Message("InvoicePaymentSettled", after, ("confirmed", "final"))]
        case "invoice.processing" | "invoice.reverted":
            return [Message("InvoiceProcessing", over)]
        case "invoice.paid" | "invoice.release_changed" | "invoice.marked":
            return _of_standing(type, body, over=over)
        case "invoice.paid_late":
            return [Message("InvoicePaidAfterExpiration")]
        case "invoice.expired" if "reverted" in exceptions:
            return []  # it is Processing until its monitoring ends
        case "invoice.expired":
            partial = "underpaid" in exceptions
            told = [Message("InvoiceExpired", {"partiallyPaid": partial})]
            return [*told, Message("InvoiceExpiredPaidPartial")] if partial else told
        case "invoice.cancelled":
            return [Message("InvoiceInvalid", {"manuallyMarked": True})]
        case "invoice.invalidated":
            return [Message("InvoiceInvalid", {"manuallyMarked": False})]
        case _:
            return []


def _of_standing(type: str, body: Mapping[str, Any], *, over: dict[str, bool]) -> list[Message]:
    """What is told by how the invoice stands now: settled is what the goods may go for."""
    now = shown(
        status=body["status"], exceptions=body["exceptions"], release_goods=body["release_goods"]
    )
    by_hand = {"manuallyMarked": now.additional == "Marked"}
    if now.status == "Settled":
        return [Message("InvoiceSettled", by_hand | over)]
    if now.status == "Invalid" and type == "invoice.marked":
        return [Message("InvoiceInvalid", by_hand)]
    if type == "invoice.paid":
        return [Message("InvoiceProcessing", over)]
    return []


def _of_refund(type: str, body: Mapping[str, Any]) -> list[Message]:
    refund_id, is_claimed = body["id"], body["claimed_at"] is not None
    payout = {
        "payoutId": refund_id,
        "pullPaymentId": refund_id,
        "payoutState": PAYOUT_STATES.get(body["status"], "AwaitingApproval"),
    }
    match type:
        case "refund.requested":
            return [Message("InvoiceRefund", {"pullPaymentId": refund_id})]
        case "refund.claimed":
            return [Message("PayoutCreated", payout)]
        case "refund.approved" if is_claimed:
            return [Message("PayoutApproved", payout)]
        case "refund.completed" | "refund.failed" | "refund.rejected" if is_claimed:
            return [Message("PayoutUpdated", payout)]
        case _:
            return []


PAYOUT_STATES: Final = {
    "requested": "AwaitingApproval",
    "claimed": "AwaitingApproval",
    "approved": "AwaitingPayment",
    "sending": "InProgress",
    "completed": "Completed",
    "expired": "Cancelled",
    "rejected": "Cancelled",
}
"""Where a refund stands, in the protocol's words for a payout."""


def chosen_of(messages: Collection[Message], filters: Collection[str]) -> Message | None:
    """The first of them that a webhook with these filters is told of."""
    wanted = (one for one in messages if "*" in filters or one.type in filters)
    return next(wanted, None)


def secret_new() -> str:
    return secrets.token_urlsafe(SECRET_BYTES)


def signature(*, secret: str, body: bytes) -> str:
    """``sha256=`` and the HMAC of the bytes as they are sent, under the bytes of the secret."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def is_retried(status: int | None) -> bool:
    """Whether what was answered so, or not at all, is sent again."""
    return status is None or status >= 500 or status in RETRIED_STATUSES
