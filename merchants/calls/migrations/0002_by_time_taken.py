"""The slowest calls of a shop, without reading all of them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("calls", "0001_calls")]

    operations = [
        # Not concurrently: the table is partitioned.
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                fields=["shop_id", "milliseconds", "id"], name="calls_by_time_taken"
            ),
        ),
    ]
