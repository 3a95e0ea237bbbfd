"""Finding out who asks sets what their session may see."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__)
UNDO = """
DROP FUNCTION accounts_shops_of(uuid);
DROP FUNCTION accounts_roles_of(uuid, uuid);
DROP FUNCTION accounts_house_member(uuid, text[]);
DROP FUNCTION accounts_member(uuid, uuid, text[]);
DROP FUNCTION accounts_caller(bytea, timestamptz);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_operator_role"), ("tenancy", "0001_scope")]

    operations = [
        migrations.RunSQL(HERE.with_name("0003_scopes.sql").read_text(encoding="utf-8"), UNDO),
    ]
