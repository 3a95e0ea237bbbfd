"""The slowest calls of a shop, without reading all of them. Calls go on while it is built."""

from django.db import migrations, models

from gateway.tenancy.partitioned import AddIndexByPartition


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("calls", "0001_calls")]

    operations = [
        AddIndexByPartition(
            model_name="call",
            index=models.Index(
                fields=["shop_id", "milliseconds", "id"], name="calls_by_time_taken"
            ),
        ),
    ]
