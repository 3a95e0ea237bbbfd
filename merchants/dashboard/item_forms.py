"""The forms of an item and of a group of modifiers."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gateway.events.errors import TillwayError
from gateway.money.amounts import Amount, format_amount, parse_amount
from gateway.money.assets import Asset
from gateway.money.errors import MoneyError
from merchants.catalogue.choosing import Group, Modifier
from merchants.catalogue.words import (
    COLOURS,
    MAX_CODE,
    MAX_NAME,
    Words,
    price_from,
    price_text,
    tax_ppm_from,
    tax_text,
)
from merchants.dashboard.item_words import colour_word, item_problem


def _input(**attrs: str) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "input", "autocomplete": "off", **attrs})


class ItemForm(forms.Form):
    """An item's words as a person types them."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=MAX_NAME, widget=_input())
    price = forms.CharField(max_length=20, widget=_input(inputmode="decimal"))
    tax = forms.CharField(
        label=gettext_lazy("Tax in percent"),
        required=False,
        max_length=12,
        widget=_input(inputmode="decimal", placeholder="0"),
    )
    tax_included = forms.BooleanField(
        label=gettext_lazy("The price holds the tax"), required=False, initial=True
    )
    category = forms.CharField(
        label=gettext_lazy("Category"),
        required=False,
        max_length=MAX_NAME,
        widget=_input(list="categories"),
        help_text=gettext_lazy("Type a new one, or one that there is."),
    )
    sku = forms.CharField(
        label=gettext_lazy("SKU"), required=False, max_length=MAX_CODE, widget=_input()
    )
    barcode = forms.CharField(
        label=gettext_lazy("Barcode"), required=False, max_length=MAX_CODE, widget=_input()
    )
    colour = forms.ChoiceField(
        label=gettext_lazy("Colour of its tile"),
        required=False,
        widget=forms.Select(attrs={"class": "input"}),
    )
    tile = forms.CharField(
        label=gettext_lazy("Emoji or letters on its tile"),
        required=False,
        max_length=8,
        widget=_input(),
    )
    position = forms.CharField(
        label=gettext_lazy("Place in its category"),
        required=False,
        max_length=6,
        widget=_input(inputmode="numeric", placeholder="0"),
        help_text=gettext_lazy("The lowest comes first."),
    )
    sold_out = forms.BooleanField(label=gettext_lazy("Sold out"), required=False)
    groups = forms.MultipleChoiceField(
        label=gettext_lazy("Modifiers"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, currency: Asset, groups: Iterable[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        self.fields["price"].label = _("Price in %(currency)s") % {"currency": currency.code}
        colours: Any = self.fields["colour"]
        colours.choices = [(colour, colour_word(colour)) for colour in COLOURS]
        choices: Any = self.fields["groups"]
        choices.choices = [(group.id, group.name) for group in groups]

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        """Those that are typed or chosen one by one, in their order."""
        switches = ("tax_included", "sold_out", "groups")
        return [field for field in self.visible_fields() if field.name not in switches]

    def said(self) -> dict[str, Any] | None:
        """The fields of `Words` that were typed; None if something can't be read, which the form
        then says."""
        if not self.is_valid():
            return None
        typed = self.cleaned_data
        said = {
            name: typed[name] for name in ("name", "category", "sku", "barcode", "colour", "tile")
        }
        said |= {name: typed[name] for name in ("tax_included", "sold_out")}
        said["groups"] = tuple(typed["groups"])
        try:
            said["price_units"] = price_from(typed["price"], self.currency)
            said["tax_ppm"] = tax_ppm_from(typed["tax"] or "0")
        except TillwayError as error:
            self.refuse(error)
            return None
        position = typed["position"] or "0"
        if not (position.isascii() and position.isdigit()):
            self.add_error("position", _("A position is a whole number from 0 to 32000."))
            return None
        said["position"] = int(position)
        return said

    def refuse(self, error: TillwayError) -> None:
        """Say at its field, or above all, why it can't be."""
        field = error.field if error.field in self.fields else None
        self.add_error(field, item_problem(error))


def item_initial(words: Words, currency: Asset) -> dict[str, Any]:
    """What a form for a change of an item starts from."""
    return words.as_dict() | {
        "price": price_text(words.price_units, currency),
        "tax": tax_text(words.tax_ppm),
        "position": str(words.position),
    }


class GroupForm(forms.Form):
    """A group of modifiers: one a line, with what it adds at its end."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=MAX_NAME, widget=_input())
    least = forms.IntegerField(
        label=gettext_lazy("At least"),
        min_value=0,
        max_value=50,
        initial=0,
        widget=_input(inputmode="numeric"),
    )
    most = forms.IntegerField(
        label=gettext_lazy("At most"),
        min_value=1,
        max_value=50,
        initial=1,
        widget=_input(inputmode="numeric"),
    )
    modifiers = forms.CharField(
        label=gettext_lazy("Modifiers"),
        max_length=8_000,
        widget=forms.Textarea(attrs={"class": "input", "rows": "6"}),
        help_text=gettext_lazy(
            "One a line, with what it adds to the price after a blank: “Oat milk 0.50”, or"
            " “Small -0.40”. Nothing is 0."
        ),
    )

    def __init__(self, *args: Any, currency: Asset, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency

    def typed_modifiers(self) -> list[Modifier]:
        return modifiers_from(self.cleaned_data["modifiers"], self.currency)


def modifiers_from(text: str, currency: Asset) -> list[Modifier]:
    """The modifiers that lines speak of. A line whose last word is no amount adds nothing."""
    return [_modifier(line.strip(), currency) for line in text.splitlines() if line.strip()]


def _modifier(line: str, currency: Asset) -> Modifier:
    name, _blank, last = line.rpartition(" ")
    try:
        return Modifier(name.strip(), parse_amount(last.removeprefix("+"), currency).units)
    except MoneyError:
        return Modifier(line)


def modifiers_text(modifiers: Sequence[Modifier], currency: Asset) -> str:
    """The lines that give these modifiers."""
    return "\n".join(
        f"{one.name} {format_amount(Amount(one.delta_units, currency))}" for one in modifiers
    )
