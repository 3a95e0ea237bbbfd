"""What cards paid, by when: a shop compares its hours."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the tables are written to while their indexes are built

    dependencies = [("cards", "0005_what_is_coming")]

    operations = [
        AddIndexConcurrently(
            model_name="cardtender",
            index=models.Index(
                condition=models.Q(("paid_at__isnull", False)),
                fields=["shop_id", "paid_at"],
                name="card_tender_by_time",
            ),
        ),
    ]
