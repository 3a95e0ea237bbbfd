"""What requests about items may hold."""

from rest_framework import serializers

from merchants.api.fields import AmountText, Strict, Switch, Text, Whole
from merchants.catalogue.words import COLOURS, MAX_CODE, MAX_NAME


class ItemChange(Strict):
    name = Text(required=False, max_length=MAX_NAME)
    price = AmountText(required=False, help_text="As listed, in the shop's currency, as text.")
    tax = AmountText(required=False, help_text="Percent as text, such as 8.875; 0 if unset.")
    tax_included = Switch(
        required=False, help_text="Whether the price holds the tax; true if unset."
    )
    category = Text(
        required=False,
        allow_blank=True,
        max_length=MAX_NAME,
        help_text="By its name; a new one is made.",
    )
    sku = Text(required=False, allow_blank=True, max_length=MAX_CODE)
    barcode = Text(required=False, allow_blank=True, max_length=MAX_CODE)
    colour = serializers.ChoiceField(
        [colour for colour in COLOURS if colour], required=False, allow_blank=True
    )
    tile = Text(
        required=False, allow_blank=True, max_length=8, help_text="An emoji or a few letters."
    )
    sold_out = Switch(required=False)
    position = Whole(required=False, min_value=0, max_value=32_000)
    groups = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        max_length=10,
        help_text="Ids of groups of modifiers, in the order in which they are asked.",
    )


class NewItem(ItemChange):
    name = Text(max_length=MAX_NAME)
    price = AmountText(help_text="As listed, in the shop's currency, as text.")
