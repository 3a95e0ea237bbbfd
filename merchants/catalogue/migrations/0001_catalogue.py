"""What shops sell, with its history."""

import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

import gateway.events.ids
import gateway.money.fields
from gateway.tenancy.operations import KeepShopsApart


def _id() -> tuple[str, models.Field]:
    return (
        "id",
        models.UUIDField(default=gateway.events.ids.uuid7, primary_key=True, serialize=False),
    )


class Migration(migrations.Migration):
    initial = True

    dependencies = [("tenancy", "0001_scope")]

    operations = [
        migrations.CreateModel(
            name="Category",
            fields=[
                _id(),
                ("shop_id", models.UUIDField()),
                ("name", models.CharField(max_length=80)),
                ("position", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("shop_id"),
                        django.db.models.functions.text.Lower("name"),
                        name="category_once_a_shop",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="category_has_a_name"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ModifierGroup",
            fields=[
                _id(),
                ("shop_id", models.UUIDField()),
                ("name", models.CharField(max_length=80)),
                ("least", models.PositiveSmallIntegerField()),
                ("most", models.PositiveSmallIntegerField()),
                (
                    "modifiers",
                    models.JSONField(help_text="[{name, delta_units}], in their order"),
                ),
                ("archived_at", models.DateTimeField(null=True)),
                ("changed_at", models.DateTimeField()),
                ("changed_by", models.TextField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("shop_id"),
                        django.db.models.functions.text.Lower("name"),
                        condition=models.Q(("archived_at__isnull", True)),
                        name="modifier_group_once_a_shop",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("least__lte", models.F("most")), ("most__gte", 1)),
                        name="modifier_group_least_and_most",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Item",
            fields=[
                _id(),
                ("shop_id", models.UUIDField()),
                ("currency", models.TextField(help_text="ISO 4217; the shop's when it was added")),
                ("version", models.PositiveIntegerField(default=1, help_text="of its words")),
                ("name", models.CharField(max_length=80)),
                (
                    "price_units",
                    gateway.money.fields.UnitsField(help_text="minor units, as listed"),
                ),
                ("tax_ppm", models.PositiveIntegerField(help_text="parts of a million")),
                (
                    "tax_included",
                    models.BooleanField(help_text="whether the price holds the tax"),
                ),
                ("sku", models.CharField(blank=True, max_length=40)),
                ("barcode", models.CharField(blank=True, max_length=40)),
                ("colour", models.CharField(blank=True, max_length=10)),
                ("tile", models.CharField(blank=True, max_length=8)),
                ("sold_out", models.BooleanField(default=False)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "groups",
                    models.JSONField(
                        default=list, help_text="ids of groups of modifiers, in order"
                    ),
                ),
                ("archived_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                (
                    "category",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.category",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["shop_id", "-id"], name="item_of_shop"),
                    models.Index(
                        condition=models.Q(("archived_at__isnull", True)),
                        fields=["shop_id", "category", "position"],
                        name="item_sold",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("sku", ""), _negated=True), ("archived_at__isnull", True)
                        ),
                        fields=("shop_id", "sku"),
                        name="item_sku_once_a_shop",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("barcode", ""), _negated=True), ("archived_at__isnull", True)
                        ),
                        fields=("shop_id", "barcode"),
                        name="item_barcode_once_a_shop",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="item_has_a_name"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("price_units__gte", 0), ("price_units__lte", 100_000_000_000)
                        ),
                        name="item_price",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tax_ppm__lte", 1_000_000)), name="item_tax"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "colour__in",
                                (
                                    *("", "grey", "red", "orange", "yellow"),
                                    *("green", "blue", "purple", "pink"),
                                ),
                            )
                        ),
                        name="item_colour",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ItemVersion",
            fields=[
                _id(),
                ("shop_id", models.UUIDField()),
                ("number", models.PositiveIntegerField()),
                ("words", models.JSONField()),
                ("archived", models.BooleanField(default=False)),
                ("changed_by", models.TextField()),
                ("changed_at", models.DateTimeField()),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="catalogue.item",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("item", "number"), name="item_version_once"),
                ],
            },
        ),
        KeepShopsApart("catalogue_category"),
        KeepShopsApart("catalogue_modifiergroup"),
        KeepShopsApart("catalogue_item"),
        KeepShopsApart("catalogue_itemversion"),
    ]
