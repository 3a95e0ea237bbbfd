"""The fee of each shop becomes the first version of its schedule."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from gateway.tenancy.operations import KeepShopsApart

USUAL_BPS = 50
KEPT_SQL = """
CREATE FUNCTION shops_fee_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a fee schedule keeps its versions: % is refused', TG_OP;
END $$;
CREATE TRIGGER shops_fee_is_kept BEFORE UPDATE OR DELETE ON shops_feeversion
    FOR EACH ROW EXECUTE FUNCTION shops_fee_is_kept();
"""
UNDO_SQL = """
DROP TRIGGER shops_fee_is_kept ON shops_feeversion;
DROP FUNCTION shops_fee_is_kept();
"""


def carry_over(apps: Any, schema_editor: Any) -> None:
    Shop, FeeVersion = apps.get_model("shops", "Shop"), apps.get_model("shops", "FeeVersion")
    here = schema_editor.connection.alias
    FeeVersion.objects.using(here).bulk_create(
        (
            FeeVersion(
                shop=shop,
                number=1,
                fee_bps=shop.terms.get("fee_bps", USUAL_BPS),
                in_force_from=shop.created_at,
                set_by="carried over",
                reason="In force when fees got versions.",
            )
            for shop in Shop.objects.using(here).all().iterator()
        ),
        batch_size=1_000,
    )


def carry_back(apps: Any, schema_editor: Any) -> None:
    """The fee stays in the terms; the version's number leaves them."""
    Shop = apps.get_model("shops", "Shop")
    here = schema_editor.connection.alias
    for shop in Shop.objects.using(here).filter(terms__has_key="fee_version").iterator():
        shop.terms.pop("fee_version")
        shop.save(using=here, update_fields=["terms"])


class Migration(migrations.Migration):
    dependencies = [
        ("shops", "0005_threshold_in_policy"),
        ("tenancy", "0001_scope"),
    ]

    operations = [
        migrations.CreateModel(
            name="FeeVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(help_text="1, 2, 3 … per shop")),
                ("fee_bps", models.PositiveSmallIntegerField(help_text="of each credit")),
                ("in_force_from", models.DateTimeField()),
                (
                    "set_by",
                    models.TextField(help_text="user:<id> who proposed it, or how it came about"),
                ),
                (
                    "act_id",
                    models.UUIDField(
                        null=True, unique=True, help_text="two people's; null: the first"
                    ),
                ),
                ("reason", models.TextField()),
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fee_versions",
                        to="shops.shop",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("shop", "number"), name="shops_fee_number_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("fee_bps__lte", 500), ("number__gte", 1)),
                        name="shops_fee_in_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("number", 1), ("act_id__isnull", False), _connector="OR"
                        ),
                        name="shops_fee_changed_by_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="shops_fee_has_a_reason",
                    ),
                ],
            },
        ),
        migrations.RunPython(carry_over, carry_back),
        migrations.RunSQL(KEPT_SQL, UNDO_SQL),
        KeepShopsApart("shops_feeversion"),
    ]
