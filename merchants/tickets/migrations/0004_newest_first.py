"""Tickets, newest first: programs list them."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the table is written to while its index is built

    dependencies = [("tickets", "0003_tax_and_tip_within")]

    operations = [
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(fields=["shop_id", "-opened_at", "-id"], name="ticket_newest"),
        ),
    ]
