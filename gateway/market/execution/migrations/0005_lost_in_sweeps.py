"""What lay at a deposit address and did not arrive when it was swept."""

from django.db import migrations

import gateway.money.fields


class Migration(migrations.Migration):
    dependencies = [
        ("execution", "0004_sold_in_the_own_book"),
    ]

    operations = [
        migrations.AlterField(
            model_name="sweptdeposit",
            name="units",
            field=gateway.money.fields.UnitsField(help_text="that arrived"),
        ),
        migrations.AddField(
            model_name="sweptdeposit",
            name="lost_units",
            field=gateway.money.fields.UnitsField(
                default=0, help_text="that lay there and did not: its token took them, or shrank"
            ),
        ),
    ]
