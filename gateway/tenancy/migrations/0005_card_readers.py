"""Card readers and where they stand: seen and written in their shop's scope."""

from django.db import migrations

from gateway.tenancy.operations import KeepShopsApart


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0004_cards"), ("cards", "0003_readers")]

    operations = [
        KeepShopsApart("cards_readerplace"),
        KeepShopsApart("cards_reader"),
    ]
