"""When a shop's tills ask for a manager's PIN."""

from django.db import migrations, models

from gateway.tenancy.operations import KeepShopsApart


class Migration(migrations.Migration):
    dependencies = [("tills", "0001_tills"), ("tenancy", "0001_scope")]

    operations = [
        migrations.CreateModel(
            name="TillRules",
            fields=[
                ("shop_id", models.UUIDField(primary_key=True, serialize=False)),
                ("void", models.TextField(default="paid")),
                ("void_above_units", models.BigIntegerField(default=0, help_text="minor units")),
                (
                    "discount_above_ppm",
                    models.PositiveIntegerField(help_text="null: never asked", null=True),
                ),
                ("set_by", models.UUIDField(help_text="a person")),
                ("set_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("void__in", ("paid", "above", "always", "never"))),
                        name="till_rules_void",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("void_above_units__gte", 0),
                            models.Q(
                                ("discount_above_ppm__isnull", True),
                                ("discount_above_ppm__lte", 1_000_000),
                                _connector="OR",
                            ),
                        ),
                        name="till_rules_in_range",
                    ),
                ],
            },
        ),
        KeepShopsApart("tills_tillrules"),
    ]
