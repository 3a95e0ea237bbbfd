"""A shopper's claim link opens its shop."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("refunds", "0002_never_more"), ("tenancy", "0001_scope")]

    operations = [migrations.RunSQL(SQL, "DROP FUNCTION refunds_open(bytea);")]
