"""Held money in words, for those who decide about it. Nobody else reads these."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gateway.compliance.screening import UNKNOWN_PAYER
from gateway.compliance.untold import NAMED, UNTOLD
from gateway.custody.approvals.models import Act
from gateway.ledger.selectors import Standing
from merchants.dashboard.wording import Sign


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the three ways out of a hold, as the form offers it."""

    name: str
    word: Promise
    does: Promise


CHOICES: Final = (
    Choice(
        "release",
        gettext_lazy("Release it"),
        gettext_lazy("The payment is credited to its shop, and may be paid out."),
    ),
    Choice(
        "return",
        gettext_lazy("Give it back"),
        gettext_lazy("It is owed to its payer, who says where to by a claim link."),
    ),
    Choice(
        "block",
        gettext_lazy("Keep it"),
        gettext_lazy(
            "It stays in custody for good: the property of somebody on a list may not be given"
            " to anybody."
        ),
    ),
)


def hold_sign(state: str, waiting: Act | None) -> Sign:
    """What became of a payment; ``waiting`` is the decision that is proposed about it."""
    match state:
        case "clear":
            return Sign("paid", "check", _("On no list"))
        case "released":
            return Sign("paid", "check", _("Released"))
        case "returned":
            return Sign("quiet", "return", _("Given back"))
        case "blocked":
            return Sign("problem", "lock", _("Kept for good"))
        case _ if waiting is None:
            return Sign("wait", "hand", _("Waits for a decision"))
        case _:
            return Sign("seen", "hourglass", _("A decision is proposed"))


def filter_word(state: str) -> str:
    return {
        "open": _("Undecided"),
        "released": _("Released"),
        "returned": _("Given back"),
        "blocked": _("Kept for good"),
    }[state]


def decision_word(decision: str) -> str:
    return {
        "release": _("Released to its shop"),
        "return": _("Owed back to its payer"),
        "block": _("Kept for good"),
    }[decision]


def match_words(match: dict[str, str]) -> dict[str, str]:
    """Why people must look: an entry of a list, a payer whom nothing names, or who did not say who
    they are."""
    beside = {
        UNKNOWN_PAYER["program"]: (
            _("The chain names no payer"),
            _("A balance grew without a transfer that says whose it was. Unknown is not clear."),
        ),
        UNTOLD: (
            _("Nobody said who pays"),
            _(
                "For this amount the Travel Rule wants to know it. It is released by itself once"
                " the payer says it on the checkout page."
            ),
        ),
        NAMED: (
            _("A list may name who says they paid"),
            _("Look at the case about them before you decide."),
        ),
    }
    if match["program"] in beside:
        word, more = beside[match["program"]]
        empty = {"address": "", "source": "", "program": ""}
        return {"short": word, "title": word, "more": more, **empty}
    return {
        "short": match["source"],
        "title": match["name"] or _("An entry without a name"),
        "address": match["address"],
        "source": match["source"],
        "program": match["program"],
        "more": "",
    }


def standing_words(standing: Standing, state: str) -> str:
    """Whose the money is in the books."""
    if standing == "decided" and state in ("held", "blocked"):
        return _("It was credited before its payer was listed; what had not left is kept back.")
    if standing == "decided":
        return _("It is booked to whom it belongs.")
    if standing == "held":
        return _("It is booked as held: nobody's to draw.")
    return _("Nothing is booked yet.")
