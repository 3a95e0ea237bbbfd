"""What a shop brought along, for the shop that asks to see all that is held about it."""

from gateway.compliance.retaining.collecting import Rows, Whom, register
from merchants.moving.exact import exact_text
from merchants.moving.models import PastInvoice

AT_ONCE = 500


def register_ours() -> None:
    """Called when the room starts."""
    register("past_invoices", past_invoices)


def past_invoices(whom: Whom) -> Rows | None:
    """Each past invoice. One query, read row by row."""
    if whom.kind != "shop":
        return None
    return (
        {
            "source": one.source,
            "store_id": one.store_id,
            "id": one.old_id,
            "order_id": one.order_id,
            "amount": exact_text(one.units, one.decimals),
            "currency": one.currency,
            "status": one.status,
            "exceptions": one.exceptions,
            "at": one.at,
            "transactions": one.transactions,
            "has_email": one.email_box is not None,
            "kept_at": one.kept_at,
        }
        for one in PastInvoice.objects.filter(shop_id=whom.id).order_by("id").iterator(AT_ONCE)
    )
