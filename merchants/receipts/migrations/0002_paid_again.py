"""A sale that its chain took back and that is paid again has another receipt."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("receipts", "0001_receipts")]

    operations = [
        migrations.AddField(
            model_name="document",
            name="times",
            field=models.PositiveSmallIntegerField(
                default=1,
                help_text="a sale that was taken back and paid again: which receipt of it",
            ),
        ),
        migrations.RemoveConstraint(model_name="document", name="receipt_source_once"),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                fields=("shop_id", "source", "times"), name="receipt_source_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("times__gte", 1),
                    models.Q(("kind", "receipt"), ("times", 1), _connector="OR"),
                ),
                name="receipt_alone_comes_again",
            ),
        ),
    ]
