"""What this room does when it hears what became of money that it exchanged about."""

from typing import Final

from django.utils import timezone

from gateway.compliance.travelling.asking import exchange_cancel, exchange_confirm
from gateway.compliance.travelling.models import Exchange
from gateway.events.subscriptions import EventRecord

LEFT: Final = frozenset({"payout.completed", "refund.completed"})
ENDS: Final = (
    *sorted(LEFT),
    *("payout.cancelled", "payout.failed", "refund.rejected", "refund.expired"),
)


UNTOLD: Final = ("asking", "asked", "approved")
"""The other side does not know yet what became of it."""


def on_transfer_ended(event: EventRecord) -> None:
    """The other side is told that the money left, or that none will come."""
    kind, _, _ = event.type.partition(".")
    about = f"{kind}:{event.subject_id}"
    now = timezone.now()
    exchange = Exchange.objects.filter(about=about, direction="out", state__in=UNTOLD).first()
    if exchange is None:
        return
    if event.type in LEFT and exchange.state == "approved":
        exchange_confirm(exchange_id=exchange.id, txid=event.body["tx_hash"], now=now)
        return
    exchange_cancel(exchange_id=exchange.id, comment="The transfer was called off.", now=now)
