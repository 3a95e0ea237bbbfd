"""What invoices do when something happens to a deposit."""

from uuid import UUID

from django.utils import timezone

from gateway.events.subscriptions import EventRecord
from gateway.invoices.applying import invoice_apply_deposit


def on_deposit(event: EventRecord) -> None:
    """Seen, confirmed, final, orphaned, judged, decided: the tables say which; one verb for all."""
    invoice_apply_deposit(deposit_id=UUID(event.subject_id), now=timezone.now())
