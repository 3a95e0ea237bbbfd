"""The rows this room locks: the invoice first, then its deposit, in every verb alike."""

from uuid import UUID

from gateway.chains.models import Deposit
from gateway.invoices.errors import InvoiceNotFound
from gateway.invoices.models import Invoice


def invoice_for_update(*, invoice_id: UUID, shop_id: UUID | None = None) -> Invoice:
    """The invoice, its row locked. One query.

    Raises:
        InvoiceNotFound: there is none, or it is another shop's.
    """
    rows = Invoice.objects.select_for_update().filter(id=invoice_id)
    if shop_id is not None:
        rows = rows.filter(shop_id=shop_id)
    invoice = rows.first()
    if invoice is None:
        raise InvoiceNotFound
    return invoice


def invoice_with_deposit(deposit_id: UUID) -> tuple[Invoice | None, Deposit]:
    """A deposit and its invoice, both locked; None where it belongs to no invoice. Three queries.

    Which invoice a deposit belongs to never changes, so it may be read before the locks.
    """
    invoice_id = Deposit.objects.values_list("invoice_id", flat=True).get(id=deposit_id)
    invoice = None if invoice_id is None else invoice_for_update(invoice_id=invoice_id)
    deposit = (
        Deposit.objects.select_for_update(of=("self",)).select_related("chain").get(id=deposit_id)
    )
    return invoice, deposit


def due_for_judgement(*, mode: str, before: object, limit: int) -> list[Invoice]:
    """Invoices whose time has come on every chain, oldest first, those that nobody else has."""
    return list(
        Invoice.objects.select_for_update(skip_locked=True)
        .filter(mode=mode, judge_at__lt=before)
        .order_by("judge_at")[:limit]
    )
