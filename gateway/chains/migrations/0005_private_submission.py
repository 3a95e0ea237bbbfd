"""An attempt's row says where it was broadcast: to the private relay, to the public mempool."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chains", "0004_transactions_in_doubt"),
    ]

    operations = [
        migrations.AddField(
            model_name="outgoingattempt",
            name="relayed_at",
            field=models.DateTimeField(help_text="First offered to the private relay", null=True),
        ),
        migrations.AddField(
            model_name="outgoingattempt",
            name="published_at",
            field=models.DateTimeField(
                help_text="First given to a node of the public mempool", null=True
            ),
        ),
    ]
