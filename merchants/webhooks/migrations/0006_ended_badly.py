"""An endpoint's deliveries that failed or were cancelled, without reading all that arrived."""

from django.db import migrations, models

from gateway.tenancy.partitioned import AddIndexByPartition


class Migration(migrations.Migration):
    atomic = False  # deliveries go on while the index is built

    dependencies = [("webhooks", "0005_replay_index")]

    operations = [
        AddIndexByPartition(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state__in", ("failed", "cancelled"))),
                fields=["endpoint_id", "state", "event_id"],
                name="webhooks_delivery_ended_badly",
            ),
        ),
    ]
