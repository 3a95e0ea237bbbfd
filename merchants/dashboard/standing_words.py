"""A shop's standing in words: for the shop itself, and for who runs the house."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from merchants.dashboard.wording import Sign


@dataclass(frozen=True, slots=True)
class Standing:
    """A state that the shop's own people read of; why is not theirs to read."""

    tone: str
    icon: str
    word: str
    more: str


def own_standing(status: str) -> Standing | None:
    """What is unusual; None of a shop that is active."""
    match status:
        case "suspended":
            return Standing(
                "problem",
                "lock",
                _("This shop is suspended"),
                _("It takes no payments and its money stays here for now. Write to us."),
            )
        case "closing":
            return Standing(
                "wait",
                "hourglass",
                _("This shop is closing"),
                _(
                    "It takes no more. When the last of its reserve is free, all that is left is"
                    " paid out, without a minimum."
                ),
            )
        case "closed":
            return Standing(
                "quiet", "lock", _("This shop is closed"), _("All that it was owed was paid out.")
            )
        case _:
            return None


def status_sign(status: str) -> Sign:
    """A shop's state for the house."""
    return {
        "active": Sign("paid", "check", _("Active")),
        "suspended": Sign("problem", "lock", _("Suspended")),
        "closing": Sign("wait", "hourglass", _("Being closed")),
        "closed": Sign("quiet", "lock", _("Closed")),
    }[status]


def status_does(status: str) -> str:
    """What a state means for its money."""
    return {
        "active": _("It takes payments and is paid out by its policy."),
        "suspended": _(
            "It takes no payments. Nothing of its money leaves but what two people of the house"
            " release; what is signed already is on its way."
        ),
        "closing": _(
            "It takes no more. When the last day of its reserve is over, all that is left is paid"
            " out by its policy, and with nothing left the shop is closed for good."
        ),
        "closed": _("It was paid out. It stays closed."),
    }[status]


def step_word(status: str) -> str:
    """A button that proposes a state."""
    return {"active": _("Propose to let it go on"), "closing": _("Propose to close it")}[status]
