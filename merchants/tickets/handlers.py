"""What tickets do when something happens to an invoice."""

from collections.abc import Sequence
from uuid import UUID

from django.utils import timezone

from gateway.events.subscriptions import EventRecord
from merchants.tickets.settling import tickets_settle


def on_invoices(events: Sequence[EventRecord]) -> None:
    """Paid, partly paid, run out, taken back: the tables say which. One query for an invoice that
    is no ticket's."""
    tickets_settle(invoice_ids={UUID(event.subject_id) for event in events}, now=timezone.now())
