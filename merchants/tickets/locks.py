"""The rows this room locks: the ticket alone, which stands for all that is on it. An invoice of its
parts is locked after it, never before."""

from uuid import UUID

from merchants.tickets.errors import TicketNotFound, TicketNotNow
from merchants.tickets.life import ALLOWED, Act
from merchants.tickets.models import Ticket


def ticket_for_update(*, shop_id: UUID, ticket_id: UUID) -> Ticket:
    """The ticket, its row locked. One query.

    Raises:
        TicketNotFound: there is none, or it is another shop's.
    """
    ticket = Ticket.objects.select_for_update().filter(id=ticket_id, shop_id=shop_id).first()
    if ticket is None:
        raise TicketNotFound
    return ticket


def ticket_to(act: Act, *, shop_id: UUID, ticket_id: UUID) -> Ticket:
    """The ticket, its row locked, to which this may be done. One query.

    Raises:
        TicketNotFound
        TicketNotNow: it is not in a state for that.
    """
    ticket = ticket_for_update(shop_id=shop_id, ticket_id=ticket_id)
    if ticket.state not in ALLOWED[act]:
        raise TicketNotNow(ticket.state)
    return ticket
