"""What an invoice says of a deposit, for those who look into it."""

from collections.abc import Mapping
from typing import Any

from gateway.compliance.cases.evidence import Question
from gateway.invoices.models import Invoice


def invoice_facts(question: Question) -> Mapping[str, Any] | None:
    """The invoice that a case's deposit pays, as it stands. One query, none without one."""
    if question.invoice_id is None:
        return None
    invoice = Invoice.objects.filter(id=question.invoice_id).first()
    if invoice is None:
        return None
    return {
        "id": invoice.id,
        "shop_id": invoice.shop_id,
        "status": invoice.status,
        "exceptions": sorted(invoice.exceptions),
        "currency": invoice.currency,
        "amount_units": str(int(invoice.amount_units)),
        "settlement_asset": invoice.settlement_asset,
        "credited_units": str(int(invoice.credited_units)),
        "order_id": invoice.order_id,
        "created_by": invoice.created_by,
        "created_at": invoice.created_at,
        "lock_end": invoice.lock_end,
    }
