"""A transaction whose nonce is used, by which transaction is not proved, waits for a person."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chains", "0003_signer_limit"),
    ]

    operations = [
        migrations.AddField(
            model_name="outgoingtransaction",
            name="doubted_since",
            field=models.DateTimeField(
                help_text="Its nonce is used, and by which transaction is not proved", null=True
            ),
        ),
        migrations.AlterField(
            model_name="outgoingtransaction",
            name="not_before",
            field=models.DateTimeField(
                help_text="When the signer, or in doubt the nodes, are asked again", null=True
            ),
        ),
    ]
