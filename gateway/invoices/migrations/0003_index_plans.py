"""Issuing goes by index, whatever was planned while there were few invoices (decision 0007)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("invoices", "0002_issue")]

    operations = [
        migrations.RunSQL(
            "ALTER FUNCTION invoices_issue(jsonb, text) SET enable_seqscan = off",
            "ALTER FUNCTION invoices_issue(jsonb, text) RESET enable_seqscan",
        ),
    ]
