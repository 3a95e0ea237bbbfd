"""A shop's payouts by the number that stands before their asset."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.expressions import RawSQL

import gateway.money.fields


class Migration(migrations.Migration):
    atomic = False  # the table is written to while its index is built

    dependencies = [("settlement", "0012_found_by_transaction")]

    operations = [
        AddIndexConcurrently(
            model_name="payout",
            index=models.Index(
                models.F("shop_id"),
                RawSQL(
                    "round(units * 10::numeric ^ (30 - decimals))",
                    (),
                    gateway.money.fields.UnitsField(),
                ),
                models.F("id"),
                name="payout_by_number",
            ),
        ),
    ]
