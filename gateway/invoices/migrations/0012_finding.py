"""What a shop's search asks of its invoices, by the indexes made for it."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
BACK = """
DROP FUNCTION invoices_of_number(uuid, text, integer);
DROP FUNCTION invoices_of_amount(uuid, text, numeric[], integer);
DROP FUNCTION invoices_paid_with(uuid, text[], numeric[], integer);
"""


class Migration(migrations.Migration):
    dependencies = [("invoices", "0011_found_at_once"), ("tenancy", "0001_scope")]

    operations = [migrations.RunSQL(SQL, BACK)]
