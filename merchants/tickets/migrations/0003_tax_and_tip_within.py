"""How much of what asks for a part, or of its cash, is tax and tip."""

from django.db import migrations

from gateway.money.fields import UnitsField


class Migration(migrations.Migration):
    dependencies = [("tickets", "0002_cash_back")]

    operations = [
        migrations.AddField(
            model_name="cashtake",
            name="tax_in_units",
            field=UnitsField(db_default=0, default=0, help_text="of those counted, tax"),
        ),
        migrations.AddField(
            model_name="cashtake",
            name="tip_in_units",
            field=UnitsField(db_default=0, default=0, help_text="of those counted, the part's tip"),
        ),
        migrations.AddField(
            model_name="partdemand",
            name="tax_in_units",
            field=UnitsField(db_default=0, default=0, help_text="of them, tax"),
        ),
        migrations.AddField(
            model_name="partdemand",
            name="tip_in_units",
            field=UnitsField(db_default=0, default=0, help_text="of them, tip"),
        ),
    ]
