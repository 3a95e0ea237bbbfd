"""What a shop sells, in which words since when, and the modifiers that go with it."""

from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from gateway.events.ids import uuid7
from gateway.money.fields import UnitsField
from merchants.catalogue.choosing import Group, Modifier
from merchants.catalogue.words import COLOURS, MAX_CODE, MAX_NAME, MAX_PRICE_UNITS, PPM, Words


class Category(models.Model):
    """A heading of the catalogue. It is there while a shop names it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    shop_id = models.UUIDField()
    name = models.CharField(max_length=MAX_NAME)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint("shop_id", Lower("name"), name="category_once_a_shop"),
            models.CheckConstraint(condition=~Q(name=""), name="category_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class ModifierGroup(models.Model):
    """Modifiers of which some are chosen with an item. Its modifiers are kept together: they change
    together, and what was sold keeps its own words."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    shop_id = models.UUIDField()
    name = models.CharField(max_length=MAX_NAME)
    least = models.PositiveSmallIntegerField()
    most = models.PositiveSmallIntegerField()
    modifiers: Any = models.JSONField(help_text="[{name, delta_units}], in their order")
    archived_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    changed_by = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "shop_id",
                Lower("name"),
                condition=Q(archived_at__isnull=True),
                name="modifier_group_once_a_shop",
            ),
            models.CheckConstraint(
                condition=Q(least__lte=models.F("most"), most__gte=1),
                name="modifier_group_least_and_most",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def group(self) -> Group:
        return Group(
            id=str(self.id),
            name=self.name,
            least=self.least,
            most=self.most,
            modifiers=tuple(Modifier(one["name"], one["delta_units"]) for one in self.modifiers),
        )


class Item(models.Model):
    """Something a shop sells, as it is described today."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    shop_id = models.UUIDField()
    currency = models.TextField(help_text="ISO 4217; the shop's when it was added")
    version = models.PositiveIntegerField(default=1, help_text="of its words")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=MAX_NAME)
    price_units = UnitsField(help_text="minor units, as listed")
    tax_ppm = models.PositiveIntegerField(help_text="parts of a million")
    tax_included = models.BooleanField(help_text="whether the price holds the tax")
    sku = models.CharField(max_length=MAX_CODE, blank=True)
    barcode = models.CharField(max_length=MAX_CODE, blank=True)
    colour = models.CharField(max_length=10, blank=True)
    tile = models.CharField(max_length=8, blank=True)
    sold_out = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)
    groups: Any = models.JSONField(default=list, help_text="ids of groups of modifiers, in order")
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    category_id: UUID | None

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shop_id", "sku"],
                condition=~Q(sku="") & Q(archived_at__isnull=True),
                name="item_sku_once_a_shop",
            ),
            models.UniqueConstraint(
                fields=["shop_id", "barcode"],
                condition=~Q(barcode="") & Q(archived_at__isnull=True),
                name="item_barcode_once_a_shop",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="item_has_a_name"),
            models.CheckConstraint(
                condition=Q(price_units__gte=0, price_units__lte=MAX_PRICE_UNITS),
                name="item_price",
            ),
            models.CheckConstraint(condition=Q(tax_ppm__lte=PPM), name="item_tax"),
            models.CheckConstraint(condition=Q(colour__in=COLOURS), name="item_colour"),
        ]
        indexes = [
            models.Index(fields=["shop_id", "-id"], name="item_of_shop"),
            models.Index(
                fields=["shop_id", "category", "position"],
                name="item_sold",
                condition=Q(archived_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def words(self) -> Words:
        """As it is described today. One query if its category was not fetched with it."""
        return Words(
            name=self.name,
            price_units=self.price_units,
            tax_ppm=self.tax_ppm,
            tax_included=self.tax_included,
            category=self.category.name if self.category else "",
            sku=self.sku,
            barcode=self.barcode,
            colour=self.colour,
            tile=self.tile,
            sold_out=self.sold_out,
            position=self.position,
            groups=tuple(self.groups),
        )


class ItemVersion(models.Model):
    """An item's words as they were from a moment on, and who put them so. Rows are added only."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="versions")
    shop_id = models.UUIDField()
    number = models.PositiveIntegerField()
    words: Any = models.JSONField()
    archived = models.BooleanField(default=False)
    changed_by = models.TextField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="item_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} #{self.number}"

    item_id: UUID
