"""The journal, its triggers and its one writer, from journal.sql beside the models."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import gateway.money.fields

JOURNAL = (Path(__file__).parent / "0001_journal.sql").read_text()

UNDO = """
DROP FUNCTION ledger_take_snapshots();
DROP FUNCTION ledger_ensure_partitions(date, integer);
DROP FUNCTION ledger_reverse(text, text, timestamptz);
DROP FUNCTION ledger_move_balance(uuid, text, numeric, numeric, text[], text[], numeric[], text,
                                  timestamptz, boolean, text);
DROP FUNCTION ledger_post(text, text, uuid, jsonb, bytea, timestamptz, text[], text[], numeric[],
                          boolean, boolean, uuid);
DROP TABLE ledger_snapshot, ledger_shop_day, ledger_shop_balance, ledger_posting, ledger_entry,
           ledger_account;
DROP FUNCTION ledger_entry_is_whole();
DROP FUNCTION ledger_refuse_change();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.RunSQL(JOURNAL, UNDO),
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("asset", models.TextField()),
                (
                    "shop_id",
                    models.UUIDField(help_text="read from the name by the database", null=True),
                ),
                (
                    "side",
                    models.TextField(
                        help_text="available or reserved, of a shop's account", null=True
                    ),
                ),
            ],
            options={
                "db_table": "ledger_account",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("key", models.TextField(unique=True)),
                ("kind", models.TextField()),
                ("shop_id", models.UUIDField(null=True)),
                ("lines", models.SmallIntegerField(help_text="how many postings it has, for good")),
                ("payload_hash", models.BinaryField()),
                ("refs", models.JSONField()),
                ("happened_at", models.DateTimeField(help_text="as the verb was told")),
                (
                    "booked_at",
                    models.DateTimeField(help_text="by the database's clock; places the postings"),
                ),
            ],
            options={
                "db_table": "ledger_entry",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="PostingRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "entry_id",
                        "line",
                        "booked_at",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("line", models.SmallIntegerField()),
                ("lines", models.SmallIntegerField()),
                ("booked_at", models.DateTimeField()),
                ("asset", models.TextField()),
                ("units", gateway.money.fields.UnitsField()),
                ("shop_id", models.UUIDField(null=True)),
            ],
            options={
                "db_table": "ledger_posting",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="ShopBalance",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "shop_id",
                        "asset",
                        "shard",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("shop_id", models.UUIDField()),
                ("asset", models.TextField()),
                ("shard", models.SmallIntegerField()),
                ("available", gateway.money.fields.UnitsField()),
                ("reserved", gateway.money.fields.UnitsField()),
                (
                    "from_deposits",
                    gateway.money.fields.UnitsField(
                        help_text="all that deposits ever credited, less what was undone"
                    ),
                ),
            ],
            options={
                "db_table": "ledger_shop_balance",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="ShopDay",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "shop_id",
                        "day",
                        "asset",
                        "kind",
                        "shard",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("shop_id", models.UUIDField()),
                ("day", models.DateField()),
                ("asset", models.TextField()),
                ("kind", models.TextField()),
                ("shard", models.SmallIntegerField()),
                ("entries", models.IntegerField()),
                ("available", gateway.money.fields.UnitsField()),
                ("reserved", gateway.money.fields.UnitsField()),
                ("fees", gateway.money.fields.UnitsField()),
            ],
            options={
                "db_table": "ledger_shop_day",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Snapshot",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        serialize=False,
                        to="ledger.account",
                    ),
                ),
                ("through", models.DateTimeField()),
                ("units", gateway.money.fields.UnitsField()),
            ],
            options={
                "db_table": "ledger_snapshot",
                "managed": False,
            },
        ),
    ]
