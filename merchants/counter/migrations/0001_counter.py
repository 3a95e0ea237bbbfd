"""What stands beside a till: what it shows, its sticker, the phones that scanned it, its displays."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

import gateway.events.ids
import gateway.money.fields
import merchants.links.slugs
from gateway.tenancy.operations import KeepShopsApart

SQL = Path(__file__).with_suffix(".sql")
UNDO = """
DROP FUNCTION counter_display_code_found(bytea, timestamptz);
DROP FUNCTION counter_display_entered(bytea);
DROP FUNCTION counter_sticker_open(text);
"""


def _id():
    return models.UUIDField(
        default=gateway.events.ids.uuid7, editable=False, primary_key=True, serialize=False
    )


def _till(name):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name=name, to="tills.till"
    )


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("shops", "0001_initial"),
        ("tenancy", "0001_scope"),
        ("tills", "0001_tills"),
    ]

    operations = [
        migrations.CreateModel(
            name="Showing",
            fields=[
                (
                    "till",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="showing",
                        serialize=False,
                        to="tills.till",
                    ),
                ),
                ("shop_id", models.UUIDField()),
                ("invoice_id", models.UUIDField(null=True)),
                ("ticket_id", models.UUIDField(null=True)),
                (
                    "tip_part",
                    models.PositiveSmallIntegerField(
                        help_text="the part of the ticket whose payer is asked for a tip",
                        null=True,
                    ),
                ),
                ("shown_by", models.TextField(default="tablet")),
                ("since", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=Q(("invoice_id__isnull", False)),
                        fields=["shop_id", "invoice_id"],
                        name="showing_of_a_sale",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(
                            ("invoice_id__isnull", True),
                            ("ticket_id__isnull", True),
                            _connector="OR",
                        ),
                        name="showing_one_thing",
                    ),
                    models.CheckConstraint(
                        condition=Q(
                            ("tip_part__isnull", True),
                            ("ticket_id__isnull", False),
                            _connector="OR",
                        ),
                        name="showing_tip_of_a_ticket",
                    ),
                    models.CheckConstraint(
                        condition=Q(("shown_by__in", ("tablet", "ecr"))), name="showing_by_whom"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Sticker",
            fields=[
                ("id", _id()),
                ("shop_id", models.UUIDField()),
                (
                    "slug",
                    models.TextField(
                        default=merchants.links.slugs.slug_make,
                        help_text="stands in its address",
                        unique=True,
                    ),
                ),
                ("made_by", models.UUIDField(help_text="a person")),
                ("made_at", models.DateTimeField()),
                ("replaced_at", models.DateTimeField(null=True)),
                ("till", _till("stickers")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(("replaced_at__isnull", True)),
                        fields=("till",),
                        name="sticker_one_of_a_till",
                    ),
                    models.CheckConstraint(
                        condition=Q(("slug__regex", f"^{merchants.links.slugs.SHAPE}$")),
                        name="sticker_slug",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Scan",
            fields=[
                ("id", _id()),
                ("shop_id", models.UUIDField()),
                ("invoice_id", models.UUIDField()),
                (
                    "browser",
                    models.BinaryField(
                        help_text="SHA-256 of the till and a random word that its browser keeps",
                        max_length=32,
                    ),
                ),
                ("scanned_at", models.DateTimeField()),
                (
                    "seen_at",
                    models.DateTimeField(
                        help_text="when that phone last opened the sticker's page"
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                ("end", models.TextField(blank=True, default="")),
                ("till", _till("+")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["invoice_id"], name="scan_of_sale"),
                    models.Index(fields=["shop_id", "scanned_at"], name="scan_of_shop"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(("ended_at__isnull", True)),
                        fields=("invoice_id",),
                        name="scan_one_has_the_sale",
                    ),
                    models.CheckConstraint(
                        condition=Q(
                            Q(("end", ""), ("ended_at__isnull", True)),
                            Q(
                                ("end__in", ("let_go", "moved", "wrong")),
                                ("ended_at__gte", F("scanned_at")),
                            ),
                            _connector="OR",
                        ),
                        name="scan_says_how_it_ended",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Display",
            fields=[
                ("id", _id()),
                ("shop_id", models.UUIDField()),
                ("code_hash", models.BinaryField(max_length=32, unique=True)),
                ("code_until", models.DateTimeField()),
                ("made_by", models.UUIDField(help_text="a person")),
                ("made_at", models.DateTimeField()),
                ("token_hash", models.BinaryField(max_length=32, null=True, unique=True)),
                ("paired_at", models.DateTimeField(null=True)),
                (
                    "revoked_at",
                    models.DateTimeField(
                        help_text="or when a newer code took its place", null=True
                    ),
                ),
                ("revoked_by", models.UUIDField(help_text="a person", null=True)),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tills.device",
                    ),
                ),
                ("till", _till("displays")),
            ],
            options={
                "indexes": [models.Index(fields=["shop_id", "-id"], name="display_by_shop")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(("paired_at__isnull", True), ("revoked_at__isnull", True)),
                        fields=("till",),
                        name="display_one_code_of_a_till",
                    ),
                    models.CheckConstraint(
                        condition=Q(
                            Q(("paired_at__isnull", True), ("token_hash__isnull", True)),
                            Q(("paired_at__gte", F("made_at")), ("token_hash__isnull", False)),
                            _connector="OR",
                        ),
                        name="display_paired_has_a_secret",
                    ),
                    models.CheckConstraint(
                        condition=Q(("code_until__gt", F("made_at"))),
                        name="display_code_has_an_end",
                    ),
                    models.CheckConstraint(
                        condition=Q(
                            Q(("revoked_at__isnull", True), ("revoked_by__isnull", True)),
                            Q(("revoked_at__isnull", False), ("revoked_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="display_revoked_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Arrival",
            fields=[
                ("invoice_id", models.UUIDField(primary_key=True, serialize=False)),
                ("shop_id", models.UUIDField()),
                ("currency", models.TextField(help_text="ISO 4217")),
                (
                    "units",
                    gateway.money.fields.UnitsField(
                        help_text="minor units that the sale asked for"
                    ),
                ),
                ("code_word", models.TextField()),
                ("came_at", models.DateTimeField()),
                ("was_shown", models.BooleanField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("answered_by", models.UUIDField(help_text="a person", null=True)),
                ("handed_over", models.BooleanField(null=True)),
                ("till", _till("+")),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=Q(("answered_at__isnull", True), ("was_shown", False)),
                        fields=["till", "came_at"],
                        name="arrival_to_be_answered",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(condition=Q(("units__gt", 0)), name="arrival_of_money"),
                    models.CheckConstraint(
                        condition=Q(
                            Q(
                                ("answered_at__isnull", True),
                                ("answered_by__isnull", True),
                                ("handed_over__isnull", True),
                            ),
                            Q(
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                                ("handed_over__isnull", False),
                                ("was_shown", False),
                            ),
                            _connector="OR",
                        ),
                        name="arrival_answered_by_somebody",
                    ),
                ],
            },
        ),
        KeepShopsApart("counter_showing"),
        KeepShopsApart("counter_sticker"),
        KeepShopsApart("counter_scan"),
        KeepShopsApart("counter_display"),
        KeepShopsApart("counter_arrival"),
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), UNDO),
    ]
