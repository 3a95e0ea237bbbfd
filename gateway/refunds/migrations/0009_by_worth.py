"""A shop's refunds by what they were worth; what nobody could value counts as none."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.expressions import RawSQL

import gateway.money.fields


class Migration(migrations.Migration):
    atomic = False  # the table is written to while its index is built

    dependencies = [("refunds", "0008_found_by_transaction")]

    operations = [
        AddIndexConcurrently(
            model_name="refund",
            index=models.Index(
                models.F("shop_id"),
                RawSQL("coalesce(worth_units, 0)", (), gateway.money.fields.UnitsField()),
                models.F("id"),
                name="refund_by_worth",
            ),
        ),
    ]
