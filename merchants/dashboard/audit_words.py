"""What the audit log's acts are called, in the reader's language."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

WORTH: Final = 80
"""Characters of one value that a line shows."""


def kind_word(kind: str) -> str:
    return {
        "access": _("Sign-in and second factors"),
        "people": _("The team"),
        "programs": _("Keys and webhooks"),
        "settings": _("Settings"),
        "money": _("Money"),
        "tills": _("Tills"),
        "files": _("Files and customers"),
    }[kind]


def act_word(act: str) -> str:
    """What was done. An act of a newer version is called by its name."""
    return {
        "sign_in.done": _("Signed in"),
        "sign_in.refused": _("Sign-in refused"),
        "password.changed": _("Password changed"),
        "email.changed": _("Email changed"),
        "factor.added": _("Second factor added"),
        "factor.removed": _("Second factor taken away"),
        "factor.reset_asked": _("Reset of second factors asked for"),
        "factor.reset_cancelled": _("Reset of second factors stopped"),
        "factor.reset": _("Second factors reset"),
        "member.invited": _("Invited"),
        "member.invitation_sent_again": _("Invitation sent again"),
        "member.invitation_withdrawn": _("Invitation withdrawn"),
        "member.joined": _("Joined the team"),
        "member.role_changed": _("Role changed"),
        "member.removed": _("Left the team"),
        "house_role.given": _("Role of the house given"),
        "house_role.taken": _("Role of the house taken away"),
        "api_key.made": _("API key made"),
        "api_key.revoked": _("API key revoked"),
        "webhook.made": _("Webhook added"),
        "webhook.changed": _("Webhook changed"),
        "webhook.removed": _("Webhook deleted"),
        "webhook.secret_changed": _("Webhook secret changed"),
        "webhook.replayed": _("Past events sent to a webhook again"),
        "settings.changed": _("Settings changed"),
        "move.begun": _("Move from another program begun"),
        "past_buyers.forgotten": _("Emails of past buyers forgotten"),
        "payout_address.asked": _("Another payout address asked for"),
        "bank_account.asked": _("Another bank account asked for"),
        "payout.asked": _("Payout asked for"),
        "payout.cancelled": _("Payout taken back"),
        "refund.approved": _("Refund approved"),
        "refund.rejected": _("Refund called off"),
        "invoice.marked": _("Payment marked by hand"),
        "sale.voided": _("Sale called off"),
        "away_sale.booked": _("Sale without a connection booked"),
        "away_sale.set_aside": _("Sale without a connection set aside"),
        "till.paired": _("Tablet paired"),
        "till.revoked": _("Tablet taken off"),
        "pin.dropped": _("PIN taken away"),
        "grant.given": _("A manager's word at the till"),
        "customer.forgotten": _("Customer forgotten"),
        "file.exported": _("File exported"),
    }.get(act, act)


def who_word(who: str, *, names: Mapping[str, str]) -> str:
    """Who acted; who works here no more is called by no name."""
    if who == "house":
        return _("Tillway")
    if who.startswith("key:"):
        return _("API key %(name)s") % {"name": names.get(who, who.partition(":")[2][:8])}
    return names.get(who, _("Somebody who works here no more"))


def subject_word(subject: str, *, names: Mapping[str, str]) -> str:
    """What it was about: a name where there is one, else the kind and the number's beginning."""
    if subject in names:
        return names[subject]
    kind, _colon, number = subject.partition(":")
    return f"{kind} {number[:13]}" if number else subject


def detail_words(detail: Mapping[str, Any]) -> str:
    """What changed: ``role: cashier → manager``."""
    return " · ".join(f"{name}: {_value(value)}" for name, value in sorted(detail.items()))


def _value(value: Any) -> str:
    if isinstance(value, Mapping) and "to" in value:
        to = _short(value["to"])
        return f"{_short(value['from'])} → {to}" if "from" in value else to
    return _short(value)


def _short(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    if value is None:
        text = "–"
    return text if len(text) <= WORTH else f"{text[: WORTH - 1]}…"
