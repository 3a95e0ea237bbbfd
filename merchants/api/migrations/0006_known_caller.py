"""A program that calls again is not read again unless its key or its shop has changed."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__)
UNDO = (
    "DROP FUNCTION api_caller(bytea, timestamptz, text, bigint, timestamptz);\n"
    + HERE.with_name("0003_caller.sql").read_text(encoding="utf-8")
)


class Migration(migrations.Migration):
    dependencies = [("api", "0005_keep")]

    operations = [
        migrations.RunSQL(
            HERE.with_name("0006_known_caller.sql").read_text(encoding="utf-8"), UNDO
        ),
    ]
