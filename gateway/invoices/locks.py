"""The rows this room locks: the invoice first, then its deposit, in every verb alike."""

from collections.abc import Collection
from uuid import UUID

from gateway.chains.models import Deposit
from gateway.events.services import hold_subjects
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


def invoice_with_deposits(deposit_ids: Collection[UUID]) -> tuple[Invoice | None, list[Deposit]]:
    """Deposits of one invoice in the order of their chain, with the invoice, which is locked; None
    where they belong to none. Four queries.

    Which invoice a deposit belongs to never changes, so it may be read before the lock. The
    deposits stay as they are read: whoever changes one tells of it, and waits for us there.
    """
    invoice_ids = set(
        Deposit.objects.filter(id__in=deposit_ids).values_list("invoice_id", flat=True)
    )
    if len(invoice_ids) != 1:
        raise ValueError(f"deposits of {len(invoice_ids)} invoices at once")
    (invoice_id,) = invoice_ids
    invoice = None if invoice_id is None else invoice_for_update(invoice_id=invoice_id)
    hold_subjects(f"deposit:{deposit_id}" for deposit_id in deposit_ids)
    deposits = Deposit.objects.select_related("chain").filter(id__in=deposit_ids)
    return invoice, list(deposits.order_by("block_number", "log_index", "id"))


def due_for_judgement(*, mode: str, before: object, limit: int) -> list[Invoice]:
    """Invoices whose time has come on every chain, oldest first, those that nobody else has."""
    return list(
        Invoice.objects.select_for_update(skip_locked=True)
        .filter(mode=mode, judge_at__lt=before)
        .order_by("judge_at")[:limit]
    )
