"""A private transaction's row says from which block on blocks without it are counted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chains", "0005_private_submission"),
    ]

    operations = [
        migrations.AddField(
            model_name="outgoingtransaction",
            name="private_since_block",
            field=models.BigIntegerField(
                help_text="The head when it first was for the private relay, or is again",
                null=True,
            ),
        ),
    ]
