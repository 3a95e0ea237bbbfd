"""Closed periods, and balances of old days."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

PERIODS = (Path(__file__).parent / "0004_periods.sql").read_text()
UNDO = """
DROP FUNCTION ledger_mark_day();
DROP TABLE ledger_mark, ledger_marked;
DROP INDEX ledger_entry_displaced;
DROP TRIGGER ledger_entry_period ON ledger_entry;
DROP FUNCTION ledger_period_is_open();
DROP TABLE ledger_period;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_pending")]

    operations = [
        migrations.RunSQL(PERIODS, UNDO),
        migrations.CreateModel(
            name="Period",
            fields=[
                ("name", models.TextField(primary_key=True, serialize=False)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("follows", models.DateTimeField(null=True)),
                (
                    "entry",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="ledger.entry",
                    ),
                ),
                ("closed_by", models.TextField()),
                ("reference", models.TextField()),
                ("closed_at", models.DateTimeField(help_text="by the database's clock")),
            ],
            options={"db_table": "ledger_period", "managed": False},
        ),
    ]
