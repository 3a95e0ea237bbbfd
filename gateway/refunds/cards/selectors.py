"""Questions about refunds to cards."""

from uuid import UUID

from gateway.cards.models import CardTender
from gateway.events.cursors import PAGE_SIZE, Page, newest_page
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.refunds.cards.models import CardRefund
from gateway.refunds.cards.requesting import card_left
from gateway.refunds.errors import RefundUnknown


def card_refund_get(*, shop_id: UUID, refund_id: UUID) -> CardRefund:
    """Raises RefundUnknown: the shop has no such refund. One query."""
    row = CardRefund.objects.filter(shop_id=shop_id, id=refund_id).first()
    if row is None:
        raise RefundUnknown
    return row


def card_refunds_of(*, shop_id: UUID, invoice_id: UUID) -> list[CardRefund]:
    """Of an invoice, oldest first. One query."""
    return list(CardRefund.objects.filter(shop_id=shop_id, invoice_id=invoice_id))


def card_refunds_page(
    *,
    shop_id: UUID,
    cursor: str | None = None,
    status: str | None = None,
    invoice_id: UUID | None = None,
    size: int = PAGE_SIZE,
) -> Page[CardRefund]:
    """A shop's, newest first. One query.

    Raises:
        BadCursor: the cursor isn't one of ours.
    """
    refunds = CardRefund.objects.filter(shop_id=shop_id)
    if status is not None:
        refunds = refunds.filter(status=status)
    if invoice_id is not None:
        refunds = refunds.filter(invoice_id=invoice_id)
    return newest_page(refunds, cursor=cursor, size=size)


def card_refundable(*, shop_id: UUID, invoice_id: UUID) -> Amount | None:
    """What of an invoice that a card paid may still go back; None where none paid it, or nothing
    is left. Two queries; a promise only under the payment's lock."""
    tender = CardTender.objects.filter(
        shop_id=shop_id, invoice_id=invoice_id, status="paid"
    ).first()
    left = card_left(tender) if tender is not None else 0
    return Amount(left, FIAT[tender.currency]) if tender is not None and left else None


def waiting_card_refunds(*, shop_id: UUID) -> list[CardRefund]:
    """A shop's that wait for somebody's word, oldest first. One query."""
    return list(CardRefund.objects.filter(shop_id=shop_id, status="requested"))


def unclear_card_refunds() -> list[CardRefund]:
    """Those of which nobody can tell whether they were made. One query."""
    return list(CardRefund.objects.filter(status="unclear"))
