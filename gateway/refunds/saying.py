"""What every step of a refund does alike: its status, its event, its line beside the invoice."""

from datetime import datetime
from typing import cast

from gateway.events.services import emit
from gateway.invoices.claims import invoice_note_refunds
from gateway.invoices.models import Invoice
from gateway.ledger.refunds import post_refund_lapsed
from gateway.refunds.life import Status, WaitingReason, next_status
from gateway.refunds.models import Refund
from gateway.refunds.presenters import beside_invoice, refund_as_dict
from gateway.settlement.withholding import withhold_back

REFERENCE_PREFIX = "refund:"


def become(refund: Refund, then: Status, *, waiting_reason: WaitingReason = "") -> None:
    """Set the status; the caller saves it.

    Raises:
        ValueError: a refund may not go there from where it is.
    """
    refund.status = next_status(cast(Status, refund.status), then)
    refund.waiting_reason = waiting_reason


def tell(refund: Refund, type: str, *, invoice: Invoice, now: datetime) -> None:
    """Keep the refund beside its locked invoice, and emit an event with it as the shop sees it."""
    note(invoice)
    emit(
        type=type,
        subject=f"refund:{refund.id}",
        body=refund_as_dict(refund),
        mode=refund.mode,
        shop_id=refund.shop_id,
        now=now,
    )


def note(invoice: Invoice) -> None:
    """Bring what the locked invoice says of its refunds up to date. Two queries."""
    rows = Refund.objects.filter(invoice_id=invoice.id).order_by("id")
    invoice_note_refunds(invoice, [beside_invoice(refund) for refund in rows])


def give_up(
    refund: Refund, status: Status, *, invoice: Invoice, reason: str, now: datetime, by: str = ""
) -> None:
    """End a locked refund that gave nothing back. What was set aside of the shop's balance is the
    shop's again; what is owed to the payer stays owed. Saves it and tells of it.

    Args:
        status: ``rejected`` or ``expired``.
    """
    if refund.taken_units:
        post_refund_lapsed(refund_id=refund.id, now=now)
        # What of it a hold would have kept here, had it not been set aside, is kept here now.
        withhold_back(
            shop_id=refund.shop_id,
            asset=refund.settlement_asset,
            units=int(refund.taken_units),
            since=refund.requested_at,
        )
    become(refund, status)
    refund.ended_by, refund.end_reason, refund.ended_at = by, reason, now
    refund.save()
    tell(refund, f"refund.{status}", invoice=invoice, now=now)
