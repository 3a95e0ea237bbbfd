"""A shop's cash registers, for the shop that asks to see all that is held about it."""

from gateway.compliance.retaining.collecting import Rows, Whom, register
from merchants.ecr.models import EcrSale


def register_ours() -> None:
    """Called when the room starts."""
    register("ecr_transactions", transactions)


def transactions(whom: Whom) -> Rows | None:
    """Each transaction that a register started. One query."""
    if whom.kind != "shop":
        return None
    found = EcrSale.objects.filter(shop_id=whom.id).order_by("id")
    return iter(found.values("till_id", "number", "invoice_id", "made_by", "made_at"))
