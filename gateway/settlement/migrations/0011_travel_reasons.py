"""Money may wait for who holds the wallet that it goes to."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("settlement", "0010_payout_batches"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="payout",
            name="payout_waits_for_a_reason",
        ),
        # Going back, what waits for these waits for a check like any other.
        migrations.RunSQL(
            migrations.RunSQL.noop,
            "UPDATE settlement_payout SET waiting_reason = 'payment_check'"
            " WHERE waiting_reason IN ('address_proof', 'receiver_check')",
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("waiting_reason", ""),
                    models.Q(
                        ("status", "awaiting_funds"),
                        (
                            "waiting_reason__in",
                            (
                                "",
                                "float_short",
                                "signer_limit",
                                "payment_check",
                                "shop_suspended",
                                "books_differ",
                                "ramp_account",
                                "address_proof",
                                "receiver_check",
                            ),
                        ),
                    ),
                    _connector="OR",
                ),
                name="payout_waits_for_a_reason",
            ),
        ),
    ]
