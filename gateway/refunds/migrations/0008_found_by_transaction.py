"""A shop finds its refunds by their transaction, and by where they went."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the tables are written to while their indexes are built

    dependencies = [("refunds", "0007_undeployed_wallets")]

    operations = [
        AddIndexConcurrently(
            model_name="refund",
            index=models.Index(
                condition=models.Q(("tx_hash__isnull", False)),
                fields=["shop_id", "tx_hash", "id"],
                name="refund_in_transaction",
            ),
        ),
        AddIndexConcurrently(
            model_name="refund",
            index=models.Index(
                condition=models.Q(("destination__isnull", False)),
                fields=["shop_id", "destination", "id"],
                name="refund_to_address",
            ),
        ),
    ]
