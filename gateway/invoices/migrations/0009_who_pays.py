from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("invoices", "0008_shard_turns"),
    ]

    operations = [
        migrations.AddField(
            model_name="invoice",
            name="payer_told_until",
            field=models.DateTimeField(
                help_text="until when it counts who a shopper said pays; null: nobody said",
                null=True,
            ),
        ),
    ]
