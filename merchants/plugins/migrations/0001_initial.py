"""What plugins asked for and were given, each shop's apart from every other's."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import gateway.events.ids
from gateway.tenancy.operations import KeepShopsApart


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0003_scopes"),
        ("shops", "0001_initial"),
        ("tenancy", "0001_scope"),
    ]

    operations = [
        migrations.CreateModel(
            name="AskedInvoice",
            fields=[
                ("invoice_id", models.UUIDField(primary_key=True, serialize=False)),
                ("shop_id", models.UUIDField()),
                (
                    "options",
                    models.JSONField(
                        default=dict,
                        help_text="of its checkout, in the protocol's names; null: the shop's own way",
                    ),
                ),
                (
                    "buyer",
                    models.BinaryField(
                        help_text="sealed: buyers.py; null: nobody, or forgotten", null=True
                    ),
                ),
                ("forget_at", models.DateTimeField(help_text="when its buyer is forgotten")),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("buyer__isnull", False)),
                        fields=["forget_at"],
                        name="plugin_buyer_to_forget",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Pairing",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "permissions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        help_text="as asked for, without the store",
                        size=None,
                    ),
                ),
                ("application", models.TextField(help_text="what the plugin calls itself")),
                (
                    "identifier",
                    models.TextField(
                        default="", help_text="its own name for its kind; may be empty"
                    ),
                ),
                (
                    "host",
                    models.TextField(help_text="where the key was sent: scheme, host and port"),
                ),
                ("paired_at", models.DateTimeField()),
                (
                    "key",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.apikey",
                    ),
                ),
                (
                    "paired_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="shops.shop",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["shop", "identifier", "host"], name="pairing_again")
                ],
            },
        ),
        KeepShopsApart("plugins_askedinvoice"),
        KeepShopsApart("plugins_pairing"),
    ]
