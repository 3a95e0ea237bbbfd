"""When a ticket's discounts need a manager's word at a paired till.

They are judged where one is given, and again where paying begins: taking lines off, or lowering
quantities, makes what was allowed a larger part of what is left.
"""

from typing import Final

from merchants.tickets.models import Ticket, TicketAct
from merchants.tickets.pricing import totals_of
from merchants.tickets.selectors import lines_of
from merchants.tills.acts import DISCOUNT
from merchants.tills.guards import TillRequest
from merchants.tills.models import Grant
from merchants.tills.rules import discount_needs_manager
from merchants.tills.ruling import rules_of

_RAISING: Final = ("line", "remove", "discount")
"""Acts on a ticket that can make its discounts a larger part of it."""


def discount_asks(request: TillRequest, ticket: Ticket) -> bool:
    """Whether what is off this ticket now needs a manager. At a paired till two queries; one where
    the shop asks nobody."""
    if request.till is None:
        return False
    rules = rules_of(shop_id=ticket.shop_id)
    if rules.discount_above_ppm is None:
        return False
    totals = totals_of([row.line for row in lines_of(ticket)], discount=ticket.discount)
    return discount_needs_manager(
        rules,
        full_units=totals.full_units,
        off_units=totals.line_off_units + totals.ticket_off_units,
    )


def paying_asks(request: TillRequest, ticket: Ticket) -> bool:
    """Whether beginning to pay it needs a manager: its discounts do, and nobody allowed them since
    they last changed. Up to four queries."""
    if not discount_asks(request, ticket):
        return False
    words = Grant.objects.filter(
        shop_id=ticket.shop_id, act=DISCOUNT, subject=f"ticket:{ticket.id}", used_at__isnull=False
    )
    changes = TicketAct.objects.filter(ticket=ticket, kind__in=_RAISING)
    allowed_at = words.order_by("-used_at").values_list("used_at", flat=True).first()
    changed_at = changes.order_by("-at").values_list("at", flat=True).first()
    return allowed_at is None or (changed_at is not None and changed_at > allowed_at)
