"""A person calls a sale off, at the till or on the dashboard."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from gateway.compliance.behaviour.noticing import sale_voided
from gateway.invoices.models import Invoice
from gateway.invoices.services import invoice_void
from merchants.accounts.guards import MemberRequest
from merchants.audit.recording import record


@transaction.atomic
def sale_void(request: MemberRequest, *, invoice_id: UUID) -> Invoice:
    """Call it off, and keep who did. Again is the same, and is not kept again.

    Raises:
        InvoiceNotFound, InvoiceCovered, InvoiceNotOpen
    """
    now = timezone.now()
    invoice = invoice_void(shop_id=request.shop.id, invoice_id=invoice_id, now=now)
    if invoice.voided_at == now:
        sale_voided(
            shop=request.shop,
            invoice_id=invoice.id,
            who=f"user:{request.user.id}",
            currency=invoice.currency,
            units=int(invoice.amount_units),
            now=now,
        )
        record(
            act="sale.voided",
            shop_id=request.shop.id,
            who=f"user:{request.user.id}",
            subject=f"invoice:{invoice.id}",
            now=now,
        )
    return invoice
