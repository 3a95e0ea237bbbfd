"""What invoices do when something happens to a deposit."""

from collections.abc import Sequence
from uuid import UUID

from django.utils import timezone

from gateway.events.subscriptions import EventRecord
from gateway.invoices.applying import invoice_apply_deposits
from gateway.invoices.orders import order_pay_anew
from gateway.invoices.payer_told import invoice_hear_payer


def on_deposits(events: Sequence[EventRecord]) -> None:
    """Seen, confirmed, final, orphaned, judged, decided: the tables say which; one verb for all,
    however often and of however many of an invoice's deposits it was told."""
    deposit_ids = {UUID(event.subject_id) for event in events}
    released = {UUID(event.subject_id) for event in events if event.type == "hold.released"}
    invoice_apply_deposits(deposit_ids=deposit_ids, now=timezone.now(), released=released)


def on_payer_told(event: EventRecord) -> None:
    """``invoice.payer_told``: what was held for want of it may go."""
    invoice_hear_payer(invoice_id=UUID(event.subject_id), now=timezone.now())


def on_order_payment_gone(event: EventRecord) -> None:
    """``order.payment_gone``: what was paid on top of it may be the order's payment now."""
    if event.shop_id is not None:
        order_pay_anew(shop_id=event.shop_id, order_id=event.body["order_id"], now=timezone.now())
