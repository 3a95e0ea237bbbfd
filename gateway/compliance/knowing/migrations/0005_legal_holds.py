"""Legal holds on more than subjects, lifted by two people."""

from pathlib import Path

from django.db import migrations, models
from django.db.models import F, Q

GUARDS = Path(__file__).with_name("0005_legal_holds.sql").read_text(encoding="utf-8")
UNDO = """
DROP TRIGGER compliance_sealed_key_kept ON compliance_sealed_sealingkey;
DROP FUNCTION compliance_sealed_key_kept();
"""
ONE_BEFORE = (
    Path(__file__)
    .with_name("0001_legal_hold.sql")
    .read_text(encoding="utf-8")
    .partition("CREATE TRIGGER")[0]
    .replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
)
ABOUT = r"^(subject|case|alert|report):[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
NAME = "UPDATE compliance_knowing_legalhold SET about = 'subject:' || subject_id"
LIFTED_BY_TWO = """
UPDATE compliance_knowing_legalhold
   SET lift_asked_by = lifted_by || ' (before two were asked)', lift_asked_at = lifted_at,
       lift_reason = 'lifted before a reason was asked'
 WHERE lifted_at IS NOT NULL
"""
UNNAME = """
DELETE FROM compliance_knowing_legalhold WHERE about NOT LIKE 'subject:%%';
UPDATE compliance_knowing_legalhold SET subject_id = split_part(about, ':', 2)::uuid
"""


class Migration(migrations.Migration):
    dependencies = [
        ("compliance_knowing", "0004_shop_places"),
        ("compliance_sealed", "0001_keys"),
    ]

    operations = [
        migrations.RemoveIndex("legalhold", "knowing_hold_open"),
        migrations.AddField(
            "legalhold",
            "about",
            models.TextField(
                default="", help_text="subject:<id>, case:<id>, alert:<id>, report:<id>"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "legalhold",
            "lift_asked_by",
            models.TextField(default="", help_text="who says that it can be lifted"),
        ),
        migrations.AddField("legalhold", "lift_asked_at", models.DateTimeField(null=True)),
        migrations.AddField("legalhold", "lift_reason", models.TextField(default="")),
        migrations.AlterField(
            "legalhold", "lifted_by", models.TextField(default="", help_text="who agreed")
        ),
        migrations.AlterField("legalhold", "subject_id", models.UUIDField(null=True)),
        migrations.RunSQL(NAME, UNNAME),
        migrations.RunSQL(LIFTED_BY_TWO, migrations.RunSQL.noop),
        migrations.RunSQL(GUARDS, UNDO + ONE_BEFORE),
        migrations.RemoveField("legalhold", "subject_id"),
        migrations.AddConstraint(
            "legalhold",
            models.CheckConstraint(
                condition=Q(lift_asked_at__isnull=True, lift_asked_by="", lift_reason="")
                | (
                    Q(lift_asked_at__gte=F("placed_at")) & ~Q(lift_asked_by="") & ~Q(lift_reason="")
                ),
                name="knowing_hold_lift_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            "legalhold",
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True)
                | (Q(lift_asked_at__isnull=False) & ~Q(lifted_by=F("lift_asked_by"))),
                name="knowing_hold_lifted_by_two",
            ),
        ),
        migrations.AddConstraint(
            "legalhold",
            models.CheckConstraint(
                condition=Q(about__regex=ABOUT), name="knowing_hold_on_something"
            ),
        ),
        migrations.AddIndex(
            "legalhold",
            models.Index(
                fields=["about"], name="knowing_hold_open", condition=Q(lifted_at__isnull=True)
            ),
        ),
    ]
