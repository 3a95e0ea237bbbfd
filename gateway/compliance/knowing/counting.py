"""What live shops take, day by day, as the invoices' events tell it: our own sums, so that a limit
is checked without asking the rooms above."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import F

from gateway.compliance.knowing.models import TakenDay, TakenInvoice
from gateway.events.subscriptions import EventRecord
from gateway.money.amounts import parse_amount
from gateway.money.assets import FIAT

COUNTS = ("invoice.paid", "invoice.paid_late")
COUNTS_NOT = ("invoice.reverted", "invoice.invalidated")


def on_invoices_taken(events: Sequence[EventRecord]) -> None:
    """An invoice counts from its payment on, once, and no longer when a reorg took that back."""
    for event in events:
        if event.mode == "live" and event.shop_id is not None:
            _count(event, shop_id=event.shop_id, counts=event.type in COUNTS)


def _count(event: EventRecord, *, shop_id: UUID, counts: bool) -> None:
    currency = event.body["currency"]
    units = parse_amount(event.body["amount"], FIAT[currency]).units
    row = TakenInvoice(
        invoice_id=event.subject_id,
        shop_id=shop_id,
        day=event.occurred_at.date(),
        currency=currency,
        units=units,
        counts=False,
    )
    TakenInvoice.objects.bulk_create([row], ignore_conflicts=True)
    kept = TakenInvoice.objects.select_for_update().get(invoice_id=row.invoice_id)
    if kept.counts == counts:
        return
    kept.counts = counts
    kept.save(update_fields=["counts"])
    day = {"shop_id": kept.shop_id, "currency": kept.currency, "day": kept.day}
    TakenDay.objects.bulk_create([TakenDay(**day, units=0)], ignore_conflicts=True)
    change = kept.units if counts else -kept.units
    TakenDay.objects.filter(**day).update(units=F("units") + change)
