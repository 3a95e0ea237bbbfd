"""What happens when a difference is closed."""

from django.utils import timezone

from gateway.events.subscriptions import EventRecord
from gateway.settlement.sending import payouts_recheck


def on_closed(event: EventRecord) -> None:
    """``reconciliation.explained`` or ``.corrected``: payouts that waited for it may go."""
    payouts_recheck(now=timezone.now())
