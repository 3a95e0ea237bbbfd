"""The rows this room locks: the float of an asset (settlement's), the invoice, then its refunds,
then the shop's balance."""

from uuid import UUID

from gateway.invoices import locks as invoice_locks
from gateway.invoices.models import Invoice
from gateway.refunds.errors import RefundUnknown
from gateway.refunds.models import Refund


def refund_with_invoice(*, refund_id: UUID, shop_id: UUID | None = None) -> tuple[Refund, Invoice]:
    """A refund and its invoice, both locked. Which invoice it is of never changes. Three queries.

    Raises:
        RefundUnknown: there is none (in this shop).
    """
    rows = Refund.objects.filter(id=refund_id)
    if shop_id is not None:
        rows = rows.filter(shop_id=shop_id)
    invoice_id = rows.values_list("invoice_id", flat=True).first()
    if invoice_id is None:
        raise RefundUnknown
    invoice = invoice_locks.invoice_for_update(invoice_id=invoice_id)
    return Refund.objects.select_for_update().get(id=refund_id), invoice
