"""Subjects, their sealed fields and keys, and the holds that keep them."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import gateway.events.ids
from gateway.tenancy.operations import KeepShopsApart

HOLD = (Path(__file__).parent / "0001_legal_hold.sql").read_text()
UNDO = """
DROP TRIGGER compliance_knowing_key_kept ON compliance_knowing_subjectkey;
DROP FUNCTION compliance_knowing_key_kept();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [("tenancy", "0001_scope")]

    operations = [
        migrations.CreateModel(
            name="SealedField",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("shop_id", models.UUIDField()),
                ("name", models.TextField()),
                (
                    "version",
                    models.PositiveIntegerField(help_text="1, 2, 3 … per subject and field"),
                ),
                ("is_current", models.BooleanField(default=True)),
                ("box", models.BinaryField()),
                (
                    "digest",
                    models.BinaryField(
                        help_text="Blind index; null: not to be searched by",
                        max_length=32,
                        null=True,
                    ),
                ),
                ("sealed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Subject",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("shop_id", models.UUIDField()),
                ("kind", models.TextField()),
                ("created_at", models.DateTimeField()),
                (
                    "retain_until",
                    models.DateTimeField(
                        help_text="when its data is erased; null: while the shop has us know it",
                        null=True,
                    ),
                ),
                ("erased_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="LegalHold",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("subject_id", models.UUIDField()),
                ("reason", models.TextField()),
                ("placed_by", models.TextField()),
                ("placed_at", models.DateTimeField()),
                ("lifted_by", models.TextField(default="")),
                ("lifted_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("lifted_at__isnull", True)),
                        fields=["subject_id"],
                        name="knowing_hold_open",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lifted_at__isnull", True), ("lifted_by", "")),
                            models.Q(
                                ("lifted_at__gte", models.F("placed_at")),
                                models.Q(("lifted_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="knowing_hold_lifted_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", ""), _negated=True),
                            models.Q(("placed_by", ""), _negated=True),
                        ),
                        name="knowing_hold_has_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SubjectKey",
            fields=[
                (
                    "subject",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="key",
                        serialize=False,
                        to="compliance_knowing.subject",
                    ),
                ),
                ("shop_id", models.UUIDField()),
                ("kek_id", models.TextField(help_text="of the key-encryption key that wraps it")),
                ("box", models.BinaryField()),
            ],
        ),
        migrations.AddIndex(
            model_name="subject",
            index=models.Index(fields=["shop_id"], name="knowing_subject_of_shop"),
        ),
        migrations.AddIndex(
            model_name="subject",
            index=models.Index(
                condition=models.Q(("erased_at__isnull", True), ("retain_until__isnull", False)),
                fields=["retain_until"],
                name="knowing_subject_to_erase",
            ),
        ),
        migrations.AddConstraint(
            model_name="subject",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ("person", "company"))), name="knowing_subject_kind"
            ),
        ),
        migrations.AddField(
            model_name="sealedfield",
            name="subject",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="fields",
                to="compliance_knowing.subject",
            ),
        ),
        migrations.AddIndex(
            model_name="subjectkey",
            index=models.Index(fields=["kek_id"], name="knowing_key_by_kek"),
        ),
        migrations.AddIndex(
            model_name="sealedfield",
            index=models.Index(
                condition=models.Q(("digest__isnull", False), ("is_current", True)),
                fields=["digest"],
                name="knowing_field_by_digest",
            ),
        ),
        migrations.AddConstraint(
            model_name="sealedfield",
            constraint=models.UniqueConstraint(
                fields=("subject", "name", "version"), name="knowing_field_version_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="sealedfield",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_current", True)),
                fields=("subject", "name"),
                name="knowing_field_one_current",
            ),
        ),
        KeepShopsApart("compliance_knowing_subject"),
        KeepShopsApart("compliance_knowing_subjectkey"),
        KeepShopsApart("compliance_knowing_sealedfield"),
        migrations.RunSQL(HOLD, UNDO),
    ]
