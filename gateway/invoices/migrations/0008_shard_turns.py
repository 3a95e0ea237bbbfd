"""Turns by which the threads of all web processes take shards of their own."""

from django.db import migrations

TURNS = "CREATE SEQUENCE invoices_shard_turn CYCLE"


class Migration(migrations.Migration):
    dependencies = [("invoices", "0007_cards")]

    operations = [migrations.RunSQL(TURNS, "DROP SEQUENCE invoices_shard_turn")]
