"""What the scorer and the tracer say, in words. Nobody but officers reads these."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def part_word(name: str) -> str:
    return {
        "conflict": _("Words on both sides that answer to nothing"),
        "legal_form": _("Legal form"),
        "syllables": _("Another character"),
        "birth_date": _("Date of birth"),
        "country": _("Country"),
        "kind": _("Person or company"),
        "id": _("The same number"),
        "weak_alias": _("A weak alias counts less"),
        "bounds": _("No less than nothing, no more than all"),
    }.get(name, name)


def where_from(told: Mapping[str, Any]) -> str:
    """Where money comes from: a kind of address, and how far it is."""
    if told["category"] == "unknown":
        return _("Unknown: %(why)s") % {"why": reason_word(told["reason"])}
    word = category_word(told["category"])
    if told["status"] != "none":
        word = f"{word} ({_('listed') if told['status'] == 'listed' else _('listed once')})"
    hops = int(told["hops"])
    if hops == 0:
        return word
    far = ngettext("%(word)s, %(n)s step away", "%(word)s, %(n)s steps away", hops)
    return far % {"word": word, "n": hops}


def category_word(category: str) -> str:
    return {
        "sanctioned": _("Sanctioned"),
        "theft": _("Stolen"),
        "darknet": _("Darknet market"),
        "scam": _("Scam"),
        "mixer": _("Mixer"),
        "bridge": _("Bridge"),
        "exchange": _("Exchange"),
        "merchant": _("Shop"),
        "mint": _("Freshly made"),
        "house": _("Ours"),
    }.get(category, category)


def reason_word(reason: str) -> str:
    """Why a wallet is judged so, or why no more is known of it."""
    return {
        "listed_itself": _("the address itself is on a list"),
        "listed_direct": _("a listed address paid it"),
        "listed_indirect": _("money of a listed address came through others"),
        "risky_itself": _("the address itself is labelled risky"),
        "risky": _("money of a mixer, a theft, a darknet market or a scam"),
        "fan_out": _("it came from somebody who pays as many as an exchange does"),
        "hops": _("the way back is longer than a trace goes"),
        "lots": _("the trail falls into too many pieces"),
        "transfers": _("there are more transfers than a trace reads"),
        "addresses": _("there are more wallets behind it than a trace looks up"),
        "window": _("it is older than a trace looks"),
        "unseen": _("nothing that was read shows where it came from"),
        "time": _("the time for the trace was over"),
        "pruned": _("the node does not keep that past"),
        "node_failed": _("no node answered properly"),
        "payer_unknown": _("the chain does not say who paid"),
        "lists_missing": _("a list is missing"),
        "provider_down": _("the provider did not answer"),
        "provider_busy": _("the provider has too many requests"),
        "provider_refused": _("the provider refuses"),
        "provider_malformed": _("the provider's answer can't be read"),
    }.get(reason, reason)


def asked_words(kind: str, asked: Mapping[str, Any]) -> str:
    """What somebody looked up, in a line."""
    if kind == "wallet":
        told = {"address": asked["address"], "chain": asked["chain_id"]}
        return _("%(address)s on chain %(chain)s") % told
    if kind == "listed":
        told = {"list": asked["list"], "day": asked["day"], "search": asked["search"] or "…"}
        return _("%(search)s on %(list)s, %(day)s") % told
    return str(asked["name"])
