"""A shop's notices are seen in its scope, the house's by the house."""

from django.db import migrations

from gateway.tenancy.operations import KeepShopsApart


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_notices"), ("tenancy", "0001_scope")]

    operations = [
        KeepShopsApart("notices_notice"),
        KeepShopsApart("notices_letter", column="notice_id", through=("notices_notice", "id")),
    ]
