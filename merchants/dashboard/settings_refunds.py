"""The section of the settings that says who may refund how much, and at which rates."""

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from gateway.checkout.wording import grouped, trimmed
from gateway.money.amounts import Amount, format_amount, parse_amount
from gateway.money.assets import fiat
from gateway.money.errors import MoneyError
from gateway.shops.selectors import ShopView
from merchants.dashboard.settings_forms import SettingsForm
from merchants.pos.views import problem_words

RATES: Final = (
    ("paid,today", _("The rate that was paid, or the day's: asked each time")),
    ("paid", _("The rate that was paid")),
    ("today", _("The day's rate")),
)


def _amount(label: Any) -> forms.CharField:
    widget = forms.TextInput(
        attrs={"class": "input", "autocomplete": "off", "inputmode": "decimal"}
    )
    return forms.CharField(label=label, max_length=40, widget=widget)


class RefundsForm(SettingsForm):
    """Amounts are of the pricing currency. The owner's own limit, above which two people are
    needed, is the house's to set: nobody lifts it from themselves."""

    section = "refunds"
    currency = forms.CharField(widget=forms.HiddenInput)
    cashier = _amount(_("A cashier refunds alone up to"))
    manager = _amount(_("A manager refunds alone up to"))
    key = _amount(_("An API key refunds alone up to"))
    proof = forms.CharField(
        label=_("Who claims signs with the wallet that paid, above (empty: never)"),
        required=False,
        max_length=40,
        widget=forms.TextInput(
            attrs={"class": "input", "autocomplete": "off", "inputmode": "decimal"}
        ),
    )
    rates = forms.ChoiceField(
        label=_("Rate of refunds"),
        choices=RATES,
        widget=forms.Select(attrs={"class": "input"}),
    )

    def __init__(self, shop: ShopView, data: Any = None) -> None:
        terms = shop.terms
        self.money = fiat(shop.pricing_currency)
        self.most = terms.refund_owner_limit_units
        initial = {
            "currency": shop.pricing_currency,
            "cashier": self.shown(terms.refund_cashier_limit_units),
            "manager": self.shown(terms.refund_manager_limit_units),
            "key": self.shown(terms.refund_key_limit_units),
            "proof": self.shown(terms.refund_proof_above_units)
            if terms.refund_proof_above_units is not None
            else "",
            "rates": ",".join(sorted(terms.refund_rates)),
        }
        super().__init__(shop, data, initial=initial)

    @property
    def owner_limit(self) -> str:
        """In the reader's separators."""
        return grouped(self.shown(self.most))

    def shown(self, units: int) -> str:
        return trimmed(format_amount(Amount(units, self.money)))

    def clean_cashier(self) -> int:
        return self._units("cashier")

    def clean_manager(self) -> int:
        return self._units("manager")

    def clean_key(self) -> int:
        return self._units("key")

    def clean_proof(self) -> int | None:
        if not self.cleaned_data["proof"].strip():
            return None
        try:
            return parse_amount(self.cleaned_data["proof"], self.money).units
        except MoneyError as error:
            raise ValidationError(problem_words(error)) from error

    def _units(self, name: str) -> int:
        try:
            units = parse_amount(self.cleaned_data[name], self.money).units
        except MoneyError as error:
            raise ValidationError(problem_words(error)) from error
        if not 0 <= units <= self.most:
            raise ValidationError(_("That must lie between nothing and the owner's own limit."))
        return units

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("currency") != self.shop.pricing_currency:
            self.add_error(
                None, _("The pricing currency has changed meanwhile. Check the amounts again.")
            )
        return self.cleaned_data

    def changes(self) -> dict[str, Any]:
        """What ``shop_set_terms`` is to change."""
        data = self.cleaned_data
        return {
            "refund_cashier_limit_units": data["cashier"],
            "refund_manager_limit_units": data["manager"],
            "refund_key_limit_units": data["key"],
            "refund_proof_above_units": data["proof"],
            "refund_rates": data["rates"].split(","),
        }
