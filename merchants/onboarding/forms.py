"""The forms of a verification. Everything may be left for later: what is missing is said apart."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gateway.checkout.countries import country_choices
from merchants.onboarding.words import LEGAL_FORMS, ROLES, TRADES

LONG = 300


def _text(**attrs: str) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "input", **attrs})


def _area(**attrs: str) -> forms.Textarea:
    return forms.Textarea(attrs={"class": "input", "rows": "3", **attrs})


def _select() -> forms.Select:
    return forms.Select(attrs={"class": "input"})


class LaterForm(forms.Form):
    """A form none of whose fields must be filled in now."""

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        for field in self.fields.values():
            field.required = False
        for name in ("country", "nationality"):
            if name in self.fields:
                chosen = self.fields[name]
                assert isinstance(chosen, forms.ChoiceField)
                chosen.choices = country_choices()

    def refuse(self, field: str | None, problem: str) -> None:
        """Say of a field what is wrong with it."""
        known = field if field in self.fields else None
        self.add_error(known, problem)
        if known:
            self.fields[known].widget.attrs["aria-invalid"] = "true"


class BusinessForm(LaterForm):
    name = forms.CharField(
        label=_("Name of the business"),
        help_text=_("As it stands in the register, or your own name."),
        max_length=LONG,
        widget=_text(autocomplete="organization"),
    )
    legal_form = forms.ChoiceField(
        label=_("What kind of business is it?"),
        choices=[("", "—"), *LEGAL_FORMS.items()],
        widget=_select(),
    )
    registration = forms.CharField(
        label=_("Number in the register, or tax number"), max_length=LONG, widget=_text()
    )
    country = forms.ChoiceField(label=_("Country"), widget=_select())
    address = forms.CharField(
        label=_("Address"), max_length=LONG, widget=_area(autocomplete="street-address")
    )
    website = forms.CharField(
        label=_("Website, if there is one"), max_length=LONG, widget=_text(inputmode="url")
    )
    mcc = forms.ChoiceField(
        label=_("What do you sell?"), choices=[("", "—"), *TRADES.items()], widget=_select()
    )
    expected_monthly = forms.CharField(
        label=_("How much do you expect to take in a month?"),
        help_text=_("A guess will do. Whole amounts, in your shop's currency."),
        max_length=30,
        widget=_text(inputmode="numeric"),
    )
    sells_to = forms.CharField(
        label=_("In which countries are your customers?"),
        help_text=_("Names, with commas between them."),
        max_length=1_500,
        widget=_area(),
    )


class PersonForm(LaterForm):
    name = forms.CharField(
        label=_("Full name"),
        help_text=_("As it stands in the passport or identity card."),
        max_length=LONG,
        widget=_text(autocomplete="off"),
    )
    date_of_birth = forms.CharField(
        label=_("Date of birth"),
        max_length=20,
        widget=forms.DateInput(attrs={"class": "input", "type": "date", "autocomplete": "off"}),
    )
    nationality = forms.ChoiceField(label=_("Nationality"), widget=_select())
    country = forms.ChoiceField(label=_("Lives in"), widget=_select())
    address = forms.CharField(label=_("Home address"), max_length=LONG, widget=_area())
    roles = forms.MultipleChoiceField(
        label=_("What are they to the business?"),
        choices=list(ROLES.items()),
        widget=forms.CheckboxSelectMultiple(),
    )
    politically_exposed = forms.ChoiceField(
        label=_("Do they hold a high public office, or does somebody in their family?"),
        help_text=_("A head of state, minister, member of parliament, high judge, general …"),
        choices=[("no", _("No")), ("yes", _("Yes"))],
        widget=forms.RadioSelect(),
    )


class HolderForm(LaterForm):
    """A company that owns a part of the business."""

    name = forms.CharField(label=_("Name of the company"), max_length=LONG, widget=_text())
    registration = forms.CharField(
        label=_("Number in the register"), max_length=LONG, widget=_text()
    )
    country = forms.ChoiceField(label=_("Country"), widget=_select())
    address = forms.CharField(label=_("Address"), max_length=LONG, widget=_area())
