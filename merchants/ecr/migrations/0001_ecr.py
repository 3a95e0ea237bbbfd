"""Cash registers at tills, and the sales that they asked for."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import gateway.events.ids
import gateway.money.fields
from gateway.tenancy.operations import KeepShopsApart


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0003_scopes"),
        ("tenancy", "0001_scope"),
        ("tills", "0001_tills"),
    ]

    operations = [
        migrations.CreateModel(
            name="Register",
            fields=[
                (
                    "key",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="accounts.apikey",
                    ),
                ),
                ("shop_id", models.UUIDField()),
                ("made_by", models.UUIDField(help_text="a person")),
                ("made_at", models.DateTimeField()),
                (
                    "till",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="registers",
                        to="tills.till",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["shop_id", "till"], name="register_of_till")],
            },
        ),
        migrations.CreateModel(
            name="EcrSale",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("shop_id", models.UUIDField()),
                ("number", models.TextField(help_text="the register's")),
                ("invoice_id", models.UUIDField(unique=True)),
                ("currency", models.TextField(help_text="ISO 4217")),
                ("units", gateway.money.fields.UnitsField(help_text="minor units asked for")),
                ("made_by", models.UUIDField(help_text="the API key")),
                ("made_at", models.DateTimeField()),
                (
                    "till",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tills.till",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["till", "-id"], name="ecr_sale_of_till")],
                "constraints": [
                    models.UniqueConstraint(fields=("till", "number"), name="ecr_sale_number_once"),
                    models.CheckConstraint(condition=Q(("units__gt", 0)), name="ecr_sale_of_money"),
                    models.CheckConstraint(
                        condition=Q(("number__regex", "^[A-Za-z0-9._-]{1,40}$")),
                        name="ecr_sale_number_shape",
                    ),
                ],
            },
        ),
        KeepShopsApart("ecr_register"),
        KeepShopsApart("ecr_ecrsale"),
    ]
