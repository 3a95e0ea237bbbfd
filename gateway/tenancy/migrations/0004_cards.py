"""Card payments and on-ramp sessions: seen and written in their shop's scope."""

from django.db import migrations

from gateway.tenancy.operations import KeepShopsApart


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0003_rooms_since"), ("cards", "0002_onramp")]

    operations = [
        KeepShopsApart("cards_cardtender"),
        KeepShopsApart("cards_carddispute", column="tender_id", through=("cards_cardtender", "id")),
        KeepShopsApart("cards_onrampsession"),
    ]
