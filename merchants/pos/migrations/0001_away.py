"""What tills sold without a connection."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import gateway.events.ids
import gateway.money.fields
from gateway.tenancy.operations import KeepShopsApart


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenancy", "0001_scope"),
        ("tills", "0001_tills"),
    ]

    operations = [
        migrations.CreateModel(
            name="AwaySale",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("shop_id", models.UUIDField()),
                (
                    "key",
                    models.CharField(
                        help_text="the tablet's own: sent twice it is one", max_length=32
                    ),
                ),
                ("number", models.PositiveIntegerField(help_text="1, 2, 3 … of its pairing")),
                ("ends", models.TextField(help_text="how it stood on the tablet")),
                ("currency", models.TextField(help_text="ISO 4217")),
                (
                    "due_units",
                    gateway.money.fields.UnitsField(help_text="minor units, as the tablet said"),
                ),
                (
                    "label",
                    models.CharField(
                        blank=True, help_text="emptied when it is settled", max_length=40
                    ),
                ),
                ("body", models.JSONField(help_text="away.said.said_as_dict")),
                ("made_by", models.UUIDField(help_text="a person")),
                ("made_at", models.DateTimeField(help_text="by the tablet's clock")),
                (
                    "sent_by",
                    models.UUIDField(
                        help_text="a person; null: the tablet was taken off", null=True
                    ),
                ),
                ("sent_at", models.DateTimeField()),
                ("state", models.TextField(default="waiting")),
                (
                    "why",
                    models.TextField(
                        blank=True, help_text="why it waits, or waited: a refusal's code"
                    ),
                ),
                (
                    "ticket_id",
                    models.UUIDField(help_text="what it was booked as", null=True, unique=True),
                ),
                (
                    "settled_by",
                    models.UUIDField(
                        help_text="a person; null: it was booked by itself", null=True
                    ),
                ),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "note",
                    models.CharField(blank=True, help_text="why it was set aside", max_length=200),
                ),
                (
                    "device",
                    models.ForeignKey(
                        help_text="the pairing it was kept under",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tills.device",
                    ),
                ),
                (
                    "till",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tills.till",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["shop_id", "-id"], name="away_sale_by_shop"),
                    models.Index(
                        condition=Q(("state", "waiting")),
                        fields=["shop_id", "till"],
                        name="away_sale_waiting",
                    ),
                    models.Index(fields=["shop_id", "device", "number"], name="away_sale_numbers"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("shop_id", "key"), name="away_sale_once"),
                    models.CheckConstraint(
                        condition=Q(("ends__in", ("cash", "open", "void"))),
                        name="away_sale_ends",
                    ),
                    models.CheckConstraint(
                        condition=Q(("due_units__gte", 0), ("number__gte", 1)),
                        name="away_sale_sane",
                    ),
                    models.CheckConstraint(
                        condition=Q(
                            Q(
                                ("settled_at__isnull", True),
                                ("settled_by__isnull", True),
                                ("state", "waiting"),
                                ("ticket_id__isnull", True),
                                Q(("why", ""), _negated=True),
                            ),
                            Q(
                                ("settled_at__isnull", False),
                                ("state", "booked"),
                                ("ticket_id__isnull", False),
                            ),
                            Q(
                                ("settled_at__isnull", False),
                                ("settled_by__isnull", False),
                                ("state", "set_aside"),
                                ("ticket_id__isnull", True),
                                Q(("note", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="away_sale_settled_by_somebody",
                    ),
                ],
            },
        ),
        KeepShopsApart("pos_awaysale"),
    ]
