"""What a sticker's page says of each state, in the reader's language."""

from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class StickerScreen:
    """One state of a sticker's page. Meaning is a tone, an icon and a word."""

    key: str
    tone: str
    icon: str
    word: str
    more: str
    follows: bool = True
    """Whether the page goes on by itself when the till does."""


def sticker_screen(state: str) -> StickerScreen:
    """The screen of ``scans.State``, or of ``old``, ``busy`` and ``wrong``."""
    match state:
        case "waiting":
            return StickerScreen(
                state,
                "wait",
                "till",
                _("One moment, please"),
                _("When the cashier has your amount, this page goes on by itself."),
            )
        case "choose":
            return StickerScreen(
                state,
                "seen",
                "eye",
                _("Which words does the till show?"),
                _("Look at the till's screen, or ask the cashier, and tap the same two words."),
            )
        case "taken":
            return StickerScreen(
                state,
                "wait",
                "hand",
                _("Somebody else is paying this sale"),
                _("If that is you on another phone, tap the words that the till shows."),
            )
        case "wrong":
            return StickerScreen(
                state,
                "problem",
                "cross-circle",
                _("Those aren't the words"),
                _("This sale is another customer's, or the till has gone on. Wait for yours."),
            )
        case "shut":
            return StickerScreen(
                state,
                "wait",
                "hand",
                _("Please scan the code on the till's screen"),
                _("This sale can't be opened from here. Ask the cashier to show you its code."),
            )
        case "old":
            return StickerScreen(
                state,
                "problem",
                "cross-circle",
                _("This sticker is old"),
                _("The shop has a new one. Please tell the cashier, and pay nothing here."),
                follows=False,
            )
        case _:
            return StickerScreen(
                "busy",
                "wait",
                "hourglass",
                _("One moment"),
                _("Too many are asking at once. This page tries again by itself."),
            )
