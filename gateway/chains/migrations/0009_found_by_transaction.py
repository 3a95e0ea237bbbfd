"""A shop finds deposits by their transaction, and by who sent them."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the tables are written to while their indexes are built

    dependencies = [("chains", "0008_refused_tokens")]

    operations = [
        AddIndexConcurrently(
            model_name="deposit",
            index=models.Index(fields=["shop_id", "tx_hash", "id"], name="deposit_in_transaction"),
        ),
        AddIndexConcurrently(
            model_name="deposit",
            index=models.Index(fields=["shop_id", "sender", "id"], name="deposit_from_payer"),
        ),
    ]
