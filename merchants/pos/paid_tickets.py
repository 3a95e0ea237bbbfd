"""What a ticket's page asks a manager for, and what it offers once the ticket is paid."""

from typing import Any

from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT
from merchants.accounts.guards import may
from merchants.pos.discounts import paying_asks
from merchants.pos.managers import managers_of
from merchants.receipts.layout import percent_text
from merchants.shifts.selectors import cash_in_drawers
from merchants.tickets.giving_back import cash_left
from merchants.tickets.models import CashBack, CashTake, Ticket
from merchants.tills.guards import TillRequest
from merchants.tills.rules import void_needs_manager
from merchants.tills.ruling import rules_of


def manager_asked(request: TillRequest, ticket: Ticket) -> dict[str, Any]:
    """Whose PINs a void, a discount or paying asks for. At a paired till up to seven queries while
    the ticket is not ended, one where nobody's is asked for; else none."""
    if request.till is None or ticket.state in ("paid", "void"):
        return {}
    rules = rules_of(shop_id=request.shop.id)
    is_void = void_needs_manager(rules, units=int(ticket.goods_units), is_money_on_it=False)
    most = rules.discount_above_ppm
    if not is_void and most is None:
        return {}
    managers = managers_of(request)
    return {
        "void_managers": managers if is_void else [],
        "discount_managers": managers if most is not None else [],
        "pay_managers": managers if paying_asks(request, ticket) else [],
        "discount_most": percent_text(most or 0),
    }


def paid_ticket(request: TillRequest, ticket: Ticket) -> dict[str, Any]:
    """How much of its cash may go back, and by whose word. Up to seven queries of a paid
    ticket."""
    if ticket.state != "paid" or not may(request, "refund.request"):
        return {}
    left = cash_left(ticket) if request.till is None else drawers_cash_left(ticket)
    if left <= 0 or (request.till is None and not may(request, "refund.approve")):
        return {}
    return {
        "cash_left": format_amount(Amount(left, FIAT[ticket.currency])),
        "cash_managers": managers_of(request),
    }


def drawers_cash_left(ticket: Ticket) -> int:
    """Minor units of it that may go back out of a drawer: what came into one, at a paired till, and
    of that no more than is left in all. Five queries; a promise only under the ticket's lock."""
    takes = CashTake.objects.filter(part__ticket=ticket, part__dropped_at=None)
    backs = CashBack.objects.filter(ticket=ticket)
    drafts = {
        **{draft_of_take(one): one.taken_at for one in takes},
        **{draft_of_back(one): one.given_at for one in backs},
    }
    return min(cash_left(ticket), cash_in_drawers(shop_id=ticket.shop_id, drafts=drafts))


def draft_of_take(cash: CashTake) -> str:
    """Under which a drawer has it."""
    return f"ticket:{cash.id}"


def draft_of_back(back: CashBack) -> str:
    """Under which it left a drawer."""
    return f"cash_back:{back.id}"
