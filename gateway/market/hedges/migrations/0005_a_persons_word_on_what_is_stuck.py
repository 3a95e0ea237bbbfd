from django.db import migrations, models

import gateway.money.fields


def forget_unmade(apps, schema_editor):
    """Before, what was never made was known as refused alone."""
    moves = apps.get_model("hedges", "InventoryMove")
    here = schema_editor.connection.alias
    moves.objects.using(here).filter(state="unmade").update(state="refused")


class Migration(migrations.Migration):
    dependencies = [
        ("hedges", "0004_balances_that_differ"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="inventorymove",
            name="inventory_move_state",
        ),
        migrations.AddField(
            model_name="exchangeorder",
            name="ended_because",
            field=models.TextField(default=""),
        ),
        migrations.AddField(
            model_name="exchangeorder",
            name="ended_by",
            field=models.TextField(default="", help_text="who said what became of it; '': nobody"),
        ),
        migrations.AddField(
            model_name="exchangeorder",
            name="told",
            field=models.TextField(default="", help_text="the exchange's last word on it"),
        ),
        migrations.AddField(
            model_name="exchangeorder",
            name="told_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="exchangeorder",
            name="told_filled",
            field=gateway.money.fields.UnitsField(
                default=0, help_text="e18 of the base, by that word"
            ),
        ),
        migrations.AddField(
            model_name="inventorymove",
            name="named_because",
            field=models.TextField(default=""),
        ),
        migrations.AddField(
            model_name="inventorymove",
            name="named_by",
            field=models.TextField(default=""),
        ),
        migrations.AddField(
            model_name="inventorymove",
            name="named_tx",
            field=models.TextField(default="", help_text="that a person says brings a withdrawal"),
        ),
        migrations.AddField(
            model_name="inventorymove",
            name="named_units",
            field=gateway.money.fields.UnitsField(
                default=0, help_text="that it took off the balance, they say"
            ),
        ),
        migrations.AddField(
            model_name="inventorymove",
            name="told",
            field=models.TextField(
                default="", help_text="the exchange's last word on a withdrawal"
            ),
        ),
        migrations.AddField(
            model_name="inventorymove",
            name="told_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(migrations.RunPython.noop, forget_unmade, elidable=True),
        migrations.AddConstraint(
            model_name="inventorymove",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "planned",
                            "asked",
                            "left",
                            "seen",
                            "arrived",
                            "refused",
                            "returned",
                            "lost",
                            "unmade",
                        ],
                    )
                ),
                name="inventory_move_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="inventorymove",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("named_tx", ""),
                    models.Q(models.Q(("named_by", ""), _negated=True), ("named_units__gt", 0)),
                    _connector="OR",
                ),
                name="inventory_move_named_by_a_person",
            ),
        ),
    ]
