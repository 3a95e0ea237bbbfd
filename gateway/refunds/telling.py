"""A shop's refunds, for the shop that asks to see all that is held about it."""

from gateway.compliance.retaining.collecting import Rows, Whom, register
from gateway.refunds.models import Refund

AT_ONCE = 500


def register_ours() -> None:
    """Called when the room starts."""
    register("refunds", refunds)


def refunds(whom: Whom) -> Rows | None:
    """Each refund, oldest first. One query, read row by row."""
    if whom.kind != "shop":
        return None
    return (
        {
            "id": one.id,
            "invoice_id": one.invoice_id,
            "status": one.status,
            "kind": one.kind,
            "reason": one.reason,
            "token": one.token_asset,
            "token_units": str(int(one.token_units)),
            "requested_by": one.requested_by,
            "requested_via": one.requested_via,
            "approved_by": one.approved_by,
            "approved_at": one.approved_at,
        }
        for one in Refund.objects.filter(shop_id=whom.id).order_by("id").iterator(AT_ONCE)
    )
