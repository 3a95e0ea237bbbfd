"""What a shopper is shown of a refund: pure, from its status. One word, one icon, one next step.

Nothing here says that somebody is looked at: what waits for a check looks like what waits.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from gateway.checkout.screens import Screen
from gateway.checkout.wording import grouped
from gateway.refunds.claiming import Choice

LOOK_AGAIN_SECONDS: Final = 15
"""How often a page without scripts looks again while something is under way."""


def claim_screen(refund: Mapping[str, Any] | None, *, is_late: bool = False) -> Screen:
    """The screen of a refund's claim link; None is a link that leads nowhere.

    Args:
        refund: as ``refund_as_dict`` tells it.
        is_late: the link's time is over, though nobody has ended the refund yet.
    """
    if refund is None:
        return Screen(
            "unknown",
            "problem",
            "search",
            _("This link leads to no refund"),
            _("It may have been replaced by a newer one. Ask the shop."),
            "ask_shop",
        )
    status = refund["status"]
    if status == "requested" and is_late:
        status = "expired"
    match status:
        case "requested" if refund["failure_code"]:
            return Screen(
                "failed",
                "problem",
                "alert",
                _("It could not be sent"),
                _("The network did not take it to that address. Give another one."),
                "claim",
            )
        case "requested":
            return Screen(
                "open",
                "wait",
                "wallet",
                _("Money back for you"),
                _("Say where to send it."),
                "claim",
            )
        case "claimed":
            return Screen(
                "claimed",
                "wait",
                "hourglass",
                _("Your address is noted"),
                _("The shop looks at it once more, then it is sent."),
                "wait",
            )
        case "approved":
            return Screen(
                "waiting",
                "wait",
                "hourglass",
                _("On its way soon"),
                _("It is being prepared and goes out by itself."),
                "wait",
            )
        case "sending":
            return Screen(
                "sending",
                "seen",
                "progress",
                _("Being sent"),
                _("The network is confirming it."),
                "wait",
            )
        case "completed":
            return Screen(
                "completed",
                "paid",
                "check-circle",
                _("Sent to you"),
                _("It is in your wallet."),
                "",
            )
        case "expired":
            return Screen(
                "expired",
                "quiet",
                "hourglass",
                _("This link has expired"),
                _("Ask the shop for a new one."),
                "ask_shop",
            )
        case _:
            return Screen(
                "rejected",
                "quiet",
                "cross-circle",
                _("This refund was called off"),
                _("Nothing was sent. Ask the shop."),
                "ask_shop",
            )


def dust_screen() -> Screen:
    """Of a refund that costs more to send than it is worth: said before any address is typed."""
    return Screen(
        "dust",
        "quiet",
        "alert",
        _("Too little to be sent"),
        _("The network takes more than this is worth. Ask the shop to give it to you by hand."),
        "ask_shop",
    )


def choice_words(choice: Choice, amount: str) -> str:
    """``about 0.0036 WETH on Base``: an amount that is not certain says so."""
    words = {
        "amount": grouped(amount),
        "symbol": choice.asset.symbol,
        "chain": choice.chain_name,
    }
    if choice.is_fixed:
        return _("%(amount)s %(symbol)s on %(chain)s") % words
    return _("about %(amount)s %(symbol)s on %(chain)s") % words


def claim_problem(code: str) -> str:
    """A refusal in the reader's language."""
    known = {
        "address_invalid": _("That is not an address, or a character of it is wrong."),
        "refund_destination_refused": _(
            "Money can't be sent there. Give the address of a wallet that is yours."
        ),
        "refund_choice_gone": _("That token can't be offered just now. Choose again."),
        "refund_amount_moved": _("The price has moved. Please look at the new amount."),
        "refund_is_dust": _("The network takes more than that is worth. Choose another token."),
        "refund_proof_refused": _(
            "That is no signature of the wallet that paid. Sign the text as it stands."
        ),
        "refund_proof_unasked": _(
            "The network can't be asked about this signature just now. Try again in a minute."
        ),
        "claim_link_throttled": _("Too many tries. Wait a minute."),
    }
    return known.get(code) or _("That did not work. Try again in a moment.")


def refund_word(status: str) -> str:
    """A refund's state in a list."""
    return {
        "requested": _("To be claimed"),
        "claimed": _("To be approved"),
        "approved": _("On its way soon"),
        "sending": _("Being sent"),
        "completed": _("Sent"),
        "expired": _("Expired"),
        "rejected": _("Called off"),
    }[status]
