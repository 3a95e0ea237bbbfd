"""Where shoppers of live invoices are, by all that speaks for a place."""

from django.db import migrations, models
from django.db.models import Q

import gateway.events.ids
from gateway.tenancy.operations import KeepShopsApart


class Migration(migrations.Migration):
    dependencies = [
        ("compliance_knowing", "0005_legal_holds"),
    ]

    operations = [
        migrations.CreateModel(
            name="ShopperPlace",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("invoice_id", models.UUIDField()),
                ("shop_id", models.UUIDField()),
                ("source", models.TextField(help_text="proxy, card, said")),
                ("country", models.TextField(help_text="ISO 3166-1")),
                ("region", models.TextField(default="", help_text="ISO 3166-2")),
                ("standing", models.TextField(help_text="by the rules of then")),
                ("rules", models.TextField(help_text="their version")),
                ("noted_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("invoice_id", "source", "country", "region"),
                        name="knowing_shopper_place_once",
                    ),
                    models.CheckConstraint(
                        condition=Q(source__in=("proxy", "card", "said"))
                        & Q(standing__in=("unknown", "allowed", "high_risk", "prohibited"))
                        & ~Q(country=""),
                        name="knowing_shopper_place_known",
                    ),
                ],
                "indexes": [models.Index(fields=["noted_at"], name="knowing_shopper_place_old")],
            },
        ),
        KeepShopsApart("compliance_knowing_shopperplace"),
    ]
