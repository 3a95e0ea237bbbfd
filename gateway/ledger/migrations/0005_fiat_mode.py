"""Of which mode the fiat money in these books is: for good, once there is some."""

from typing import Any

from django.conf import settings
from django.db import migrations, models

TABLE = """
CREATE TABLE ledger_fiatmode (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    mode text NOT NULL CHECK (mode IN ('test', 'live')),
    held_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE FUNCTION ledger_fiatmode_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM ledger_account WHERE position('@' IN asset) = 0) THEN
        RAISE EXCEPTION 'the mode of the fiat money in these books stays';
    END IF;
    RETURN OLD;
END
$$;
CREATE TRIGGER ledger_fiatmode_stays BEFORE UPDATE OR DELETE ON ledger_fiatmode
    FOR EACH ROW EXECUTE FUNCTION ledger_fiatmode_stays();
"""
UNDO = "DROP TABLE ledger_fiatmode; DROP FUNCTION ledger_fiatmode_stays();"
KNOWN = """
INSERT INTO ledger_fiatmode (mode)
SELECT %s WHERE EXISTS (SELECT 1 FROM ledger_account WHERE position('@' IN asset) = 0)
"""


def hold_what_there_is(_apps: Any, schema_editor: Any) -> None:
    """Books that have fiat money already have that of the mode that they were kept in until now."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(KNOWN, ["live" if settings.LIVE_MODE else "test"])


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_periods")]

    operations = [
        migrations.RunSQL(TABLE, UNDO),
        migrations.RunPython(hold_what_there_is, migrations.RunPython.noop),
        migrations.CreateModel(
            name="FiatMode",
            fields=[
                ("one", models.BooleanField(default=True, primary_key=True, serialize=False)),
                ("mode", models.TextField()),
                ("held_at", models.DateTimeField(help_text="by the database's clock")),
            ],
            options={"db_table": "ledger_fiatmode", "managed": False},
        ),
    ]
