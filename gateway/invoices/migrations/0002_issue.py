"""An invoice is issued by one statement: screening, caps, invoice, address, exposure and event."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("0002_issue.sql").read_text()

UNDO = """
DROP FUNCTION invoices_issue(jsonb, text);
DROP FUNCTION invoices_shop_exposure_add(uuid, numeric, timestamptz, integer);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("invoices", "0001_initial"),
        ("events", "0001_initial"),
        ("chains", "0001_initial"),
        ("compliance", "0002_feed_state"),
        ("market", "0002_exposure"),
    ]

    operations = [migrations.RunSQL(SQL, UNDO)]
