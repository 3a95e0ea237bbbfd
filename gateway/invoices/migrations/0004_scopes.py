"""A shopper's link opens its shop; an invoice is issued as the owner of the tables."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__)
ISSUE_BEFORE = HERE.with_name("0003_lock_caps.sql").read_text(encoding="utf-8")
ISSUE_BEFORE = ISSUE_BEFORE[ISSUE_BEFORE.index("CREATE FUNCTION invoices_issue(") :]
UNDO = """
DROP FUNCTION invoices_shop_of(uuid);
DROP FUNCTION invoices_open(uuid);
""" + ISSUE_BEFORE.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)


class Migration(migrations.Migration):
    dependencies = [("invoices", "0003_lock_caps"), ("tenancy", "0001_scope")]

    operations = [
        migrations.RunSQL(HERE.with_name("0004_scopes.sql").read_text(encoding="utf-8"), UNDO),
    ]
