"""What people read of sales that were made without a connection."""

from django.utils.translation import gettext as _


def why_word(why: str) -> str:
    """Why one waits for a manager, or waited."""
    return {
        "shift_over": _("the shift in which this cash was taken is closed."),
        "no_shift": _("no shift is open at this till."),
        "tablet_taken_off": _("the tablet was taken off before it was sent."),
        "currency_changed": _("the shop sells in another currency now."),
        "not_at_tills": _("who made it works at this shop's tills no more."),
        "away_differs": _("it comes to something else here than the tablet said."),
        "went_on": _("it was sent before, and went on afterwards: look at both."),
        "choice_invalid": _("its modifiers are others now."),
        "item_not_found": _("an item on it is not in the catalogue."),
        "item_not_sold": _("an item on it wasn't sold then."),
        "void_needs_manager": _("Calling it off needs a manager: it is open among the tickets."),
    }.get(why, _("it could not be booked by itself."))


def ends_word(ends: str) -> str:
    """How it stood on the tablet."""
    return {
        "cash": _("Sold in cash"),
        "open": _("Open ticket"),
        "void": _("Called off"),
    }[ends]


def state_sign(state: str) -> tuple[str, str, str]:
    """Tone, icon and word."""
    return {
        "waiting": ("wait", "hourglass", _("Waits for a manager")),
        "booked": ("paid", "check", _("Booked")),
        "set_aside": ("quiet", "cross", _("Set aside")),
    }[state]
