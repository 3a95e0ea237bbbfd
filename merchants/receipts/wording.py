"""The words of papers in the language that is active."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from gateway.checkout.wording import money_text, rate_words
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT
from merchants.receipts.layout import Words
from merchants.receipts.papers import Paper


def words_for(paper: Paper) -> Words:
    """How the active language says what stands on this paper."""
    currency, zone = FIAT[paper.currency], ZoneInfo(paper.zone)

    def money(units: int) -> str:
        return money_text(format_amount(Amount(units, currency)), currency.code)

    def moment(text: str) -> str:
        local = datetime.fromisoformat(text).astimezone(zone)
        return f"{date_format(local, 'DATE_FORMAT')}, {local:%H:%M} ({zone.key})"

    return Words(
        labels=labels(),
        money=money,
        token=money_text,
        rate=lambda symbol, rate: rate_words(symbol, rate, currency.code),
        moment=moment,
    )


def labels() -> dict[str, str]:
    return {
        "receipt": _("Receipt"),
        "credit_note": _("Credit note"),
        "copy": _("COPY"),
        "test": _("Test"),
        "taken_back": _("This payment was taken back"),
        "number": _("Number"),
        "of_receipt": _("Goes with receipt"),
        "date": _("Date"),
        "order": _("Order"),
        "cashier": _("Cashier"),
        "till": _("Till"),
        "reason": _("Reason"),
        "tax_number": _("Tax number"),
        "amount": _("Amount"),
        "discount": _("Discount"),
        "tax_on_top": _("Tax on top"),
        "tip": _("Tip"),
        "total": _("Total"),
        "given_back": _("Given back"),
        "lost": _("Taken back by the network"),
        "called_invalid": _("Marked as invalid by the shop"),
        "paid_again": _("Paid again: receipt"),
        "tax": _("Tax"),
        "net": _("Without tax"),
        "card": _("Card"),
        "cash": _("Cash"),
        "marked": _("Marked as paid by the shop"),
        "rounding": _("Rounded"),
        "given": _("Given"),
        "change": _("Change given"),
        "network": _("Network"),
        "transaction": _("Transaction"),
        "scan": _("Scan for this receipt on your phone"),
        "no_tax_invoice": _("This is a payment receipt, not a tax invoice."),
    }
