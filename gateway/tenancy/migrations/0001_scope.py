"""What a session may see, and how functions that work as the owner ask for it."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__)
UNDO = """
DROP FUNCTION tillway_must_see(uuid);
DROP FUNCTION tillway_house();
DROP FUNCTION tillway_shop();
"""


class Migration(migrations.Migration):
    dependencies = []

    operations = [
        migrations.RunSQL(HERE.with_name("0001_scope.sql").read_text(encoding="utf-8"), UNDO),
    ]
