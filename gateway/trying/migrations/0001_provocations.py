from django.db import migrations, models

import gateway.events.ids
import gateway.money.fields
from gateway.tenancy.operations import KeepShopsApart


class Migration(migrations.Migration):
    initial = True

    dependencies = [("tenancy", "0001_scope")]

    operations = [
        migrations.CreateModel(
            name="Provocation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("invoice_id", models.UUIDField()),
                ("shop_id", models.UUIDField()),
                ("mode", models.TextField(default="test")),
                ("what", models.TextField()),
                ("status", models.TextField(default="waiting")),
                ("chain_id", models.BigIntegerField()),
                (
                    "asset",
                    models.TextField(
                        default="", help_text="'': a refund, which has an asset of its own"
                    ),
                ),
                (
                    "units",
                    gateway.money.fields.UnitsField(
                        default=0, help_text="base units that are paid"
                    ),
                ),
                (
                    "to",
                    models.BinaryField(help_text="the invoice's address", max_length=20),
                ),
                (
                    "listed_payer",
                    models.BinaryField(
                        help_text="whose tokens are paid; null: the wallet's own",
                        max_length=20,
                        null=True,
                    ),
                ),
                (
                    "not_before",
                    models.DateTimeField(
                        help_text="the chain's time from which on it is paid; null: at once",
                        null=True,
                    ),
                ),
                ("tx_hash", models.BinaryField(max_length=32, null=True)),
                ("refund_id", models.UUIDField(null=True)),
                ("failure_code", models.TextField(default="")),
                (
                    "failure",
                    models.TextField(default="", help_text="a sentence for the developer"),
                ),
                ("asked_by", models.TextField(help_text="user:<id> or key:<id>")),
                ("asked_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(help_text="when it is looked at next")),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["invoice_id", "-id"], name="provocation_of_invoice"),
                    models.Index(
                        condition=models.Q(("status__in", frozenset(["sent", "waiting"]))),
                        fields=["due_at"],
                        name="provocation_due",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("mode", "test")), name="provocation_is_a_test"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "what__in",
                                (
                                    "paid",
                                    "under",
                                    "over",
                                    "late",
                                    "wrong_asset",
                                    "held",
                                    "reorg",
                                    "refund",
                                ),
                            )
                        ),
                        name="provocation_what",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ("waiting", "sent", "done", "failed"))),
                        name="provocation_status",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("refund_id__isnull", False), ("what", "refund")),
                            models.Q(
                                models.Q(("what", "refund"), _negated=True),
                                ("refund_id__isnull", True),
                                models.Q(("asset", ""), _negated=True),
                                ("units__gt", 0),
                            ),
                            _connector="OR",
                        ),
                        name="provocation_pays_or_refunds",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", frozenset(["sent", "waiting"]))),
                        fields=("invoice_id",),
                        name="provocation_one_under_way",
                    ),
                ],
            },
        ),
        KeepShopsApart("trying_provocation"),
    ]
