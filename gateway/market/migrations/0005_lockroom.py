"""What each shard may still lock of an asset, so that the cap holds however many sell at once."""

from pathlib import Path

from django.db import migrations, models

import gateway.money.fields

SQL = Path(__file__).with_name("0005_lockroom.sql").read_text()

UNDO = """
DROP FUNCTION market_exposure_take(
    text[], numeric[], numeric[], timestamptz, timestamptz, integer, boolean);
DROP FUNCTION market_rooms_take(text[], numeric[], integer);
DROP FUNCTION market_rooms_fitting(text[], numeric[], numeric[], integer);
DROP FUNCTION market_room_share(text[], numeric[], numeric[], timestamptz, integer);
"""


class Migration(migrations.Migration):
    dependencies = [("market", "0004_risk_and_replay")]

    operations = [
        migrations.CreateModel(
            name="LockRoom",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "asset",
                        "shard",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("asset", models.TextField()),
                ("shard", models.SmallIntegerField()),
                ("units", gateway.money.fields.UnitsField(help_text="may still be locked")),
                (
                    "cap",
                    gateway.money.fields.UnitsField(
                        help_text="of all shards and open locks, when it was shared out"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("units__gte", 0)), name="lock_room_not_below_zero"
                    )
                ],
            },
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
