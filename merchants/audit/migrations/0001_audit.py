"""The audit log: added to, never changed, and deleted only once it is old enough."""

from pathlib import Path

from django.db import migrations, models

import gateway.events.ids
from gateway.tenancy.operations import KeepShopsApart

SQL = Path(__file__).with_suffix(".sql")
UNDO = """
DROP TRIGGER record_keep ON audit_record;
DROP FUNCTION audit_refuse_change();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [("tenancy", "0001_scope")]

    operations = [
        migrations.CreateModel(
            name="Record",
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
                ("shop_id", models.UUIDField(help_text="null: the house's own", null=True)),
                ("at", models.DateTimeField()),
                ("act", models.TextField(help_text="of ACTS")),
                (
                    "who",
                    models.TextField(help_text='"user:<id>", "key:<id>", "till:<id>", "house"'),
                ),
                (
                    "subject",
                    models.TextField(blank=True, help_text='what it is about: "key:<id>"'),
                ),
                (
                    "detail",
                    models.JSONField(default=dict, help_text="what changed; never a secret"),
                ),
                ("network", models.TextField(blank=True, help_text="the prefix it came from")),
                ("request_id", models.TextField(blank=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["shop_id", "-id"], name="audit_by_shop"),
                    models.Index(fields=["shop_id", "who", "-id"], name="audit_by_person"),
                    models.Index(fields=["at"], name="audit_by_time"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("act", ""), _negated=True),
                            models.Q(("who", ""), _negated=True),
                        ),
                        name="audit_says_who_what",
                    )
                ],
            },
        ),
        KeepShopsApart("audit_record"),
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), UNDO),
    ]
