"""A shop's sales, for the shop that asks to see all that is held about it."""

from gateway.compliance.retaining.collecting import Rows, Whom, register
from gateway.invoices.models import Invoice

AT_ONCE = 500


def register_ours() -> None:
    """Called when the room starts."""
    register("invoices", invoices)


def invoices(whom: Whom) -> Rows | None:
    """Each sale, oldest first, as the shop's own pages show it. One query, read row by row."""
    if whom.kind != "shop":
        return None
    return (
        {
            "id": one.id,
            "order_id": one.order_id,
            "status": one.status,
            "currency": one.currency,
            "amount_units": str(int(one.amount_units)),
            "settlement_asset": one.settlement_asset,
            "credited_units": str(int(one.credited_units)),
            "address": bytes(one.address),
            "metadata": one.metadata,
            "created_by": one.created_by,
            "created_at": one.created_at,
        }
        for one in Invoice.objects.filter(shop_id=whom.id).order_by("id").iterator(AT_ONCE)
    )
