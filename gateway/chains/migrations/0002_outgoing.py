"""What the house sends: transactions, their attempts, the nonces."""

import django.db.models.deletion
from django.db import migrations, models

import gateway.events.ids
import gateway.money.fields


class Migration(migrations.Migration):
    dependencies = [
        ("chains", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="NonceSequence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("account", models.BinaryField(max_length=20)),
                ("next_nonce", models.BigIntegerField()),
                (
                    "chain",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="chains.chain",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("chain", "account"), name="nonce_sequence_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("next_nonce__gte", 0)), name="nonce_not_negative"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OutgoingTransaction",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("account", models.BinaryField(max_length=20)),
                ("to", models.BinaryField(max_length=20)),
                ("value", gateway.money.fields.UnitsField(help_text="Wei")),
                ("data", models.BinaryField()),
                (
                    "gas_limit",
                    models.BigIntegerField(
                        help_text="Gas; null: estimated when it is sent", null=True
                    ),
                ),
                ("purpose", models.TextField(help_text="What the signer's policy judges it by")),
                ("reference", models.TextField(help_text="What it is for, such as 'payout:<id>'")),
                ("shop_id", models.UUIDField(null=True)),
                ("idempotency_key", models.TextField(unique=True)),
                ("payload_hash", models.BinaryField(max_length=32)),
                ("status", models.TextField(default="queued")),
                ("nonce", models.BigIntegerField(null=True)),
                ("cancel_requested_at", models.DateTimeField(null=True)),
                ("awaiting_gas_since", models.DateTimeField(null=True)),
                ("last_error", models.TextField(default="")),
                ("failure_code", models.TextField(default="")),
                ("failure_reason", models.TextField(default="")),
                ("outcome", models.TextField(default="")),
                ("mined_hash", models.BinaryField(max_length=32, null=True)),
                ("block_number", models.BigIntegerField(null=True)),
                ("block_hash", models.BinaryField(max_length=32, null=True)),
                ("gas_used", models.BigIntegerField(null=True)),
                (
                    "effective_gas_price",
                    gateway.money.fields.UnitsField(help_text="Wei per gas", null=True),
                ),
                (
                    "fee_units",
                    gateway.money.fields.UnitsField(
                        help_text="Wei paid in all, an L2's data fee included", null=True
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("signed_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("mined_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "chain",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="chains.chain",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "queued")),
                        fields=["chain", "account", "id"],
                        name="outgoing_queue",
                    ),
                    models.Index(
                        condition=models.Q(("status__in", ("signed", "sent", "mined"))),
                        fields=["chain", "account", "nonce"],
                        name="outgoing_under_way",
                    ),
                    models.Index(fields=["reference"], name="outgoing_reference"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("chain", "account", "nonce"), name="outgoing_nonce_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                (
                                    "queued",
                                    "signed",
                                    "sent",
                                    "mined",
                                    "final",
                                    "failed",
                                    "cancelled",
                                ),
                            )
                        ),
                        name="outgoing_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome__in", ("", "succeeded", "reverted", "cancelled"))
                        ),
                        name="outgoing_outcome_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("nonce__isnull", False),
                            models.Q(
                                ("status__in", ("signed", "sent", "mined", "final")), _negated=True
                            ),
                            _connector="OR",
                        ),
                        name="outgoing_nonce_when_signed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "queued"), _negated=True),
                            ("nonce__isnull", True),
                            _connector="OR",
                        ),
                        name="outgoing_no_nonce_in_queue",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ("mined", "final")), _negated=True),
                            models.Q(
                                ("block_hash__isnull", False),
                                ("fee_units__isnull", False),
                                ("mined_hash__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="outgoing_mined_where",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("value__gte", 0)), name="outgoing_value_not_negative"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OutgoingAttempt",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField(help_text="1, 2, 3 … per transaction")),
                ("kind", models.TextField()),
                (
                    "nonce",
                    models.BigIntegerField(
                        help_text="Of the first attempt only a wish until it is signed"
                    ),
                ),
                ("gas_limit", models.BigIntegerField()),
                ("max_fee_per_gas", gateway.money.fields.UnitsField(help_text="Wei per gas")),
                (
                    "max_priority_fee_per_gas",
                    gateway.money.fields.UnitsField(help_text="Wei per gas"),
                ),
                ("raw", models.BinaryField(null=True)),
                ("tx_hash", models.BinaryField(max_length=32, null=True, unique=True)),
                (
                    "refusal",
                    models.TextField(default="", help_text="Why the signer would not sign it"),
                ),
                ("created_at", models.DateTimeField()),
                ("first_broadcast_at", models.DateTimeField(null=True)),
                ("last_broadcast_at", models.DateTimeField(null=True)),
                ("broadcasts", models.PositiveIntegerField(default=0)),
                ("last_error", models.TextField(default="")),
                (
                    "transaction",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempts",
                        to="chains.outgoingtransaction",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("transaction", "number"), name="outgoing_attempt_number_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("send", "replace", "cancel"))),
                        name="outgoing_attempt_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("raw__isnull", True), ("tx_hash__isnull", True)),
                            models.Q(("raw__isnull", False), ("tx_hash__isnull", False)),
                            _connector="OR",
                        ),
                        name="outgoing_attempt_signed_whole",
                    ),
                ],
            },
        ),
    ]
