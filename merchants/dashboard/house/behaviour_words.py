"""How behaviour is called on the officers' pages."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from django.utils.translation import gettext as _

from gateway.checkout.wording import money_text, trimmed
from gateway.compliance.behaviour.hours import SLOT_MINUTES
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT

PPM_PER_PERMILLE: Final = 1_000


def rule_word(rule: str) -> str:
    """What was noticed; '' for what is no rule of behaviour."""
    return {
        "key_new_network": _("A key from a new network"),
        "sign_in_new_network": _("A sign-in from a new network"),
        "sign_in_apart": _("Sign-ins in two countries at once"),
        "destination_new_network": _("A payout address asked for from afar"),
        "access_refused": _("Many wrong keys or passwords"),
        "refund_spike": _("Far more refunds than ever"),
        "void_spike": _("Far more voids than ever"),
        "till_outside_hours": _("A till outside its hours"),
        "stream_anomaly": _("An odd payment, refund or payout"),
    }.get(rule, "")


def stream_kind_word(kind: str) -> str:
    return {
        "payment": _("Payment"),
        "refund": _("Refund"),
        "payout": _("Payout"),
    }[kind]


def score_text(ppm: int | None) -> str:
    """Thousandths, as people compare them; a dash where there is none."""
    if ppm is None:
        return "–"
    whole, thousandths = divmod(ppm // PPM_PER_PERMILLE, 1000)
    return f"{whole}.{thousandths:03}"


def facts_words(rule: str, facts: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """An alert's evidence in one line.

    Args:
        names: people by ``user:<id>``.
    """
    who = names.get(str(facts.get("who") or f"user:{facts.get('user_id')}"), "")
    match rule:
        case "key_new_network" | "access_refused":
            told = str(facts["network"])
        case "sign_in_new_network":
            told = str(facts["network"])
        case "destination_new_network":
            unseen = facts["session"] == "unseen"
            how = _("nobody signed in from there") if unseen else _("first used just before")
            told = f"{facts['network']} · {how}"
        case "sign_in_apart":
            told = f"{facts['elsewhere']} → {facts['network']}"
        case "refund_spike" | "void_spike":
            sum_text = _money(facts["units"], facts["currency"])
            told = f"{facts['day']} · {facts['count']} × · {sum_text}"
        case "till_outside_hours":
            told = f"{facts['day']} {clock_text(int(facts['slot']) * SLOT_MINUTES)}"
        case "stream_anomaly":
            told = stream_kind_word(facts["kind"])
        case _:
            told = ""
    return f"{told} · {who}" if who else told


def clock_text(minutes: int) -> str:
    """A time of the day."""
    at = timedelta(minutes=minutes)
    return f"{at.seconds // 3600:02}:{at.seconds // 60 % 60:02}"


def _money(units: Any, currency: str) -> str:
    text = format_amount(Amount(int(units), FIAT[currency]))
    return money_text(trimmed(text), currency)
