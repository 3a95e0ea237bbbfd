"""What a ramp was shown of somebody is forgotten there."""

from django.db import migrations, models

from gateway.tenancy.operations import KeepShopsApart


class Migration(migrations.Migration):
    dependencies = [
        ("tenancy", "0001_scope"),
        ("ramps", "0004_bank_changed"),
    ]

    operations = [
        migrations.AddField(
            model_name="identitycheck",
            name="redacted_at",
            field=models.DateTimeField(
                help_text="when the ramp had nothing of it any more", null=True
            ),
        ),
        migrations.AddField(
            model_name="identitycheck",
            name="shop_id",
            field=models.UUIDField(help_text="whose it is about; null: the house's", null=True),
        ),
        migrations.AddField(
            model_name="identitycheck",
            name="wish",
            field=models.TextField(default="", help_text="what the ramp is to do with it next"),
        ),
        migrations.AddConstraint(
            model_name="identitycheck",
            constraint=models.CheckConstraint(
                condition=models.Q(("wish__in", ("", "cancel", "redact", "redacting"))),
                name="identity_check_wish",
            ),
        ),
        KeepShopsApart("ramps_identitycheck"),
    ]
