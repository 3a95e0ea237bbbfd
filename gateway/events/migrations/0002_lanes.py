"""Lanes and turns: one lane's backlog waits behind everybody else's next item, not before it."""

from pathlib import Path

from django.db import migrations, models

HERE = Path(__file__)


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]

    operations = [
        migrations.RunSQL(
            HERE.with_name("0002_lanes.sql").read_text(encoding="utf-8"),
            HERE.with_name("0002_lanes_undo.sql").read_text(encoding="utf-8"),
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddField("OutboxItem", "lane", models.TextField()),
                migrations.AddField("OutboxItem", "turn", models.BigIntegerField()),
                migrations.AddField("OutboxItem", "parked", models.BooleanField(default=False)),
            ]
        ),
    ]
