"""Endpoints are spoken to in more than one way. What stands is spoken to as before."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0002_partitions")]

    operations = [
        migrations.AddField(
            model_name="endpoint",
            name="style",
            field=models.TextField(
                db_default="standard",
                default="standard",
                help_text="how it is spoken to: styles.py",
            ),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="retries",
            field=models.BooleanField(
                db_default=True, default=True, help_text="what fails is sent again by itself"
            ),
        ),
        migrations.AddConstraint(
            model_name="endpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(("style__in", ("standard", "btcpay"))),
                name="webhooks_endpoint_style",
            ),
        ),
    ]
