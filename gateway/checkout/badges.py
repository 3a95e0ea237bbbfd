"""Words for what an invoice and its deposits are, in lists: pure."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class StatusBadge:
    """A status in a list: tone, icon, word."""

    tone: str
    icon: str
    word: str


def status_badge(status: str, exceptions: Collection[str] = ()) -> StatusBadge:
    """The badge of an invoice in lists."""
    if "held" in exceptions:
        return StatusBadge("problem", "hand", _("Held"))
    match status:
        case "waiting":
            return StatusBadge("wait", "clock", _("Waiting"))
        case "partial":
            return StatusBadge("wait", "half", _("Partly paid"))
        case "processing":
            return StatusBadge("seen", "progress", _("Confirming"))
        case "paid":
            return StatusBadge("paid", "check", _("Paid"))
        case "expired":
            return StatusBadge("quiet", "hourglass", _("Expired"))
        case "cancelled":
            return StatusBadge("quiet", "cross", _("Cancelled"))
        case _:
            return StatusBadge("problem", "alert", _("Not valid"))


def exception_word(name: str) -> str:
    """An exception's word for staff."""
    words = {
        "underpaid": _("Underpaid"),
        "overpaid": _("Overpaid"),
        "late": _("Late"),
        "wrong_asset": _("Another token"),
        "held": _("Held"),
        "marked": _("Marked by hand"),
        "reverted": _("Taken back by the network"),
        "duplicate_order": _("Order paid twice"),
    }
    return words.get(name, name)


def deposit_word(state: str) -> str:
    """A deposit's state on its chain, for staff."""
    words = {
        "seen": _("Seen"),
        "confirmed": _("Confirmed"),
        "final": _("Final"),
        "orphaned": _("Dropped by the network"),
    }
    return words.get(state, state)
