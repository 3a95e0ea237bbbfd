"""A shop's shifts, for the shop that asks to see all that is held about it."""

from gateway.compliance.retaining.collecting import Rows, Whom, register
from merchants.shifts.models import ZReport


def register_ours() -> None:
    """Called when the room starts."""
    register("z_reports", z_reports)


def z_reports(whom: Whom) -> Rows | None:
    """Every Z report, as it was written. One query."""
    if whom.kind != "shop":
        return None
    found = ZReport.objects.filter(shop_id=whom.id).order_by("till_id", "number")
    return ({"made_at": one.made_at, **one.body} for one in found)
