"""Issuing takes each token's lock from what its cap leaves, in the same statement."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__)
DROP = "DROP FUNCTION invoices_issue(jsonb, text, boolean);"
DROP_BEFORE = "DROP FUNCTION invoices_issue(jsonb, text);"
ISSUE = HERE.with_name("0003_lock_caps.sql").read_text()
# Of the file before, the part from the function on.
ISSUE_BEFORE = HERE.with_name("0002_issue.sql").read_text()
ISSUE_BEFORE = ISSUE_BEFORE[ISSUE_BEFORE.index("CREATE FUNCTION invoices_issue(") :]


class Migration(migrations.Migration):
    dependencies = [("invoices", "0002_issue"), ("market", "0005_lockroom")]

    operations = [migrations.RunSQL([DROP_BEFORE, ISSUE], [DROP, ISSUE_BEFORE])]
