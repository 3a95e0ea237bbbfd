"""Words for the kinds of entries in the journal."""

from django.utils.translation import gettext as _


def entry_kind_word(kind: str) -> str:
    """A journal entry's kind."""
    words = {
        "payment": _("Payment"),
        "payment_late": _("Late payment"),
        "released": _("Payment released after a check"),
        "deposit_confirmed": _("Deposit confirmed"),
        "sweep": _("Sweep"),
        "fill": _("Sale of a payment"),
        "hedge": _("Hedge"),
        "trade": _("Trade in the own order book"),
        "range_in": _("Own range put into a pool"),
        "range_out": _("Own range taken back"),
        "move": _("Inventory under way"),
        "gas": _("Gas spent"),
        "funding": _("Capital put in"),
        "payout_reserved": _("Payout requested"),
        "payout_left": _("Payout sent"),
        "surplus": _("Surplus owed to the payer"),
        "refund_made": _("Refund"),
        "provider_in": _("Brought by a provider"),
        "provider_held": _("Brought by a provider, held"),
        "provider_released": _("Brought by a provider, released"),
        "provider_blocked": _("Brought by a provider, kept back"),
        "provider_out": _("Paid out to a provider"),
        "fees_shared": _("Fees shared with providers"),
        "loss_borne": _("Loss borne by providers"),
        "held": _("Deposit held"),
        "returned": _("Held deposit owed back"),
        "blocked": _("Deposit kept back"),
        "refund_converted": _("Refund in another token"),
        "refund_left": _("Refund sent"),
        "shortfall_covered": _("Shortfall covered"),
        "insurance_funded": _("Set aside for losses"),
        "payout_converted": _("Payout in another asset"),
        "fiat_bought": _("Bank money bought"),
        "fiat_left": _("Payout to a bank sent"),
        "fiat_arrived": _("Payout arrived in the bank"),
        "fiat_fee": _("Fee of a payout"),
        "fiat_failed": _("Payout to a bank failed"),
        "fiat_returned": _("Payout sent back by the bank"),
        "card_tendered": _("Card payment"),
        "card_settled": _("Card payments settled"),
        "card_disputed": _("Card payment disputed"),
        "card_dispute_won": _("Dispute won"),
        "card_paid_back": _("Refund back to the card"),
        "card_taken_off": _("Taken by the card provider"),
        "manual": _("Entry by hand"),
        "period_closed": _("Close of a month"),
    }
    base = kind.removesuffix("_reversed")
    if base != kind and base in words:
        return _("Taken back: %(what)s") % {"what": words[base]}
    return words.get(kind) or kind.replace("_", " ").capitalize()
