"""Refunds to cards: seen and written in their shop's scope."""

from django.db import migrations

from gateway.tenancy.operations import KeepShopsApart


class Migration(migrations.Migration):
    dependencies = [
        ("tenancy", "0005_card_readers"),
        ("card_refunds", "0001_card_refunds"),
    ]

    operations = [KeepShopsApart("card_refunds_cardrefund")]
