"""Shops' files, what was decided about them, their levels and what they took."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import gateway.events.ids
import gateway.money.fields
from gateway.tenancy.operations import KeepShopsApart

HOUSE_ONLY = (Path(__file__).parent / "0002_house_only.sql").read_text()
UNDO = """
DROP POLICY house_only ON compliance_knowing_filedecision;
DROP POLICY house_only ON compliance_knowing_legalhold;
ALTER TABLE compliance_knowing_legalhold DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("compliance_knowing", "0001_subjects_and_their_keys"),
        ("tenancy", "0001_scope"),
    ]

    operations = [
        migrations.CreateModel(
            name="TakenInvoice",
            fields=[
                ("invoice_id", models.UUIDField(primary_key=True, serialize=False)),
                ("shop_id", models.UUIDField()),
                ("day", models.DateField()),
                ("currency", models.TextField()),
                ("units", gateway.money.fields.UnitsField()),
                ("counts", models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name="BusinessFile",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("shop_id", models.UUIDField(unique=True)),
                ("status", models.TextField(default="draft")),
                ("legal_form", models.TextField(default="")),
                (
                    "mcc",
                    models.TextField(default="", help_text="merchant category code, ISO 18245"),
                ),
                ("currency", models.TextField(default="EUR", help_text="of the expected volume")),
                (
                    "expected_monthly_units",
                    models.BigIntegerField(help_text="minor units", null=True),
                ),
                (
                    "sells_to",
                    models.JSONField(default=list, help_text="ISO 3166 codes of its customers"),
                ),
                ("level_wanted", models.TextField(default="standard")),
                ("rating", models.TextField(default="low")),
                (
                    "rated",
                    models.JSONField(
                        default=dict,
                        help_text="version, points and factors; never shown to the shop",
                    ),
                ),
                (
                    "due",
                    models.JSONField(
                        default=list, help_text="keys of what is wanted, as last told"
                    ),
                ),
                (
                    "note",
                    models.TextField(default="", help_text="to the shop, of the last decision"),
                ),
                ("review_on", models.DateField(help_text="when it is looked at again", null=True)),
                ("submitted_by", models.TextField(default="")),
                ("submitted_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compliance_knowing.subject",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FileDecision",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("file_id", models.UUIDField()),
                ("decision", models.TextField()),
                ("level", models.TextField()),
                ("rating", models.TextField()),
                (
                    "rated",
                    models.JSONField(help_text="the rating's version, points and factors then"),
                ),
                ("reason", models.TextField(help_text="for the house")),
                ("note", models.TextField(default="", help_text="for the shop")),
                ("by", models.TextField()),
                (
                    "second",
                    models.TextField(
                        default="", help_text="who agreed to it, where two people must"
                    ),
                ),
                ("act_id", models.UUIDField(null=True, unique=True)),
                ("decided_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["file_id", "id"], name="knowing_decision_of_file")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decision__in", ("more_wanted", "approved", "refused"))
                        ),
                        name="knowing_decision_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decision", "approved"), _negated=True),
                            models.Q(
                                models.Q(("second", ""), _negated=True),
                                models.Q(("second", models.F("by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="knowing_approved_by_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("by", ""), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                        ),
                        name="knowing_decision_has_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Holding",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("shop_id", models.UUIDField()),
                ("numerator", models.BigIntegerField()),
                ("denominator", models.BigIntegerField()),
                ("since", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holdings",
                        to="compliance_knowing.businessfile",
                    ),
                ),
                (
                    "held",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compliance_knowing.subject",
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compliance_knowing.subject",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="IdentityProof",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("shop_id", models.UUIDField()),
                ("how", models.TextField(help_text="ramp, paper or credential")),
                (
                    "reference",
                    models.TextField(help_text="the attempt's own id; natural key with ``how``"),
                ),
                ("state", models.TextField()),
                (
                    "problem",
                    models.TextField(default="", help_text="a code of what was wrong, or differs"),
                ),
                ("decided_by", models.TextField(default="")),
                ("told_at", models.DateTimeField()),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proofs",
                        to="compliance_knowing.subject",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Part",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("shop_id", models.UUIDField()),
                ("role", models.TextField()),
                ("since", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="compliance_knowing.businessfile",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="compliance_knowing.subject",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ShopLevel",
            fields=[
                ("shop_id", models.UUIDField(primary_key=True, serialize=False)),
                ("level", models.TextField()),
                ("review_on", models.DateField()),
                ("set_by", models.TextField()),
                ("set_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("level__in", ("none", "basic", "standard", "enhanced"))
                        ),
                        name="knowing_level_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TakenDay",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "shop_id",
                        "currency",
                        "day",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("shop_id", models.UUIDField()),
                ("currency", models.TextField()),
                ("day", models.DateField()),
                ("units", gateway.money.fields.UnitsField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("units__gte", 0)), name="knowing_day_not_negative"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="businessfile",
            index=models.Index(fields=["status", "submitted_at"], name="knowing_file_queue"),
        ),
        migrations.AddIndex(
            model_name="businessfile",
            index=models.Index(
                condition=models.Q(("status", "approved")),
                fields=["review_on"],
                name="knowing_file_to_review",
            ),
        ),
        migrations.AddConstraint(
            model_name="businessfile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        ("draft", "submitted", "more_wanted", "approved", "reopened", "refused"),
                    )
                ),
                name="knowing_file_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="businessfile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "legal_form__in",
                        (
                            "",
                            "sole_trader",
                            "partnership",
                            "limited_company",
                            "stock_company",
                            "cooperative",
                            "association",
                            "foundation",
                            "trust",
                            "public_body",
                        ),
                    )
                ),
                name="knowing_file_form",
            ),
        ),
        migrations.AddConstraint(
            model_name="businessfile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("level_wanted__in", ("none", "basic", "standard", "enhanced")),
                    models.Q(("level_wanted", "none"), _negated=True),
                ),
                name="knowing_file_level",
            ),
        ),
        migrations.AddConstraint(
            model_name="businessfile",
            constraint=models.CheckConstraint(
                condition=models.Q(("rating__in", ("low", "medium", "high"))),
                name="knowing_file_rating",
            ),
        ),
        migrations.AddConstraint(
            model_name="businessfile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("expected_monthly_units__isnull", True),
                    ("expected_monthly_units__gte", 0),
                    _connector="OR",
                ),
                name="knowing_file_volume",
            ),
        ),
        migrations.AddConstraint(
            model_name="businessfile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "approved"), _negated=True),
                    ("review_on__isnull", False),
                    _connector="OR",
                ),
                name="knowing_file_approved_is_reviewed",
            ),
        ),
        migrations.AddConstraint(
            model_name="holding",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("file", "holder", "held"),
                name="knowing_holding_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="holding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("denominator__gte", models.F("numerator")), ("numerator__gt", 0)
                ),
                name="knowing_holding_is_a_part",
            ),
        ),
        migrations.AddConstraint(
            model_name="holding",
            constraint=models.CheckConstraint(
                condition=models.Q(("holder", models.F("held")), _negated=True),
                name="knowing_holding_of_another",
            ),
        ),
        migrations.AddIndex(
            model_name="identityproof",
            index=models.Index(fields=["subject"], name="knowing_proof_of_subject"),
        ),
        migrations.AddConstraint(
            model_name="identityproof",
            constraint=models.UniqueConstraint(
                fields=("how", "reference"), name="knowing_proof_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="identityproof",
            constraint=models.CheckConstraint(
                condition=models.Q(("how__in", ("ramp", "paper", "credential"))),
                name="knowing_proof_how",
            ),
        ),
        migrations.AddConstraint(
            model_name="identityproof",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ("waiting", "verified", "rejected"))),
                name="knowing_proof_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="part",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("file", "subject", "role"),
                name="knowing_part_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="part",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ("director", "controller", "owner"))),
                name="knowing_part_role",
            ),
        ),
        KeepShopsApart("compliance_knowing_businessfile"),
        KeepShopsApart("compliance_knowing_part"),
        KeepShopsApart("compliance_knowing_holding"),
        KeepShopsApart("compliance_knowing_identityproof"),
        KeepShopsApart("compliance_knowing_shoplevel"),
        KeepShopsApart("compliance_knowing_takeninvoice"),
        KeepShopsApart("compliance_knowing_takenday"),
        migrations.RunSQL(HOUSE_ONLY, UNDO),
    ]
