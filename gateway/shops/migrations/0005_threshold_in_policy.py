"""The threshold of a shop becomes its first settlement policy."""

from typing import Any

from django.db import migrations

BPS = 10_000


def carry_over(apps: Any, schema_editor: Any) -> None:
    Shop, PolicyVersion = apps.get_model("shops", "Shop"), apps.get_model("shops", "PolicyVersion")
    here = schema_editor.connection.alias
    shops = Shop.objects.using(here).all()
    PolicyVersion.objects.using(here).bulk_create(
        (_first(PolicyVersion, shop) for shop in shops.iterator()), batch_size=1_000
    )


def _first(version: Any, shop: Any) -> Any:
    units = shop.payout_threshold_units
    schedule = "threshold" if units else "on_demand"
    return version(
        shop=shop,
        number=1,
        schedule=schedule,
        policy={
            "split": [{"asset": shop.settlement_asset, "bps": BPS}],
            "schedule": schedule,
            "threshold_units": int(units) if units else None,
            "closes_at": None,
            "minimum_units": 0,
            "reserve_bps": 0,
            "reserve_days": 0,
            "chains": [],
        },
        decided_by="carried over",
        decided_at=shop.created_at,
    )


def carry_back(apps: Any, schema_editor: Any) -> None:
    Shop, PolicyVersion = apps.get_model("shops", "Shop"), apps.get_model("shops", "PolicyVersion")
    here = schema_editor.connection.alias
    rows = PolicyVersion.objects.using(here).filter(is_current=True, schedule="threshold")
    for row in rows.iterator():
        Shop.objects.using(here).filter(id=row.shop_id).update(
            payout_threshold_units=row.policy["threshold_units"]
        )


class Migration(migrations.Migration):
    dependencies = [
        ("shops", "0004_settlement_policy"),
    ]

    operations = [
        migrations.RunPython(carry_over, carry_back),
        migrations.RemoveField(model_name="shop", name="payout_threshold_units"),
    ]
