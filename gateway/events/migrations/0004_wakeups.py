"""No NOTIFY: it makes the transactions of a whole cluster commit one after the other."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__)


class Migration(migrations.Migration):
    dependencies = [("events", "0003_index_plans")]

    operations = [
        migrations.RunSQL(
            HERE.with_name("0004_wakeups.sql").read_text(encoding="utf-8"),
            HERE.with_name("0004_wakeups_undo.sql").read_text(encoding="utf-8"),
        ),
    ]
