"""Papers that shops send, and what they show."""

import django.db.models.deletion
from django.db import migrations, models

import gateway.events.ids
from gateway.tenancy.operations import KeepShopsApart


class Migration(migrations.Migration):
    dependencies = [
        ("tenancy", "0001_scope"),
        ("compliance_knowing", "0002_business_files"),
    ]

    operations = [
        migrations.CreateModel(
            name="Paper",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("shop_id", models.UUIDField()),
                ("kind", models.TextField()),
                ("media", models.TextField()),
                ("pages", models.PositiveIntegerField()),
                ("size_bytes", models.PositiveIntegerField()),
                (
                    "digest",
                    models.BinaryField(help_text="Blind index of what it shows", max_length=32),
                ),
                ("scan", models.TextField(help_text="not_scanned or clean")),
                ("state", models.TextField(default="waiting")),
                (
                    "reason",
                    models.TextField(default="", help_text="of a rejection; the shop reads it"),
                ),
                ("sent_by", models.TextField()),
                ("sent_at", models.DateTimeField()),
                ("decided_by", models.TextField(default="")),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "retain_until",
                    models.DateTimeField(
                        help_text="when what it shows is deleted; null: with its subject's key",
                        null=True,
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="papers",
                        to="compliance_knowing.businessfile",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compliance_knowing.subject",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PaperContent",
            fields=[
                (
                    "paper",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="content",
                        serialize=False,
                        to="compliance_knowing.paper",
                    ),
                ),
                ("shop_id", models.UUIDField()),
                ("box", models.BinaryField()),
            ],
        ),
        migrations.AddIndex(
            model_name="paper",
            index=models.Index(
                condition=models.Q(("retain_until__isnull", False)),
                fields=["retain_until"],
                name="knowing_paper_to_forget",
            ),
        ),
        migrations.AddConstraint(
            model_name="paper",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        (
                            "registration_extract",
                            "proof_of_address",
                            "ownership_chart",
                            "source_of_funds",
                            "other",
                            "identity_document",
                        ),
                    )
                ),
                name="knowing_paper_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="paper",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("waiting", "accepted")), ("reason", "")),
                    models.Q(("state", "rejected"), models.Q(("reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="knowing_paper_rejected_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="paper",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "waiting"),
                    models.Q(("decided_by", ""), _negated=True),
                    _connector="OR",
                ),
                name="knowing_paper_decided_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="paper",
            constraint=models.CheckConstraint(
                condition=models.Q(("scan__in", ("not_scanned", "clean"))),
                name="knowing_paper_scan",
            ),
        ),
        KeepShopsApart("compliance_knowing_paper"),
        KeepShopsApart("compliance_knowing_papercontent"),
    ]
