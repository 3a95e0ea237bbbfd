"""A shop's tickets, for the shop that asks to see all that is held about it."""

from gateway.compliance.retaining.collecting import Rows, Whom, register
from merchants.tickets.models import TicketAct

AT_ONCE = 500


def register_ours() -> None:
    """Called when the room starts."""
    register("tickets", tickets)


def tickets(whom: Whom) -> Rows | None:
    """Each thing that was done to a ticket, and by whom: all that made it. One query, read row by
    row."""
    if whom.kind != "shop":
        return None
    return (
        {"ticket_id": one.ticket_id, "kind": one.kind, "said": one.said, "by": one.by, "at": one.at}
        for one in TicketAct.objects.filter(shop_id=whom.id).order_by("id").iterator(AT_ONCE)
    )
