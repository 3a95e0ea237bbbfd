"""A card pays an invoice: whole, and never beside tokens.

The invoice's row decides. A card that its bank has authorised takes the invoice under the row's
lock, if no token counts toward it; only then is it charged. While it is charged, what tokens come
wait in suspense; once it has paid they are their payer's, to claim back, and if it comes to nothing
they are applied as if there had been no card.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gateway.chains.models import Deposit
from gateway.invoices import locks
from gateway.invoices.advancing import advance
from gateway.invoices.applying import invoice_apply_deposits
from gateway.invoices.models import Invoice


@transaction.atomic
def invoice_card_take(*, invoice_id: UUID, now: datetime) -> bool:
    """Keep an invoice for a card that is about to be charged; whether it is. Again is the same.

    Not where tokens count toward it already, however few, nor once it is over.
    """
    invoice = advance(locks.invoice_for_update(invoice_id=invoice_id), now=now)
    if invoice.card:
        return invoice.card == "taking"
    if invoice.status != "waiting" or invoice.mark:
        return False
    invoice.card = "taking"
    advance(invoice, now=now)
    return True


@transaction.atomic
def invoice_card_paid(*, invoice_id: UUID, now: datetime) -> Invoice:
    """The card was charged: the demand is paid. Again is the same.

    Raises:
        ValueError: it was not kept for a card: a programmer's error.
    """
    return _decided(invoice_id, card="paid", now=now)


@transaction.atomic
def invoice_card_dropped(*, invoice_id: UUID, now: datetime) -> Invoice:
    """The card was not charged after all: the invoice is as if there had been none."""
    return _decided(invoice_id, card="", now=now)


def _decided(invoice_id: UUID, *, card: str, now: datetime) -> Invoice:
    invoice = locks.invoice_for_update(invoice_id=invoice_id)
    if invoice.card == card:
        return invoice
    if invoice.card != "taking":
        raise ValueError(f"invoice {invoice_id} was not kept for a card")
    invoice.card = card
    advance(invoice, now=now)
    waiting = Deposit.objects.filter(invoice_id=invoice_id).values_list("id", flat=True)
    if waiting:
        invoice_apply_deposits(deposit_ids=set(waiting), now=now)
        invoice.refresh_from_db()
    return invoice
