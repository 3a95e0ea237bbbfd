"""What was given back in cash counts against what was sold for it, by when."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the tables are written to while their indexes are built

    dependencies = [("shifts", "0003_voids_tax_tips")]

    operations = [
        AddIndexConcurrently(
            model_name="cashmove",
            index=models.Index(
                condition=models.Q(("kind__in", ("sale", "refund"))),
                fields=["shop_id", "made_at"],
                name="cash_move_takings_by_time",
            ),
        ),
        RemoveIndexConcurrently(model_name="cashmove", name="cash_move_sales_by_time"),
    ]
