"""Fee invoices, numbered by the database, and kept as they are."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import gateway.events.ids
from gateway.tenancy.operations import KeepShopsApart

NUMBERS = (Path(__file__).parent / "0001_initial.sql").read_text()
UNDO = """
DROP TRIGGER billing_series_goes_on ON billing_feeseries;
DROP TRIGGER billing_is_kept ON billing_feedocument;
DROP TRIGGER billing_number ON billing_feedocument;
DROP FUNCTION billing_series_goes_on();
DROP FUNCTION billing_is_kept();
DROP FUNCTION billing_number();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [("tenancy", "0001_scope")]

    operations = [
        migrations.CreateModel(
            name="FeeSeries",
            fields=[
                ("mode", models.TextField(primary_key=True, serialize=False)),
                ("last", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="FeeDocument",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("mode", models.TextField()),
                (
                    "number",
                    models.PositiveIntegerField(default=0, help_text="the database's"),
                ),
                ("kind", models.TextField()),
                ("shop_id", models.UUIDField()),
                (
                    "shop_name",
                    models.TextField(help_text="as it was when this was issued"),
                ),
                ("month", models.TextField(help_text="2026-11, by the shop's clock")),
                ("time_zone", models.TextField()),
                (
                    "revision",
                    models.PositiveSmallIntegerField(help_text="0; 1 after a first credit note …"),
                ),
                ("lines", models.JSONField()),
                ("reason", models.TextField(default="", help_text="of a credit note")),
                ("issued_by", models.TextField(help_text="beat, or who issued it")),
                ("issued_at", models.DateTimeField()),
                (
                    "corrects",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credit_note",
                        to="billing.feedocument",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["shop_id", "-id"], name="fee_document_of_shop")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("mode", "number"), name="fee_document_number_once"
                    ),
                    models.UniqueConstraint(
                        fields=("shop_id", "month", "revision", "kind"),
                        name="fee_document_once_a_month",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ("invoice", "credit_note")),
                            ("mode__in", ("test", "live")),
                        ),
                        name="fee_document_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("corrects__isnull", True), ("kind", "invoice"), ("reason", "")
                            ),
                            models.Q(
                                ("corrects__isnull", False),
                                ("kind", "credit_note"),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="fee_document_note_says_of_what_and_why",
                    ),
                ],
            },
        ),
        migrations.RunSQL(NUMBERS, UNDO),
        KeepShopsApart("billing_feedocument"),
    ]
