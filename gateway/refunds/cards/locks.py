"""The rows this room locks: the card payment, then its refund, then the shop's balance."""

from uuid import UUID

from gateway.cards import locks as card_locks
from gateway.cards.models import CardTender
from gateway.refunds.cards.models import CardRefund
from gateway.refunds.errors import RefundUnknown


def refund_with_tender(
    refund_id: UUID, *, shop_id: UUID | None = None
) -> tuple[CardRefund, CardTender]:
    """Raises RefundUnknown: there is none (in this shop). Three queries."""
    rows = CardRefund.objects.filter(id=refund_id)
    if shop_id is not None:
        rows = rows.filter(shop_id=shop_id)
    tender_id = rows.values_list("tender_id", flat=True).first()
    if tender_id is None:
        raise RefundUnknown
    tender = card_locks.tender_for_update(tender_id)
    return CardRefund.objects.select_for_update().get(id=refund_id), tender
