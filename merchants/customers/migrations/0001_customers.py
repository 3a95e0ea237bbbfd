"""Who bought, as the shop said it."""

import django.db.models.deletion
from django.db import migrations, models

import gateway.events.ids
from gateway.tenancy.operations import KeepShopsApart


class Migration(migrations.Migration):
    initial = True

    dependencies = [("tenancy", "0001_scope")]

    operations = [
        migrations.CreateModel(
            name="Customer",
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
                ("shop_id", models.UUIDField()),
                (
                    "box",
                    models.BinaryField(help_text="email, name, reference, sealed", null=True),
                ),
                (
                    "tag",
                    models.BinaryField(
                        help_text="keyed hash of what is in the box", max_length=32, null=True
                    ),
                ),
                ("identity_index", models.BinaryField(max_length=32, null=True)),
                ("email_index", models.BinaryField(max_length=32, null=True)),
                (
                    "last_invoice_id",
                    models.UUIDField(help_text="the latest; its id tells the time"),
                ),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("forgotten_at", models.DateTimeField(null=True)),
                (
                    "key_gone",
                    models.BooleanField(
                        default=False, help_text="their sealing key was thrown away"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("forgotten_at__isnull", True)),
                        fields=["shop_id", "-last_invoice_id"],
                        name="customer_by_last_visit",
                    ),
                    models.Index(
                        condition=models.Q(("email_index__isnull", False)),
                        fields=["shop_id", "email_index"],
                        name="customer_by_email",
                    ),
                    models.Index(
                        condition=models.Q(("forgotten_at__isnull", True)),
                        fields=["last_at"],
                        name="customer_to_forget",
                    ),
                    models.Index(
                        condition=models.Q(("forgotten_at__isnull", False), ("key_gone", False)),
                        fields=["forgotten_at"],
                        name="customer_key_to_throw_away",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("shop_id", "identity_index"), name="customer_once_a_shop"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("box__isnull", False),
                                ("forgotten_at__isnull", True),
                                ("identity_index__isnull", False),
                                ("key_gone", False),
                                ("tag__isnull", False),
                            ),
                            models.Q(
                                ("box__isnull", True),
                                ("email_index__isnull", True),
                                ("forgotten_at__isnull", False),
                                ("identity_index__isnull", True),
                                ("tag__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="customer_known_or_forgotten",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CustomerInvoice",
            fields=[
                ("invoice_id", models.UUIDField(primary_key=True, serialize=False)),
                ("shop_id", models.UUIDField()),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoices",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["customer", "-invoice_id"], name="customer_invoices"),
                ],
            },
        ),
        KeepShopsApart("customers_customer"),
        KeepShopsApart("customers_customerinvoice"),
    ]
