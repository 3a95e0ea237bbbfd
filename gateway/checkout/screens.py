"""What a shopper is shown for an invoice: pure, from the invoice's public dict.

Meaning is always a tone (colour), an icon and a word; and there is one next action.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

PAYABLE: Final = frozenset({"waiting", "partial"})
"""Statuses in which money is still asked for."""

FINAL: Final = frozenset({"paid", "cancelled", "invalid"})
"""Statuses that a page may stop asking about every few seconds."""


@dataclass(frozen=True, slots=True)
class Screen:
    """One state of a page.

    Attributes:
        key: the state's stable name, for tests and the styleguide.
        tone: wait, seen, paid, problem or quiet.
        action: pay, pay_rest, tell, wait, receipt, renew or ask_shop: the one next thing to do.
        done, needed: confirmations so far and asked for; both 0 where they mean nothing.
    """

    key: str
    tone: str
    icon: str
    word: str
    more: str
    action: str
    done: int = 0
    needed: int = 0

    @property
    def asks_for_money(self) -> bool:
        return self.action in {"pay", "pay_rest"}

    @property
    def leads_to_its_page(self) -> bool:
        """Whether a code that opens the shopper's page is of use."""
        return self.asks_for_money or self.action == "tell"


def shopper_screen(invoice: Mapping[str, Any], *, price_is_over: bool = False) -> Screen:
    """The shopper's screen for an invoice.

    Args:
        invoice: as ``invoices.presenters.invoice_as_dict`` makes it.
        price_is_over: the lock has ended by the viewer's clock, though the invoice, which goes by
            the chains' clocks, hasn't expired yet. It changes what is said, never what is.
    """
    unusual: Collection[str] = invoice["exceptions"]
    if invoice["payer_needed"]:
        return _untold() if "held" in unusual else _who_pays()
    if "held" in unusual:
        return _held()
    match invoice["status"]:
        case "waiting" | "partial" as status:
            return _open(
                status,
                unusual,
                price_is_over=price_is_over,
                from_exchange=invoice["exchange_lock"] == "taken",
            )
        case "processing":
            return _processing(invoice)
        case "paid":
            return _paid(unusual, by_card=invoice["tender"] == "card")
        case "expired":
            return _expired(invoice, unusual)
        case "cancelled":
            return _cancelled()
        case _:
            return _invalid()


def confirmations(invoice: Mapping[str, Any]) -> tuple[int, int]:
    """Confirmations of the deposit that is furthest from its goal: (so far, needed)."""
    open_deposits = [
        (int(deposit["confirmations"]), int(deposit["needed"]))
        for deposit in invoice["received"]
        if deposit["state"] == "seen" and deposit.get("needed")
    ]
    if not open_deposits:
        return 0, 0
    done, needed = min(open_deposits, key=lambda pair: pair[0] - pair[1])
    return min(done, needed), needed


def _open(
    status: str, unusual: Collection[str], *, price_is_over: bool, from_exchange: bool
) -> Screen:
    """A screen of an invoice that still asks for money."""
    if "reverted" in unusual:
        return _reverted()
    if status == "partial":
        return Screen(
            key="partial",
            tone="wait",
            icon="half",
            word=_("Part of it arrived"),
            more=_("We received a part of the amount. Please send the rest below."),
            action="pay_rest",
        )
    if "wrong_asset" in unusual:
        return _wrong_asset()
    if price_is_over:
        return _price_over()
    if from_exchange:
        return _exchange()
    return Screen(
        key="waiting",
        tone="wait",
        icon="clock",
        word=_("Waiting for your payment"),
        more=_("Scan the code or open your wallet. This page updates by itself."),
        action="pay",
    )


def _processing(invoice: Mapping[str, Any]) -> Screen:
    if invoice["tender"] == "card":
        return Screen(
            key="card_charging",
            tone="seen",
            icon="progress",
            word=_("Card accepted"),
            more=_("Your card is being charged. This takes a moment."),
            action="wait",
        )
    done, needed = confirmations(invoice)
    words = _("Payment seen, confirming")
    if needed:
        words = _("Payment seen, confirming %(done)d/%(needed)d") % {"done": done, "needed": needed}
    more = _("We see your payment. The network is confirming it.")
    if "reverted" in invoice["exceptions"]:
        more = _(
            "The network reordered its blocks, so the payment is being confirmed again. "
            "You don't need to pay again."
        )
    return Screen("processing", "seen", "progress", words, more, "wait", done=done, needed=needed)


def _held() -> Screen:
    return Screen(
        key="held",
        tone="wait",
        icon="hourglass",
        word=_("Payment is being checked"),
        more=_(
            "Your payment arrived. It is going through a routine check, which can take a "
            "while. You don't need to pay again. Please ask the shop."
        ),
        action="ask_shop",
    )


def _who_pays() -> Screen:
    return Screen(
        key="who_pays",
        tone="wait",
        icon="shield",
        word=_("First: who pays?"),
        more=_(
            "For an amount like this the law wants to know who pays. Say it once, then this page "
            "shows where to pay."
        ),
        action="tell",
    )


def _untold() -> Screen:
    return Screen(
        key="untold",
        tone="wait",
        icon="shield",
        word=_("Please say who paid"),
        more=_(
            "Your payment arrived. For an amount like this the law wants to know who paid; it is "
            "counted after that. You don't need to pay again."
        ),
        action="tell",
    )


def _cancelled() -> Screen:
    return Screen(
        key="cancelled",
        tone="problem",
        icon="cross-circle",
        word=_("Cancelled"),
        more=_(
            "The shop cancelled this request. Please don't pay it. If you have paid "
            "already, your money is kept for you: ask the shop."
        ),
        action="ask_shop",
    )


def _invalid() -> Screen:
    return Screen(
        key="invalid",
        tone="problem",
        icon="alert",
        word=_("Payment not valid"),
        more=_("The network did not confirm this payment. Please ask the shop."),
        action="ask_shop",
    )


def _reverted() -> Screen:
    return Screen(
        key="reverted",
        tone="problem",
        icon="return",
        word=_("The network took the payment back"),
        more=_(
            "Your payment was in a block that the network dropped. It usually comes back by "
            "itself: look in your wallet before you pay again."
        ),
        action="pay",
    )


def _wrong_asset() -> Screen:
    return Screen(
        key="wrong_asset",
        tone="problem",
        icon="swap",
        word=_("That was another token"),
        more=_(
            "A token arrived that this request doesn't take. It is kept for you: ask the shop. "
            "You can still pay with a token from the list."
        ),
        action="pay",
    )


def _exchange() -> Screen:
    return Screen(
        key="exchange",
        tone="wait",
        icon="bank",
        word=_("Waiting for your exchange"),
        more=_(
            "Have your exchange send it as shown below. You may close this page meanwhile; the "
            "price is held until the time that is shown."
        ),
        action="pay",
    )


def _price_over() -> Screen:
    return Screen(
        key="price_over",
        tone="wait",
        icon="hourglass",
        word=_("The price has run out"),
        more=_(
            "If you have paid in time, just wait: we judge by the network's clock. "
            "Otherwise ask for a new price."
        ),
        action="renew",
    )


def _paid(unusual: Collection[str], *, by_card: bool) -> Screen:
    if by_card:
        more = _("Your card paid it. Thank you.")
        if "overpaid" in unusual:
            more = _(
                "Your card paid the whole. Tokens came too; they are kept for you. "
                "Show this page to the shop to get them back."
            )
        return Screen("paid_by_card", "paid", "check-circle", _("Paid"), more, "receipt")
    if "overpaid" in unusual:
        more = _(
            "Thank you. You sent more than was asked; the rest is kept for you. "
            "Show this page to the shop to get it back."
        )
        return Screen("overpaid", "paid", "check-circle", _("Paid"), more, "receipt")
    if "late" in unusual:
        more = _("Thank you. It came after the price had run out and counts at the day's price.")
        return Screen("late", "paid", "check-circle", _("Paid"), more, "receipt")
    return Screen("paid", "paid", "check-circle", _("Paid"), _("Thank you."), "receipt")


def _expired(invoice: Mapping[str, Any], unusual: Collection[str]) -> Screen:
    if "late" in unusual:
        return Screen(
            key="expired_late",
            tone="problem",
            icon="hourglass",
            word=_("Expired: your payment came late"),
            more=_("Your money arrived after the time was over. It is kept for you: ask the shop."),
            action="ask_shop",
        )
    if "underpaid" in unusual or invoice["received"]:
        return Screen(
            key="expired_partial",
            tone="problem",
            icon="hourglass",
            word=_("Expired: only a part arrived"),
            more=_("What you paid is not lost. Show this page to the shop."),
            action="ask_shop",
        )
    return Screen(
        key="expired",
        tone="quiet",
        icon="hourglass",
        word=_("Expired"),
        more=_("The time to pay is over. Please don't send money now; ask for a new price."),
        action="renew",
    )
