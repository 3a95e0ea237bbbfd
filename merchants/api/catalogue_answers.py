"""What items and groups of modifiers look like in answers."""

from rest_framework import serializers as s

from merchants.api.answers import Cursored, Decimal, Shape


class Item(Shape):
    id = s.UUIDField()
    version = s.IntegerField(help_text="1, 2, 3 …: each change of its words.")
    name = s.CharField()
    price = Decimal()
    currency = s.CharField()
    tax = Decimal(help_text="Percent, with at most four decimals.")
    tax_included = s.BooleanField(help_text="Whether the price holds the tax.")
    category = s.CharField()
    sku = s.CharField()
    barcode = s.CharField()
    colour = s.CharField()
    tile = s.CharField()
    sold_out = s.BooleanField()
    position = s.IntegerField()
    groups = s.ListField(child=s.UUIDField())
    archived = s.BooleanField()
    created_at = s.DateTimeField()
    changed_at = s.DateTimeField()


class ItemList(Cursored):
    data = Item(many=True)  # type: ignore[assignment]


class Modifier(Shape):
    name = s.CharField()
    price = Decimal(help_text="What it adds to the price of one; may be negative.")


class ModifierGroup(Shape):
    id = s.UUIDField()
    name = s.CharField()
    least = s.IntegerField()
    most = s.IntegerField()
    modifiers = Modifier(many=True)


class ModifierGroupList(Shape):
    data = ModifierGroup(many=True)  # type: ignore[assignment]
