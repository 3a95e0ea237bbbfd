"""Whether the goods may go, as a till and the shop's people are told it: pure, from the invoice's
public dict."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gateway.checkout.screens import confirmations


@dataclass(frozen=True, slots=True)
class HandOver:
    """The till's answer in one glance: may the goods be handed over?"""

    answer: str
    tone: str
    icon: str
    word: str
    more: str


def hand_over(invoice: Mapping[str, Any], *, online: bool = True) -> HandOver:
    """Whether staff may hand over the goods, from ``release_goods`` alone; offline never yes."""
    if not online:
        return HandOver(
            answer="wait",
            tone="wait",
            icon="offline",
            word=_("Wait"),
            more=_("No connection. What you see may be old."),
        )
    # Of a sale that was voided meanwhile that is what counts: it is over.
    held = "held" in invoice["exceptions"] and invoice["status"] != "cancelled"
    match invoice["release_goods"]:
        case "yes":
            return HandOver(
                answer="yes",
                tone="paid",
                icon="check-circle",
                word=_("Yes, hand over"),
                more=_("Paid. The goods are the customer's.")
                if invoice["status"] == "paid"
                else _("Payment seen: enough for this amount by your shop's rules."),
            )
        case "no" if held and invoice["payer_needed"]:
            return HandOver(
                answer="no",
                tone="problem",
                icon="hand",
                word=_("No, keep the goods"),
                more=_("The customer has to say who paid, on their phone."),
            )
        case "no" if held:
            return HandOver(
                answer="no",
                tone="problem",
                icon="hand",
                word=_("No, keep the goods"),
                more=_("This payment is being checked again. What is still here stays here.")
                if invoice["status"] == "paid"
                else _("This payment is being checked. Offer another way to pay."),
            )
        case "no":
            return HandOver(
                answer="no",
                tone="problem",
                icon="cross-circle",
                word=_("No, keep the goods"),
                more=_("The network took the payment back. Wait, or ask to pay again.")
                if "reverted" in invoice["exceptions"]
                else _no_words(invoice["status"]),
            )
        case _:
            return HandOver(
                answer="wait",
                tone="seen" if invoice["status"] == "processing" else "wait",
                icon="progress" if invoice["status"] == "processing" else "hourglass",
                word=_("Wait"),
                more=_wait_words(invoice),
            )


def _wait_words(invoice: Mapping[str, Any]) -> str:
    if invoice["payer_needed"]:
        return _("The customer's phone asks who pays, then it shows where to pay.")
    match invoice["status"]:
        case "processing" if invoice["tender"] == "card":
            return _("The card was accepted and is being charged.")
        case "processing":
            done, needed = confirmations(invoice)
            left = max(needed - done, 0)
            if not left:
                return _("Payment seen. The network is confirming it.")
            return ngettext(
                "Payment seen. %(count)d confirmation to go.",
                "Payment seen. %(count)d confirmations to go.",
                left,
            ) % {"count": left}
        case "partial":
            return _("Only a part arrived. The customer is asked for the rest.")
        case "paid":
            return _("Paid. One moment.")
        case _:
            return _("The customer has not paid yet.")


def _no_words(status: str) -> str:
    match status:
        case "expired":
            return _("The time to pay is over.")
        case "cancelled":
            return _("This sale was voided.")
        case "invalid":
            return _("The payment is not valid.")
        case "partial":
            return _("Only a part arrived. The customer is asked for the rest.")
        case _:
            return _("The customer has not paid yet.")
