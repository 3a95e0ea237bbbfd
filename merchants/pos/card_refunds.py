"""Card payments that go back: what the till and the dashboard say of them, and ask for."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from gateway.checkout.wording import money_text
from gateway.events.ids import uuid7
from gateway.money.amounts import Amount, format_amount, parse_positive_amount
from gateway.money.assets import FIAT
from gateway.refunds.cards.models import CardRefund
from gateway.refunds.cards.requesting import card_refund_approve, card_refund_request
from gateway.refunds.cards.selectors import card_refundable, card_refunds_of
from gateway.refunds.limits import Person
from merchants.accounts.acting import person_acting
from merchants.accounts.guards import MemberRequest
from merchants.pos.managers import let_go, word_given
from merchants.tills.acts import REFUND
from merchants.tills.guards import TillRequest

_SIGNS: Final = {
    "requested": ("wait", "hourglass"),
    "approved": ("wait", "clock"),
    "asked": ("seen", "progress"),
    "left": ("seen", "progress"),
    "completed": ("paid", "check"),
    "failed": ("problem", "alert"),
    "rejected": ("quiet", "cross"),
    "unclear": ("wait", "alert"),
}


def card_refunds_shown(invoice: Mapping[str, Any], *, may_ask: bool) -> dict[str, Any]:
    """Refunds of a sale that a card paid, and what a form for another one starts from. Empty, and
    no query, where none did; three queries otherwise.

    Args:
        invoice: as ``invoice_as_dict`` has it.
    """
    if invoice["tender"] != "card":
        return {}
    whose = {"shop_id": UUID(invoice["shop_id"]), "invoice_id": UUID(invoice["id"])}
    left = card_refundable(**whose) if may_ask else None
    return {
        "rows": [card_refund_row(row) for row in card_refunds_of(**whose)],
        "left": format_amount(left) if left is not None else "",
        "draft": str(uuid7()),
    }


def card_refund_row(row: CardRefund) -> dict[str, Any]:
    """One as pages show it. No query."""
    tone, icon = _SIGNS[row.status]
    amount = Amount(int(row.units), FIAT[row.currency])
    return {
        "id": row.id,
        "invoice_id": row.invoice_id,
        "amount_text": money_text(format_amount(amount), row.currency),
        "reason": row.reason,
        "tone": tone,
        "icon": icon,
        "word": _word(row.status),
        "waits": row.status == "requested",
    }


def card_refund_asked(
    request: MemberRequest, *, invoice_id: UUID, currency: str, via: str
) -> CardRefund:
    """Do what a form asks, once per draft.

    Raises:
        TillwayError, MoneyError
    """
    draft = request.POST.get("draft", "")[:64] or str(uuid7())
    return card_refund_request(
        shop_id=request.shop.id,
        invoice_id=invoice_id,
        amount=parse_positive_amount(request.POST.get("amount", "").strip(), FIAT[currency]),
        reason=request.POST.get("reason", ""),
        by=person_acting(request, via=via),
        now=timezone.now(),
        key=f"{via}:{draft}",
    )


def card_refund_at_till(request: TillRequest, *, invoice_id: UUID, currency: str) -> CardRefund:
    """Do what a till's form asks, let go at once where it carries a manager's PIN.

    Raises:
        TillwayError, MoneyError
    """
    word = word_given(request, act=REFUND, subject=f"invoice:{invoice_id}")
    row = card_refund_asked(request, invoice_id=invoice_id, currency=currency, via="till")

    def approve(manager: Person) -> CardRefund:
        return card_refund_approve(
            shop_id=row.shop_id, refund_id=row.id, by=manager, now=timezone.now()
        )

    return let_go(request, word, row, approve)


def _word(status: str) -> str:
    return {
        "requested": _("Waits for approval"),
        "approved": _("Approved"),
        "asked": _("On its way to the card"),
        "left": _("On its way to the card"),
        "completed": _("Back on the card"),
        "failed": _("Did not reach the card; it is the shop's again"),
        "rejected": _("Called off"),
        "unclear": _("Being looked into"),
    }[status]
