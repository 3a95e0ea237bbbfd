"""Words for what the pages of pools and ranges list."""

from django.utils.translation import gettext as _

from merchants.dashboard.wording import Sign


def withdrawal_sign(status: str) -> Sign:
    match status:
        case "waiting":
            return Sign("wait", "hourglass", _("In the queue"))
        case "stuck":
            return Sign("problem", "alert", _("Stuck"))
        case "done":
            return Sign("paid", "check", _("Paid out"))
        case _:
            return Sign("quiet", "cross", _("Given up"))


def withdrawal_why(waiting_reason: str) -> str:
    """What one whose turn it is waits for; empty where it is only the queue."""
    if waiting_reason == "books_differ":
        return _("The house checks its books. It goes out by itself.")
    return waiting_reason.replace("_", " ")


def deposit_sign(status: str) -> Sign:
    match status:
        case "announced":
            return Sign("wait", "eye", _("Looked for"))
        case "arrived":
            return Sign("paid", "check", _("In the pool"))
        case "held":
            return Sign("problem", "hand", _("Held"))
        case "blocked":
            return Sign("quiet", "lock", _("Kept back"))
        case _:
            return Sign("quiet", "cross", _("Never came"))


def deposit_trouble(error: str) -> str:
    """Why a deposit is not counted yet: what the carrier noted, in words."""
    words = {
        "the chain has no such transaction": _("The chain has no such transaction."),
        "it brings nothing from their wallet to the treasury": _(
            "It brings nothing of the pool's token from their wallet to the treasury."
        ),
    }
    return words.get(error, error)


def range_sign(status: str) -> Sign:
    match status:
        case "opening":
            return Sign("wait", "clock", _("Being opened"))
        case "open":
            return Sign("paid", "check", _("Open"))
        case "closing":
            return Sign("seen", "return", _("Being taken back"))
        case "closed":
            return Sign("quiet", "check", _("Taken back"))
        case _:
            return Sign("problem", "alert", _("Failed"))


def range_reason(reason: str) -> str:
    """Why a range was opened, or is taken back: stable codes in words."""
    words = {
        "worth_it": _("Its fees pass the loss to arbitrage"),
        "out_of_band": _("The price left the band around its middle"),
        "out_of_range": _("The price left it: it earns nothing there"),
        "loses_to_arbitrage": _("Its fees do not pass the loss to arbitrage"),
        "not_allowed": _("Halted, or ranges are switched off"),
        "pool_pushed": _("The pool's price is away from our fair value"),
        "no_price": _("There is no fresh price"),
        "too_little": _("Too little to be worth a range"),
        "costs_more_than_it_brings": _("The gas costs more than it brings"),
        "asked_for": _("Asked for by a person"),
    }
    return words.get(reason, reason.replace("_", " "))


def range_step_word(kind: str) -> str:
    return {
        "approve0": _("Leave for the first token"),
        "approve1": _("Leave for the second token"),
        "mint": _("Put in"),
        "decrease": _("Take out"),
        "collect": _("Collect"),
        "burn": _("Close it"),
    }.get(kind, kind)
