"""Reconciliation in words."""

from django.utils.translation import gettext as _

from merchants.dashboard.wording import Sign


def state_sign(state: str) -> Sign:
    """What a run said of an account."""
    match state:
        case "agrees":
            return Sign("paid", "check", _("Agrees"))
        case "under_way":
            return Sign("seen", "progress", _("Under way"))
        case "differs":
            return Sign("problem", "alert", _("Differs"))
        case _:
            return Sign("wait", "hourglass", _("Not compared"))


def status_sign(status: str) -> Sign:
    """A difference's state."""
    match status:
        case "open":
            return Sign("problem", "alert", _("Open"))
        case "explained":
            return Sign("seen", "check", _("Explained"))
        case _:
            return Sign("paid", "check", _("Corrected"))


def item_word(kind: str) -> str:
    words = {
        "not_booked_yet": _("On the chain, not booked yet"),
        "booked_ahead": _("Booked, in a later block"),
        "taken_back": _("Taken back by the network"),
        "booked_by_hand": _("Booked by hand, not there yet"),
        "on_its_way": _("On its way"),
        "seen_once": _("Seen once, asked again"),
        "explained": _("Explained by people"),
    }
    return words.get(kind, kind)


def cause_word(kind: str) -> str:
    words = {
        "unknown_incoming": _("A transfer in that nobody here knows"),
        "unknown_outgoing": _("A transfer out that nobody here sent"),
        "missing_entry": _("A transaction without its entry"),
        "entry_without_transaction": _("An entry without its transaction"),
        "wrong_units": _("An entry with a wrong amount"),
        "gas_not_booked": _("Gas that was not booked"),
        "balance_moved_by_itself": _("The token's balance moved by itself"),
        "unexplained": _("Not explained"),
    }
    return words.get(kind, kind)


def reason_word(reason: str) -> str:
    """Why an account was not compared."""
    words = {
        "node_down": _("The chain's node does not answer."),
        "node_error": _("The chain's node refuses to tell."),
        "node_behind": _("The chain's node lags behind."),
        "node_disagrees": _("The node has another block than we heard."),
        "nodes_disagree": _("The chain's nodes say different things."),
        "reorganised": _("The chain changed while it was read."),
        "never_watched": _("Nobody has listened to the chain yet."),
        "chain_not_configured": _("The settings name no node."),
        "busy": _("It changed while it was asked."),
    }
    return words.get(reason, reason)
