"""Questions about what was provoked."""

from uuid import UUID

from gateway.trying.models import Provocation

MOST = 50


def provocations_of(*, shop_id: UUID, invoice_id: UUID) -> list[Provocation]:
    """What was provoked of an invoice, latest first. One query."""
    rows = Provocation.objects.filter(shop_id=shop_id, invoice_id=invoice_id)
    return list(rows.order_by("-id")[:MOST])
