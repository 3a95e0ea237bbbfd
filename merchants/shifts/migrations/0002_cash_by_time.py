"""What was sold for cash, by when: a shop compares its hours."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the tables are written to while their indexes are built

    dependencies = [("shifts", "0001_shifts")]

    operations = [
        AddIndexConcurrently(
            model_name="cashmove",
            index=models.Index(
                condition=models.Q(("kind", "sale")),
                fields=["shop_id", "made_at"],
                name="cash_move_sales_by_time",
            ),
        ),
    ]
