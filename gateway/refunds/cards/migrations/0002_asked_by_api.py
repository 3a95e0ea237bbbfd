from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("card_refunds", "0001_card_refunds")]

    operations = [
        migrations.AlterField(
            model_name="cardrefund",
            name="requested_via",
            field=models.TextField(help_text="till, dashboard or api"),
        ),
    ]
