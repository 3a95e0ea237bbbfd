"""Which tokens take a holder's signed transfer, in which domain; where the house pays its gas."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("chains", "0006_private_blocks"),
    ]

    operations = [
        migrations.AddField(
            model_name="chain",
            name="sponsor",
            field=models.JSONField(
                help_text="Bounds within which shoppers' gas is paid; null: it is not", null=True
            ),
        ),
        migrations.AddField(
            model_name="token",
            name="domain_name",
            field=models.TextField(
                default="",
                help_text="EIP-712 name of a token with EIP-3009, as its separator proves; or ''",
            ),
        ),
        migrations.AddField(
            model_name="token",
            name="domain_version",
            field=models.TextField(default=""),
        ),
        migrations.AddConstraint(
            model_name="token",
            constraint=models.CheckConstraint(
                condition=Q(domain_name="") | Q(kind="erc20") & ~Q(domain_version=""),
                name="token_domain_whole",
            ),
        ),
    ]
