"""Reports read a shop's payments by when they were credited, or taken back."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # payments go on while the indexes are built

    dependencies = [("invoices", "0004_scopes")]

    operations = [
        AddIndexConcurrently(
            model_name="payment",
            index=models.Index(fields=["shop_id", "applied_at"], name="payment_of_shop_by_time"),
        ),
        AddIndexConcurrently(
            model_name="payment",
            index=models.Index(
                fields=["shop_id", "reversed_at"],
                name="payment_taken_back",
                condition=models.Q(("reversed_at__isnull", False)),
            ),
        ),
    ]
