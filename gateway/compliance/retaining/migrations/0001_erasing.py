"""What was erased, and what each day's sweep found."""

from django.db import migrations, models

import gateway.events.ids
from gateway.tenancy.operations import KeepForHouse

GUARD = """
CREATE FUNCTION compliance_retaining_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was erased stays written down: % is refused', TG_OP
        USING ERRCODE = 'TL005';
END
$$;
CREATE TRIGGER erasure_keep BEFORE UPDATE OR DELETE ON compliance_retaining_erasure
    FOR EACH ROW EXECUTE FUNCTION compliance_retaining_refuse_change();
"""
UNDO = """
DROP TRIGGER erasure_keep ON compliance_retaining_erasure;
DROP FUNCTION compliance_retaining_refuse_change();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Erasure",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("about", models.TextField(help_text="case:<id>, report:<id>, subject:<id> …")),
                ("term", models.TextField(help_text="the class of the schedule it was kept by")),
                ("schedule", models.TextField(help_text="the version that was in force")),
                ("kept_until", models.DateTimeField()),
                ("erased_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["-erased_at"], name="compliance_erasure_newest")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("about", "kept_until"), name="compliance_erasure_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("erased_at__gte", models.F("kept_until"))),
                        name="compliance_erasure_after_its_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Sweep",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("schedule", models.TextField()),
                ("erased", models.PositiveIntegerField()),
                ("held", models.PositiveIntegerField()),
                ("coming", models.PositiveIntegerField(help_text="due within 90 days")),
                ("report", models.JSONField(help_text="of each, by ids: about, term, until")),
                ("swept_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["-swept_at"], name="compliance_sweep_newest")],
            },
        ),
        KeepForHouse("compliance_retaining_erasure"),
        KeepForHouse("compliance_retaining_sweep"),
        migrations.RunSQL(GUARD, UNDO),
    ]
