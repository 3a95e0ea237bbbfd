"""The sum of an invoice's refunds is never more than was paid, whoever asks at the same time."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_suffix(".sql").read_text()

UNDO = """
DROP TRIGGER refunds_never_more_than_was_paid ON refunds_refund;
DROP FUNCTION refunds_never_more_than_was_paid();
"""


class Migration(migrations.Migration):
    dependencies = [("refunds", "0001_refund"), ("invoices", "0006_refunds_beside")]

    operations = [migrations.RunSQL(SQL, UNDO)]
