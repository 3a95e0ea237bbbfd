"""The form of a shop's bank account: what is wrong is said of the field it is wrong in."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gateway.ramps.iso20022.charset import sepa_name
from gateway.ramps.iso20022.errors import BadBic, BadHolder, BadIban
from gateway.ramps.iso20022.iban import LENGTHS, bic_needed, bic_of, iban_of


def _text(**attrs: str) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "input", "autocomplete": "off", **attrs})


class BankAccountForm(forms.Form):
    """See ``gateway.settlement.bank_destinations``."""

    holder = forms.CharField(
        label=_("Account holder"),
        help_text=_("The name that the bank has. A transfer to another name may come back."),
        max_length=70,
        widget=_text(),
    )
    iban = forms.CharField(
        label="IBAN",
        help_text=_("Copy it from the bank's papers; spaces don't matter."),
        max_length=50,
        widget=_text(spellcheck="false", autocapitalize="characters"),
    )
    bic = forms.CharField(
        label="BIC",
        required=False,
        help_text=_("Only for banks outside the European Economic Area, as in Switzerland."),
        max_length=14,
        widget=_text(spellcheck="false", autocapitalize="characters"),
    )
    password = forms.CharField(
        label=_("Your password"),
        help_text=_("Asked again because money will be sent to this account."),
        max_length=4_096,
        strip=False,
        widget=forms.PasswordInput(attrs={"class": "input", "autocomplete": "current-password"}),
    )

    def __init__(self, ramp: str, data: Any = None) -> None:
        super().__init__(data, auto_id=f"{ramp}-%s")
        self.ramp = ramp
        for bound in self:
            if bound.errors:
                bound.field.widget.attrs["aria-invalid"] = "true"

    def clean_holder(self) -> str:
        try:
            return sepa_name(self.cleaned_data["holder"])
        except BadHolder as error:
            raise ValidationError(gettext("Write the name in Latin letters.")) from error

    def clean_iban(self) -> str:
        typed = self.cleaned_data["iban"]
        try:
            return iban_of(typed)
        except BadIban as error:
            raise ValidationError(_iban_problem(typed)) from error

    def clean_bic(self) -> str:
        try:
            return bic_of(self.cleaned_data["bic"])
        except BadBic as error:
            raise ValidationError(gettext("A BIC has 8 or 11 characters.")) from error

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        number, lacks_bic = data.get("iban"), not data.get("bic") and "bic" not in self.errors
        if number and lacks_bic and bic_needed(number):
            self.add_error("bic", gettext("A bank in this country is found by its BIC only."))
        return data


def _iban_problem(typed: str) -> str:
    """What is wrong with a number, as far as it can be told."""
    found = "".join(typed.split()).upper()
    country, length = found[:2], LENGTHS.get(found[:2])
    if not (country.isascii() and country.isalpha() and len(country) == 2):
        return gettext("An IBAN begins with two letters for its country.")
    if length is None:
        return gettext("We can't pay to banks in this country (%(country)s).") % {
            "country": country
        }
    if len(found) != length:
        return gettext("An IBAN of %(country)s has %(length)s characters; this has %(typed)s.") % {
            "country": country,
            "length": length,
            "typed": len(found),
        }
    return gettext("A digit is mistyped: the check digits don't match. Copy it from the bank.")
