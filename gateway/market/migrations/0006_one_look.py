"""An invoice's locks are counted after one look at its shard's rooms instead of two."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__)
BEFORE = HERE.with_name("0005_lockroom.sql").read_text(encoding="utf-8")
FITTING = BEFORE[BEFORE.index("-- How many of these assets") : BEFORE.index("-- Takes it from")]
TAKE = BEFORE[BEFORE.index("CREATE FUNCTION market_exposure_take") :]
UNDO = FITTING + TAKE.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)


class Migration(migrations.Migration):
    dependencies = [("market", "0005_lockroom")]

    operations = [
        migrations.RunSQL(HERE.with_name("0006_one_look.sql").read_text(encoding="utf-8"), UNDO),
    ]
