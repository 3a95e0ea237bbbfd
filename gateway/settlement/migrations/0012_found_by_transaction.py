"""A shop finds its payouts by their transaction, and by where they went."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the tables are written to while their indexes are built

    dependencies = [("settlement", "0011_travel_reasons")]

    operations = [
        AddIndexConcurrently(
            model_name="payout",
            index=models.Index(
                condition=models.Q(("tx_hash__isnull", False)),
                fields=["shop_id", "tx_hash", "id"],
                name="payout_in_transaction",
            ),
        ),
        AddIndexConcurrently(
            model_name="payout",
            index=models.Index(
                condition=models.Q(("destination__isnull", False)),
                fields=["shop_id", "destination", "id"],
                name="payout_to_address",
            ),
        ),
    ]
