import django.db.models.deletion
from django.db import migrations, models

STATUSES = ["active", "suspended", "closing"]


class Migration(migrations.Migration):
    dependencies = [
        ("shops", "0003_shop_time_zone"),
    ]

    operations = [
        migrations.CreateModel(
            name="PolicyVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(help_text="1, 2, 3 … per shop")),
                ("is_current", models.BooleanField(default=True)),
                (
                    "schedule",
                    models.TextField(help_text="as in the policy, for those who look for due ones"),
                ),
                ("policy", models.JSONField()),
                (
                    "decided_by",
                    models.TextField(help_text="user:<id>, key:<id>, or how it came about"),
                ),
                ("decided_at", models.DateTimeField()),
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="policies",
                        to="shops.shop",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_current", True)),
                        fields=["schedule"],
                        name="shops_policy_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("shop", "number"), name="shops_policy_number_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_current", True)),
                        fields=("shop",),
                        name="shops_policy_one_current",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("schedule__in", ("on_demand", "instant", "threshold", "daily"))
                        ),
                        name="shops_policy_schedule_known",
                    ),
                ],
            },
        ),
        migrations.RemoveConstraint(model_name="shop", name="shops_shop_status"),
        migrations.AlterField(
            model_name="shop",
            name="status",
            field=models.TextField(
                choices=[(status, status) for status in [*STATUSES, "closed"]], default="active"
            ),
        ),
        migrations.AddConstraint(
            model_name="shop",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", [*STATUSES, "closed"])), name="shops_shop_status"
            ),
        ),
    ]
