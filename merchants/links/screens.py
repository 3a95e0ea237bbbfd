"""What the page of a link says of each state, in the reader's language."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

TONES: Final = {
    "paused": ("wait", "hourglass"),
    "ended": ("quiet", "clock"),
    "sold_out": ("quiet", "check-circle"),
    "closed": ("quiet", "cross-circle"),
    "unavailable": ("quiet", "clock"),
    "busy": ("wait", "hourglass"),
}


@dataclass(frozen=True, slots=True)
class Screen:
    """A state that asks for nothing.

    Attributes:
        can_try_again: whether to offer it at once.
    """

    key: str
    tone: str
    icon: str
    word: str
    more: str
    can_try_again: bool = False


def link_screen(state: str, kind: str) -> Screen | None:
    """The screen of a state; None while it is open and asks."""
    if state not in TONES:
        return None
    tone, icon = TONES[state]
    word, more = _words(state, is_donation=kind == "donation")
    return Screen(state, tone, icon, word, more, can_try_again=state == "busy")


def _words(state: str, *, is_donation: bool) -> tuple[str, str]:
    match state:
        case "paused":
            return _("Paused"), _("The shop takes nothing here just now. Please come back later.")
        case "ended":
            return _("This has ended"), _("The time for it is over. Thank you for looking.")
        case "sold_out" if is_donation:
            return _("All given"), _("Everything that was asked for is given. Thank you.")
        case "sold_out":
            return _("Sold out"), _("There are none left. Please ask the shop.")
        case "closed":
            return _("This is closed"), _("The shop has closed this page. Please ask the shop.")
        case "unavailable":
            return (
                _("No payments just now"),
                _("This shop can't take payments at the moment. Please ask the shop."),
            )
        case _:
            return _("One moment"), _("Nothing was paid. Please try again in a moment.")
