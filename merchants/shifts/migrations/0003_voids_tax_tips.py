"""Sales that were voided, and the tax and the tip that is in a ticket's cash."""

import django.db.models.deletion
from django.db import migrations, models

import gateway.events.ids
import gateway.money.fields
from gateway.tenancy.operations import KeepShopsApart

# Into a closed shift comes nothing more, and what was put into one stays as it is: the guards of
# takings (guards.sql), which name no column of theirs.
GUARDS = """
CREATE TRIGGER voided_in_time BEFORE INSERT OR UPDATE ON shifts_voided
    FOR EACH ROW EXECUTE FUNCTION shifts_open_only();
CREATE TRIGGER voided_guard BEFORE UPDATE OR DELETE ON shifts_voided
    FOR EACH ROW EXECUTE FUNCTION shifts_taking_guard();
"""
UNDO = """
DROP TRIGGER voided_guard ON shifts_voided;
DROP TRIGGER voided_in_time ON shifts_voided;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("shifts", "0002_cash_by_time"),
        ("tenancy", "0001_scope"),
        ("tills", "0001_tills"),
    ]

    operations = [
        migrations.AddField(
            model_name="cashmove",
            name="tax_units",
            field=gateway.money.fields.UnitsField(
                db_default=0, default=0, help_text="of it, where it paid a ticket"
            ),
        ),
        migrations.AddField(
            model_name="cashmove",
            name="tip_units",
            field=gateway.money.fields.UnitsField(
                db_default=0, default=0, help_text="of it, where it paid a ticket"
            ),
        ),
        migrations.CreateModel(
            name="Voided",
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
                    "source",
                    models.CharField(
                        help_text="what was called off, once", max_length=80, unique=True
                    ),
                ),
                ("currency", models.TextField(help_text="ISO 4217")),
                (
                    "units",
                    gateway.money.fields.UnitsField(help_text="minor units that it came to"),
                ),
                ("at", models.DateTimeField()),
                (
                    "shift",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="voids",
                        to="shifts.shift",
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
                    models.Index(
                        condition=models.Q(("shift__isnull", True)),
                        fields=["till"],
                        name="voided_in_no_shift_yet",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("units__gte", 0)), name="voided_came_to_no_less"
                    )
                ],
            },
        ),
        KeepShopsApart("shifts_voided"),
        migrations.RunSQL(GUARDS, UNDO),
    ]
