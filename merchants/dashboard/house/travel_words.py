"""Exchanges with other providers, in words."""

from typing import Any

from django.utils.translation import gettext as _

from gateway.checkout.wording import money_text, trimmed
from gateway.compliance.travelling.models import Exchange
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import Asset
from merchants.dashboard.selectors import time_text
from merchants.dashboard.wording import Sign


def exchange_sign(state: str) -> Sign:
    """An exchange's state."""
    match state:
        case "asking" | "asked":
            return Sign("wait", "hourglass", _("Waiting for the other provider"))
        case "received":
            return Sign("problem", "hand", _("Waiting for us"))
        case "approving" | "rejecting" | "confirming" | "cancelling":
            return Sign("seen", "progress", _("Being told"))
        case "approved":
            return Sign("seen", "check", _("Agreed"))
        case "confirmed":
            return Sign("paid", "check-circle", _("Sent and confirmed"))
        case "rejected":
            return Sign("quiet", "cross", _("Refused"))
        case "cancelled":
            return Sign("quiet", "cross", _("Called off"))
        case _:
            return Sign("quiet", "clock", _("Never answered"))


def view_word(view: str) -> str:
    return {"deciding": _("For us to decide"), "open": _("Under way"), "ended": _("Over")}[view]


def about_words(about: str) -> str:
    """What an exchange is about."""
    kind, _sep, name = about.partition(":")
    words = {
        "payout": _("Payout %(id)s"),
        "refund": _("Refund %(id)s"),
        "invoice": _("Payment %(id)s"),
    }
    return words[kind] % {"id": name}


def trouble_words(trouble: str) -> str:
    """Why the last try came to nothing; empty where none did."""
    if not trouble:
        return ""
    words = {
        "other_address": _("It named another address than the one we were told."),
        "not_needed": _("The transfer was called off before it answered."),
        "counterparty_unknown": _("The address is not one of this provider's."),
        "trp_invalid": _("Its answer could not be read."),
        "subject_erased": _("What was to be told has been erased."),
    }
    return words.get(trouble, _("It did not take the message (%(code)s).") % {"code": trouble})


def exchange_row(exchange: Exchange) -> dict[str, Any]:
    """An exchange as a list shows it. No query where its counterparty is at hand."""
    amount = Amount(int(exchange.units), Asset(exchange.asset, exchange.decimals))
    return {
        "id": exchange.id,
        "amount": money_text(trimmed(format_amount(amount)), exchange.asset),
        "with": exchange.counterparty.legal_name,
        "way": _("We send") if exchange.direction == "out" else _("We receive"),
        "about": about_words(exchange.about),
        "sign": exchange_sign(exchange.state),
        "at": time_text(exchange.changed_at),
        "trouble": trouble_words(exchange.trouble),
    }
