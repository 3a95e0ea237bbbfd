"""Keep shops' sums by quarter of an hour, so that a day can be any time zone's."""

from pathlib import Path

from django.db import migrations, models

import gateway.money.fields

_HERE = Path(__file__).parent
SLOTS = (_HERE / "0002_shop_slots.sql").read_text()
_JOURNAL = (_HERE / "0001_journal.sql").read_text()
_BY_DAY = _JOURNAL[
    _JOURNAL.index("CREATE FUNCTION ledger_move_balance(") : _JOURNAL.index(
        "CREATE FUNCTION ledger_reverse("
    )
]

TABLE_BY_DAY = """
CREATE TABLE ledger_shop_day (
    shop_id uuid NOT NULL,
    day date NOT NULL,
    asset text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    shard smallint NOT NULL,
    entries integer NOT NULL,
    available numeric(78, 0) NOT NULL,
    reserved numeric(78, 0) NOT NULL,
    fees numeric(78, 0) NOT NULL,
    PRIMARY KEY (shop_id, day, asset, kind, shard)
) WITH (fillfactor = 50);
INSERT INTO ledger_shop_day
    SELECT shop_id, (starts_at AT TIME ZONE 'UTC')::date, asset, kind, shard,
           sum(entries), sum(available), sum(reserved), sum(fees)
      FROM ledger_shop_slot GROUP BY 1, 2, 3, 4, 5;
DROP TABLE ledger_shop_slot;
"""
UNDO = TABLE_BY_DAY + _BY_DAY.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.RunSQL(SLOTS, UNDO),
        migrations.DeleteModel(name="ShopDay"),
        migrations.CreateModel(
            name="ShopSlot",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "shop_id",
                        "starts_at",
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
                ("starts_at", models.DateTimeField()),
                ("asset", models.TextField()),
                ("kind", models.TextField()),
                ("shard", models.SmallIntegerField()),
                ("entries", models.IntegerField()),
                ("available", gateway.money.fields.UnitsField()),
                ("reserved", gateway.money.fields.UnitsField()),
                ("fees", gateway.money.fields.UnitsField()),
            ],
            options={"db_table": "ledger_shop_slot", "managed": False},
        ),
    ]
