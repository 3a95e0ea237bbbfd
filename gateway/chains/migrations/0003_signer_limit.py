"""A queued transaction may wait for the signer's limit."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chains", "0002_outgoing"),
    ]

    operations = [
        migrations.AddField(
            model_name="outgoingtransaction",
            name="awaiting_limit_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="outgoingtransaction",
            name="not_before",
            field=models.DateTimeField(help_text="When the signer is asked again", null=True),
        ),
    ]
