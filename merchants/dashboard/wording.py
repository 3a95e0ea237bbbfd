"""Words for what the dashboard lists, each with its tone and icon."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from merchants.dashboard.desk.entry_words import entry_kind_word


@dataclass(frozen=True, slots=True)
class Sign:
    tone: str
    icon: str
    word: str


def event_sign(type: str) -> Sign:
    """What an event of an invoice is called in its timeline."""
    signs = {
        "invoice.created": Sign("quiet", "plus", _("Created")),
        "invoice.requoted": Sign("quiet", "swap", _("Prices drawn anew")),
        "invoice.release_changed": Sign("quiet", "hand", _("The answer on the goods changed")),
        "invoice.payment_seen": Sign("seen", "eye", _("Payment seen on the chain")),
        "invoice.partial": Sign("wait", "half", _("A part arrived")),
        "invoice.processing": Sign("seen", "progress", _("Covered, waiting for confirmations")),
        "invoice.payment_confirmed": Sign("seen", "check", _("Payment confirmed and credited")),
        "invoice.paid": Sign("paid", "check-circle", _("Paid")),
        "invoice.order_settled": Sign("paid", "check", _("Now the order's payment")),
        "invoice.overpaid": Sign("wait", "coins", _("More arrived than was asked for")),
        "invoice.paid_late": Sign("paid", "check-circle", _("Paid late")),
        "invoice.expired": Sign("quiet", "hourglass", _("Expired")),
        "invoice.cancelled": Sign("quiet", "cross", _("Voided")),
        "invoice.invalidated": Sign("problem", "alert", _("Not valid")),
        "invoice.marked": Sign("quiet", "check", _("Marked by hand")),
        "invoice.payer_told": Sign("quiet", "shield", _("The customer said who pays")),
        "invoice.held": Sign("problem", "hand", _("A payment is being checked")),
        "invoice.released": Sign("paid", "check", _("The check is done: released")),
        "invoice.returned": Sign("problem", "return", _("A payment goes back to its sender")),
        "invoice.reverted": Sign("problem", "return", _("The network took a payment back")),
    }
    other = type.partition(".")[2].replace("_", " ").capitalize()
    return signs.get(type) or Sign("quiet", "clock", other)


def payout_sign(status: str, waiting_reason: str | None = None) -> Sign:
    """A payout's state."""
    match status:
        case "requested" | "approved":
            return Sign("wait", "clock", _("Requested"))
        case "awaiting_funds" if waiting_reason == "payment_check":
            return Sign("wait", "hourglass", _("A payment is being checked"))
        case "awaiting_funds" if waiting_reason == "books_differ":
            return Sign("wait", "hourglass", _("The house checks its books"))
        case "awaiting_funds" if waiting_reason == "address_proof":
            return Sign("wait", "hourglass", _("Your address must be confirmed"))
        case "awaiting_funds" if waiting_reason == "receiver_check":
            return Sign("wait", "hourglass", _("The receiving provider is being asked"))
        case "awaiting_funds":
            return Sign("wait", "hourglass", _("Waiting for funds"))
        case "sending":
            return Sign("seen", "progress", _("Sending"))
        case "sent":
            return Sign("seen", "payout", _("Sent"))
        case "completed":
            return Sign("paid", "check", _("Completed"))
        case "cancelled":
            return Sign("quiet", "cross", _("Cancelled"))
        case "returned":
            return Sign("problem", "return", _("Returned"))
        case _:
            return Sign("problem", "alert", _("Failed"))


def payout_why(status: str, waiting_reason: str | None) -> str:
    """Why a payout waits, or what became of it, and what to do; empty where the state says it."""
    match status, waiting_reason:
        case "requested", _reason:
            return _("Above the limit: it goes once two people agreed and a delay is over.")
        case "awaiting_funds", "float_short":
            return _("We are topping up the account that pays you. It goes out by itself.")
        case "awaiting_funds", "signer_limit":
            return _("The limit for outgoing money is reached. It goes out when there is room.")
        case "awaiting_funds", "ramp_account":
            return _("Your bank account needs something first: see Bank payouts.")
        case "awaiting_funds", "address_proof":
            return _("Confirm that the wallet is yours, under Settlement. Then it goes out.")
        case "awaiting_funds", "receiver_check":
            return _("It goes out once your provider has answered. You can cancel it until then.")
        case "returned", _reason:
            return _("Your bank sent it back. The amount is in your balance again.")
        case "awaiting_funds", "shop_suspended":
            return _("This shop is suspended. It goes out when it is not any more.")
        case "failed", _reason:
            return _("It could not be sent. The amount is in your balance again.")
        case _:
            return ""


def delivery_sign(state: str) -> Sign:
    """A webhook delivery's state."""
    match state:
        case "succeeded":
            return Sign("paid", "check", _("Delivered"))
        case "pending":
            return Sign("wait", "clock", _("To be sent"))
        case "cancelled":
            return Sign("quiet", "cross", _("Cancelled"))
        case _:
            return Sign("problem", "alert", _("Failed"))


def disabled_words(reason: str) -> str:
    """Why a webhook endpoint is off, and what to do about it."""
    match reason:
        case "gone":
            return _("It answered 410 Gone, so we stopped calling. Switch it on when it is back.")
        case "failing":
            return _("It accepted nothing for five days. Repair it and switch it on again.")
        case _:
            return _("Somebody switched it off. What happens meanwhile is not sent to it.")


def entry_word(kind: str) -> str:
    """A line of the statement."""
    words = {
        "payment": _("Payment"),
        "payment_late": _("Late payment"),
        "released": _("Payment released after a check"),
        "payout_reserved": _("Payout requested"),
        "payout_left": _("Payout sent"),
        "payout_converted": _("Payout requested, converted"),
        "fiat_left": _("Payout on its way to your bank"),
        "fiat_arrived": _("Payout arrived at your bank"),
        "fiat_failed": _("Payout refused by your bank"),
        "fiat_returned": _("Payout sent back by your bank"),
        "refund_made": _("Refund"),
        "shortfall_covered": _("Shortfall covered"),
        "card_tendered": _("Card payment"),
        "card_disputed": _("Card payment disputed"),
        "card_dispute_won": _("Dispute won"),
        "manual": _("Entry by hand"),
    }
    if kind in words:
        return words[kind]
    base = kind.removesuffix("_reversed").removesuffix(":reversed")
    if base != kind and base in words:
        return _("Taken back: %(what)s") % {"what": words[base]}
    return entry_kind_word(kind)
