from django.db import migrations, models

import gateway.events.ids
import gateway.money.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="AccountGas",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("chain_id", models.BigIntegerField()),
                ("account", models.BinaryField(max_length=20)),
                ("balance_units", gateway.money.fields.UnitsField(help_text="wei")),
                ("low_since", models.DateTimeField(null=True)),
                ("looked_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("chain_id", "account"), name="account_gas_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="GasRefill",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("chain_id", models.BigIntegerField()),
                ("account", models.BinaryField(help_text="that is filled", max_length=20)),
                ("kind", models.TextField()),
                ("asset", models.TextField(help_text="code of what it is taken from")),
                ("native", models.TextField(help_text="code of the coin")),
                ("units", gateway.money.fields.UnitsField(help_text="wei")),
                ("status", models.TextField(default="queued")),
                ("transaction_id", models.UUIDField(unique=True)),
                ("fee_units", gateway.money.fields.UnitsField(default=0, help_text="wei of gas")),
                ("failure_code", models.TextField(default="")),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("unwrap", "transfer"))),
                        name="gas_refill_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ("queued", "done", "failed"))),
                        name="gas_refill_status",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("units__gt", 0)), name="gas_refill_positive"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "queued")),
                        fields=("chain_id", "account"),
                        name="gas_refill_one_under_way",
                    ),
                ],
            },
        ),
    ]
