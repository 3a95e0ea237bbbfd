"""A sale that its chain took back and that is paid again has another receipt.

Papers are given while this goes on, by the version before too, which writes the first of a sale.
"""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

from gateway.tenancy.operations import LOCK_TIMEOUT

# Papers are given all the time: rather begin again than have everybody wait behind us.
NOT_FOR_LONG = f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"


class Migration(migrations.Migration):
    dependencies = [("receipts", "0001_receipts"), ("tenancy", "0001_scope")]

    operations = [
        migrations.RunSQL(NOT_FOR_LONG, migrations.RunSQL.noop),
        migrations.AddField(
            model_name="document",
            name="times",
            field=models.PositiveSmallIntegerField(
                db_default=1,
                default=1,
                help_text="a sale that was taken back and paid again: which receipt of it",
            ),
        ),
        AddConstraintNotValid(  # 0003 looks at what is there already
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("times__gte", 1),
                    models.Q(("kind", "receipt"), ("times", 1), _connector="OR"),
                ),
                name="receipt_alone_comes_again",
            ),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, NOT_FOR_LONG),  # the first on the way back
    ]
