"""What was answered to a key is found by index, whatever was planned while nothing was."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__)


class Migration(migrations.Migration):
    dependencies = [("api", "0001_initial")]

    operations = [
        migrations.RunSQL(
            HERE.with_name("0002_answer.sql").read_text(encoding="utf-8"),
            "DROP FUNCTION api_answer(uuid, text);",
        ),
    ]
