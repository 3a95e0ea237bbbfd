"""Words for how a shop is paid: what a run waits for, why a chain, the parts of a conversion."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from gateway.checkout.wording import money_text, trimmed
from gateway.events.errors import TillwayError
from gateway.money.errors import MoneyError
from merchants.pos.views import problem_words


def why_words(why: str) -> str:
    """What a run waits for; empty where nothing keeps it."""
    return {
        "nothing": _("Nothing can be paid out now."),
        "below_threshold": _("Less than the amount from which payouts start."),
        "below_minimum": _("A part would be below the minimum, so all of it waits."),
    }.get(why, "")


def refusal_words(error: TillwayError | MoneyError) -> str:
    """Why a part can't be paid, or a policy can't be kept."""
    known = {
        "price_not_fresh": _("There is no fresh price to convert at. Try again shortly."),
        "sources_disagree": _("Sources of the price disagree. Try again shortly."),
        "off_peg": _("The stablecoin is away from its peg, so nothing is converted."),
        "no_depth": _("No market here takes this much now."),
        "float_too_small": _("We hold too little of this token just now."),
        "asset_not_paid_out": _("This can't be paid out to this shop."),
        "amount_below_minimum": _("Sending this costs more than it is worth."),
        "payout_quote_over": _("The offer has ended. Here is a new one."),
        "desk_halted": _("Conversions are stopped for now."),
        "desk_reduces_only": _("Conversions of this token are stopped for now."),
    }
    return known.get(error.code) or problem_words(error)


def chain_words(choice: dict[str, Any] | None) -> str:
    """Why this network; empty where it was named, or is the only one and pays."""
    if choice is None or (len(choice["considered"]) < 2 and choice["reason"] != "none_has_float"):
        return ""
    return {
        "cheapest": _("It costs the least."),
        "only_float": _("The cheaper ones hold too little just now."),
        "only_way": _("It is the only one that can be used now."),
        "none_has_float": _("None holds enough now, so it waits on your own."),
    }[choice["reason"]]


def looked_at(choice: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The networks that were compared, each with its cost; none where there was no choice."""
    if choice is None or len(choice["considered"]) < 2:
        return []
    return [
        {
            "asset": way["asset"],
            "cost": _cost_text(way),
            "note": ""
            if way["has_float"] or way["refusal"]
            else _("Too little there to pay from."),
        }
        for way in choice["considered"]
    ]


def _cost_text(way: dict[str, Any]) -> str:
    if way["refusal"]:
        return _("Not now")
    symbol = way["asset"].partition("@")[0]
    whole, _point, fraction = trimmed(way["cost"]).partition(".")
    return money_text(f"{whole}.{fraction[:4].ljust(2, '0')}", symbol)


def conversion_lines(
    parts: dict[str, Any] | None, *, symbol: str, taken: str
) -> list[dict[str, str]]:
    """From the fair value to what arrives, line by line."""
    if parts is None:
        return []
    lines: Sequence[tuple[str, str]] = (
        (_("Fair rate"), f"1 {taken} = {trimmed(parts['fair'])} {symbol}"),
        (_("At the fair rate"), money_text(trimmed(parts["fair_amount"]), symbol)),
        (_("Spread"), percent_of_bps(parts["spread_bps"])),
        (_("For holding the offer"), percent_of_bps(parts["promise_bps"])),
        (_("Market fee and impact"), percent_of_bps(parts["fill_bps"])),
        (_("Network fee"), money_text(trimmed(parts["gas_amount"]), symbol)),
    )
    return [{"word": word, "text": text} for word, text in lines]


def percent_of_bps(bps: str) -> str:
    """``5.03`` basis points as ``0.0503 %``, exactly."""
    sign, digits = ("−", bps[1:]) if bps.startswith("-") else ("", bps)
    units = int(digits.replace(".", ""))
    text = f"{units // 10_000}.{units % 10_000:04d}"
    return f"{sign}{trimmed(text)}\N{NO-BREAK SPACE}%"


def trigger_word(trigger: str) -> str:
    """What started a payout."""
    return {
        "demand": _("Asked for"),
        "instant": _("As soon as it was final"),
        "threshold": _("The amount was reached"),
        "daily": _("The shop closed for the day"),
        "closing": _("The shop is closing"),
        "release": _("Released by decision"),
    }[trigger]


def run_words(outcome: str, refusal: str) -> str:
    """What became of a run."""
    if outcome == "refused":
        return refusal_words(TillwayError(code=refusal))
    return why_words(outcome) or _("Paid")
