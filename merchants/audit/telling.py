"""A shop's audit log, for the shop that asks to see all that is held about it."""

from gateway.compliance.retaining.collecting import Rows, Whom, register
from merchants.audit.models import Record


def register_ours() -> None:
    """Called when the room starts."""
    register("audit", audit)


def audit(whom: Whom) -> Rows | None:
    """Every act that is written down of it. One query."""
    if whom.kind != "shop":
        return None
    found = Record.objects.filter(shop_id=whom.id).order_by("id")
    return (
        {
            "at": one.at,
            "act": one.act,
            "who": one.who,
            "subject": one.subject,
            "detail": one.detail,
            "network": one.network,
        }
        for one in found.iterator(chunk_size=2_000)
    )
