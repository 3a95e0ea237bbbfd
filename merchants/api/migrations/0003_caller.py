"""Who asks, what was answered to their key, and what their session may see, found in one go."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__)


class Migration(migrations.Migration):
    dependencies = [("api", "0002_answer"), ("accounts", "0003_scopes")]

    operations = [
        migrations.RunSQL(
            HERE.with_name("0003_caller.sql").read_text(encoding="utf-8"),
            "DROP FUNCTION api_caller(bytea, timestamptz, text);",
        ),
    ]
