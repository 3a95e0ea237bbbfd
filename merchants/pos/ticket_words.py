"""What the till says of a ticket: its state, and why something can't be done."""

from django.utils.translation import gettext as _

from gateway.events.errors import TillwayError
from gateway.money.errors import MoneyError
from merchants.pos.views import problem_words


def ticket_problem(error: TillwayError | MoneyError) -> str:
    """A refusal in the reader's language where we have it, else in its own words."""
    known = {
        "ticket_not_now": _("This ticket went on meanwhile. Look at it as it is now."),
        "ticket_has_money": _("Money came in for this ticket. Let it be paid, then refund it."),
        "ticket_empty": _("Put something on it first."),
        "ticket_full": _("This ticket is full. Begin another one."),
        "line_not_found": _("This line is gone already."),
        "line_invalid": _("A line needs a price and a quantity."),
        "discount_invalid": _("A discount is an amount, or a percentage of at most 100."),
        "tip_invalid": _("That is not a tip."),
        "split_invalid": _("A bill splits into 1 to 20 parts that each have something to pay."),
        "part_paid": _("This part is paid already."),
        "part_has_money": _("A payment for this part is on its way. Wait until it is confirmed."),
        "cash_too_little": _("Type what was given."),
        "cash_back_too_much": _("So much of the cash isn't left."),
        "reason_missing": _("Say why."),
        "no_shift": _("No shift is open at this till. Open one first."),
        "nothing_to_repeat": _("There is no sale to repeat."),
        "act_key_reused": _("This page is old. Try again."),
        "item_not_sold": _("This isn't sold now: it is sold out or archived."),
        "code_unknown": _("Nothing that is sold here has this code."),
        "item_not_found": _("This isn't sold now: it is sold out or archived."),
        "choice_invalid": _("Choose as many of each group as it says."),
    }
    return known.get(error.code) or problem_words(error)


def state_sign(state: str) -> tuple[str, str, str]:
    """Tone, icon and word of a ticket's state."""
    return {
        "open": ("seen", "list", _("Open")),
        "parked": ("wait", "hourglass", _("Parked")),
        "paying": ("wait", "clock", _("Being paid")),
        "paid": ("paid", "check", _("Paid")),
        "void": ("quiet", "cross", _("Voided")),
    }[state]
