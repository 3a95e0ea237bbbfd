"""Which sales of a link are paid, as the invoices' events tell it."""

from typing import Final

from django.db.models import F

from gateway.events.subscriptions import EventRecord
from merchants.links.models import LinkInvoice, PaymentLink

DECIDES: Final = (
    "invoice.paid",
    "invoice.paid_late",
    "invoice.marked",
    "invoice.reverted",
    "invoice.invalidated",
)
"""After these an invoice is paid, or is not any more; its body says which."""
MADE_BY: Final = "link:"


def on_invoices_decided(event: EventRecord) -> None:
    """A sale counts once, from its payment on, and no longer when that was taken back.

    However often and in whatever order it is told: the sum is that of the rows that count.
    """
    if not str(event.body.get("created_by", "")).startswith(MADE_BY):
        return
    row = LinkInvoice.objects.select_for_update().filter(invoice_id=event.subject_id).first()
    counts = event.body["status"] == "paid"
    if row is None or row.counts == counts:
        return
    row.counts = counts
    row.save(update_fields=["counts"])
    sign = 1 if counts else -1
    PaymentLink.objects.filter(id=row.link_id).update(
        sold=F("sold") + sign, taken_units=F("taken_units") + sign * row.units
    )
