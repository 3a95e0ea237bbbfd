"""A shop's tills and tablets, for the shop that asks to see all that is held about it."""

from gateway.compliance.retaining.collecting import Rows, Whom, register
from merchants.tills.models import Device


def register_ours() -> None:
    """Called when the room starts."""
    register("tills", tills)


def tills(whom: Whom) -> Rows | None:
    """Every tablet that was ever paired, with its till. No secret. One query."""
    if whom.kind != "shop":
        return None
    found = Device.objects.filter(shop_id=whom.id).select_related("till").order_by("id")
    return (
        {
            "till": one.till.name,
            "place": one.till.place,
            "paired_by": one.paired_by,
            "paired_at": one.paired_at,
            "seen_at": one.seen_at,
            "cashier": one.cashier_id,
            "revoked_at": one.revoked_at,
            "revoked_by": one.revoked_by,
        }
        for one in found
    )
