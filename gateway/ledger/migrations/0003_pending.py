"""Entries in two phases: pending, then posted, voided or expired, once."""

from pathlib import Path
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

import gateway.money.fields

_HERE = Path(__file__).parent
PENDING = (_HERE / "0003_pending.sql").read_text()
_SLOTS = (_HERE / "0002_shop_slots.sql").read_text()
UNDO = """
DROP FUNCTION ledger_resolve(text, text, jsonb, timestamptz, boolean);
DROP FUNCTION ledger_pend(text, text, uuid, jsonb, bytea, timestamptz, timestamptz, text[], text[],
                          numeric[]);
DROP TABLE ledger_resolution, ledger_pending_open, ledger_set_aside, ledger_pending;
DROP FUNCTION ledger_resolution_fits();
DROP FUNCTION ledger_pending_balances();
ALTER TABLE ledger_shop_balance DROP COLUMN set_aside;
""" + _SLOTS[_SLOTS.index("CREATE OR REPLACE FUNCTION ledger_move_balance(") :]
_STATE: dict[str, Any] = {"managed": False}


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_shop_slots")]

    operations = [
        migrations.RunSQL(PENDING, UNDO),
        migrations.CreateModel(
            name="Pending",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("key", models.TextField(unique=True)),
                ("kind", models.TextField()),
                ("shop_id", models.UUIDField(null=True)),
                ("payload_hash", models.BinaryField()),
                ("refs", models.JSONField()),
                ("happened_at", models.DateTimeField(help_text="as the verb was told")),
                ("booked_at", models.DateTimeField(help_text="by the database's clock")),
                ("expires_at", models.DateTimeField()),
            ],
            options={"db_table": "ledger_pending", **_STATE},
        ),
        migrations.CreateModel(
            name="Resolution",
            fields=[
                (
                    "pending",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        serialize=False,
                        to="ledger.pending",
                    ),
                ),
                ("outcome", models.TextField()),
                (
                    "entry",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="ledger.entry",
                    ),
                ),
                ("refs", models.JSONField()),
                ("happened_at", models.DateTimeField(help_text="as the verb was told")),
                ("booked_at", models.DateTimeField(help_text="by the database's clock")),
            ],
            options={"db_table": "ledger_resolution", **_STATE},
        ),
        migrations.AddField(
            model_name="shopbalance",
            name="set_aside",
            field=gateway.money.fields.UnitsField(
                default=0, help_text="of what is available, what pending entries keep"
            ),
        ),
    ]
