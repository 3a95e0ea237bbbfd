"""The forms of a payment link: what is typed, checked and turned into a verb's arguments."""

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gateway.money.amounts import parse_positive_amount
from gateway.money.assets import FIAT
from gateway.money.errors import MoneyError
from gateway.shops.selectors import ShopView
from merchants.links.life import MAX_NOTE, MAX_SALES, MAX_TITLE, Price
from merchants.links.models import PaymentLink
from merchants.links.services import NewLink
from merchants.pos.views import problem_words

MOMENT: Final = "%Y-%m-%dT%H:%M"
"""As browsers send what was typed into a field for a day and a time."""


def _text(**attrs: str) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "input", "autocomplete": "off", **attrs})


class EditLinkForm(forms.Form):
    """What may change of a link: what it is called, and until when it is open."""

    title = forms.CharField(label=_("What it is for"), max_length=MAX_TITLE, widget=_text())
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=MAX_NOTE,
        help_text=_("Stands below the title. Plain text."),
        widget=forms.Textarea(attrs={"class": "input", "rows": "3"}),
    )
    ends_at = forms.DateTimeField(
        label=_("Open until"),
        required=False,
        input_formats=[MOMENT],
        help_text=_("By the shop's clock. Empty: until you close it."),
        widget=forms.DateTimeInput(
            format=MOMENT, attrs={"class": "input", "type": "datetime-local"}
        ),
    )

    def __init__(self, data: Any = None, *, link: PaymentLink | None = None) -> None:
        initial = (
            {"title": link.title, "note": link.note, "ends_at": link.ends_at} if link else None
        )
        super().__init__(data, auto_id="link-%s", initial=initial)
        self.label_suffix = ""
        for bound in self:
            if bound.errors:
                bound.field.widget.attrs["aria-invalid"] = "true"


class NewLinkForm(EditLinkForm):
    """One short form: a title and an amount are enough."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=[("link", _("Payment")), ("donation", _("Donation"))]
    )
    amount = forms.CharField(
        label=_("Amount"),
        required=False,
        max_length=30,
        help_text=_("Empty: the payer chooses, within the bounds below."),
        widget=_text(inputmode="decimal"),
    )
    minimum = forms.CharField(
        label=_("At least"), required=False, max_length=30, widget=_text(inputmode="decimal")
    )
    maximum = forms.CharField(
        label=_("At most"), required=False, max_length=30, widget=_text(inputmode="decimal")
    )
    sales_limit = forms.IntegerField(
        label=_("Sold out after so many sales"),
        required=False,
        min_value=1,
        max_value=MAX_SALES,
        help_text=_("Empty: no limit."),
        widget=_text(inputmode="numeric"),
    )

    def __init__(self, shop: ShopView, data: Any = None, *, kind: str = "link") -> None:
        self.shop = shop
        super().__init__(data)
        self.fields["kind"].initial = kind

    def clean(self) -> dict[str, Any]:
        units = {name: self._units(name) for name in ("amount", "minimum", "maximum")}
        price = Price(units["amount"], units["minimum"], units["maximum"])
        if not price.is_sound and not self.errors:
            self.add_error(
                "amount",
                ValidationError(
                    gettext("Type an amount, or the least and the most that a payer may choose.")
                ),
            )
        self.cleaned_data["price"] = price
        return self.cleaned_data

    def _units(self, name: str) -> int | None:
        typed = self.cleaned_data.get(name, "")
        if not typed:
            return None
        try:
            return parse_positive_amount(typed, FIAT[self.shop.pricing_currency]).units
        except MoneyError as error:
            self.add_error(name, ValidationError(problem_words(error)))
            return None

    @property
    def wanted(self) -> NewLink:
        """Of a form that is valid."""
        told = self.cleaned_data
        return NewLink(
            title=told["title"],
            price=told["price"],
            kind=told["kind"],
            note=told["note"],
            ends_at=told["ends_at"],
            sales_limit=told["sales_limit"],
        )
