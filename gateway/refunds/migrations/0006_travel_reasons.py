"""Money may wait for who holds the wallet that it goes to."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("refunds", "0005_paying_address_proved"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="refund",
            name="refund_waits_for_a_reason",
        ),
        # Going back, what waits for these waits for a check like any other.
        migrations.RunSQL(
            migrations.RunSQL.noop,
            "UPDATE refunds_refund SET waiting_reason = 'payment_check'"
            " WHERE waiting_reason IN ('address_proof', 'receiver_check')",
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("waiting_reason", ""),
                    models.Q(
                        ("status__in", ("approved", "sending")),
                        (
                            "waiting_reason__in",
                            (
                                "",
                                "not_final",
                                "payment_check",
                                "destination_check",
                                "shop_balance",
                                "price",
                                "float_short",
                                "signer_limit",
                                "books_differ",
                                "address_proof",
                                "receiver_check",
                            ),
                        ),
                    ),
                    _connector="OR",
                ),
                name="refund_waits_for_a_reason",
            ),
        ),
    ]
