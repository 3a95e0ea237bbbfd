"""A shop finds its invoices by number, by amount, and those that are open."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Cast, Collate, Reverse, Right


class Migration(migrations.Migration):
    atomic = False  # the tables are written to while their indexes are built

    dependencies = [("invoices", "0010_alongside")]

    operations = [
        AddIndexConcurrently(
            model_name="invoice",
            index=models.Index(
                models.F("shop_id"),
                Collate(Reverse(Right(Cast("id", models.TextField()), 12)), "C"),
                name="invoice_of_number",
            ),
        ),
        AddIndexConcurrently(
            model_name="invoice",
            index=models.Index(fields=["shop_id", "amount_units", "id"], name="invoice_of_amount"),
        ),
        AddIndexConcurrently(
            model_name="invoice",
            index=models.Index(
                condition=models.Q(("status__in", ("waiting", "partial", "processing"))),
                fields=["shop_id", "id"],
                name="invoice_open_of_shop",
            ),
        ),
        AddIndexConcurrently(
            model_name="payment",
            index=models.Index(fields=["shop_id", "token_units"], name="payment_of_amount"),
        ),
    ]
