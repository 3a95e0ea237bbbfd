"""A shop's customers by their first visit."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the table is written to while its index is built

    dependencies = [("customers", "0001_customers")]

    operations = [
        AddIndexConcurrently(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("forgotten_at__isnull", True)),
                fields=["shop_id", "first_at", "id"],
                name="customer_by_first_visit",
            ),
        ),
    ]
