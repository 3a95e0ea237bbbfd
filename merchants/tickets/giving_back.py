"""Cash that goes back to the customer of a ticket that was paid."""

from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT
from merchants.tickets.acts import Tap, is_new
from merchants.tickets.errors import CashBackTooMuch, ReasonMissing
from merchants.tickets.locks import ticket_to
from merchants.tickets.models import CashBack, CashTake, Ticket
from merchants.tickets.paying import MAX_REASON
from merchants.tickets.selectors import ticket_get
from merchants.tickets.settling import tell


def cash_left(ticket: Ticket) -> int:
    """Minor units of a ticket's cash that stayed and may still go back. Two queries; a promise
    only under the ticket's lock."""
    takes = CashTake.objects.filter(part__ticket=ticket, part__dropped_at=None)
    sums = takes.aggregate(given=Sum("given_units"), change=Sum("change_units"))
    back = CashBack.objects.filter(ticket=ticket).aggregate(back=Sum("units"))["back"]
    return int(sums["given"] or 0) - int(sums["change"] or 0) - int(back or 0)


@transaction.atomic
def cash_back(
    *, shop_id: UUID, ticket_id: UUID, units: int, reason: str, tap: Tap
) -> tuple[Ticket, CashBack]:
    """Give cash back of a paid ticket, which stays paid: all of what cash paid, or a part of it.

    Raises:
        TicketNotFound, TicketNotNow, ReasonMissing, ActKeyReused
        CashBackTooMuch: so much of it isn't left, or it is nothing.
    """
    reason = reason.strip()[:MAX_REASON]
    if not reason:
        raise ReasonMissing
    if not is_new(shop_id, ticket_id, tap, "cash_back", {"units": units, "reason": reason}):
        ticket = ticket_get(shop_id=shop_id, ticket_id=ticket_id)
        return ticket, CashBack.objects.get(shop_id=shop_id, key=tap.key)
    ticket = ticket_to("cash_back", shop_id=shop_id, ticket_id=ticket_id)
    if not 0 < units <= cash_left(ticket):
        raise CashBackTooMuch
    back = CashBack.objects.create(
        ticket=ticket,
        shop_id=shop_id,
        key=tap.key,
        units=units,
        reason=reason,
        given_by=tap.by,
        given_at=tap.now,
    )
    amount = format_amount(Amount(units, FIAT[ticket.currency]))
    tell(ticket, "ticket.cash_given_back", now=tap.now, cash_back_id=str(back.id), amount=amount)
    return ticket, back
