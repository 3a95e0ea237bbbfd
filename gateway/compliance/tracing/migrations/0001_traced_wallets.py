"""Wallets that are traced: transfers and labels known, look-ups, requests and verdicts."""

import django.db.models.deletion
from django.db import migrations, models

import gateway.events.ids
import gateway.money.fields
from gateway.tenancy.operations import KeepForHouse


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("chains", "0008_refused_tokens"),
        ("tenancy", "0001_scope"),
    ]

    operations = [
        migrations.CreateModel(
            name="TraceInputs",
            fields=[
                ("hash", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ("body", models.BinaryField(help_text="zlib of canonical JSON")),
            ],
        ),
        migrations.CreateModel(
            name="AddressLabel",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("address", models.BinaryField(max_length=20)),
                ("category", models.TextField()),
                (
                    "status",
                    models.TextField(
                        default="none", help_text="what the law says: apart from category"
                    ),
                ),
                ("name", models.TextField(default="")),
                ("source", models.TextField()),
                (
                    "version",
                    models.PositiveIntegerField(
                        help_text="1, 2, 3 … per source: the file it came with"
                    ),
                ),
                ("added_at", models.DateTimeField()),
                ("retired_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["source", "version"], name="address_label_source")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_at__isnull", True)),
                        fields=("address", "source"),
                        name="address_label_one_in_force",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "category__in",
                                (
                                    "sanctioned",
                                    "theft",
                                    "darknet",
                                    "scam",
                                    "mixer",
                                    "bridge",
                                    "exchange",
                                    "merchant",
                                    "mint",
                                    "house",
                                    "unknown",
                                ),
                            )
                        ),
                        name="address_label_category_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ("listed", "delisted", "none"))),
                        name="address_label_status_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TraceRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("about", models.TextField(help_text="deposit:<id> or address:0x…")),
                ("mode", models.TextField()),
                ("address", models.BinaryField(max_length=20)),
                ("asset", models.TextField(default="", help_text="'': all that it was given")),
                (
                    "payment",
                    models.JSONField(
                        help_text="{asset, units, at}: the money asked about; null: all it was given",
                        null=True,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                (
                    "due_at",
                    models.DateTimeField(help_text="when it is tried next; null: done", null=True),
                ),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("last_error", models.TextField(default="")),
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
        ),
        migrations.CreateModel(
            name="WalletVerdict",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("about", models.TextField()),
                ("mode", models.TextField()),
                ("address", models.BinaryField(max_length=20)),
                ("provider", models.TextField()),
                ("provider_version", models.TextField()),
                ("rules", models.TextField(help_text="version of the policy")),
                (
                    "lists",
                    models.TextField(
                        help_text="versions of the lists looked at: 'ofac#3'; '': none there"
                    ),
                ),
                ("state", models.TextField()),
                ("band", models.TextField()),
                ("reasons", models.JSONField(help_text="stable words, the gravest first")),
                ("asks_hold", models.BooleanField()),
                (
                    "answer",
                    models.TextField(
                        help_text="canonical JSON: exposures with amounts, hops and paths; never shown to shops"
                    ),
                ),
                ("answer_hash", models.BinaryField(max_length=32)),
                (
                    "failures",
                    models.JSONField(default=list, help_text="why something was not looked at"),
                ),
                ("head_number", models.BigIntegerField(null=True)),
                ("head_hash", models.BinaryField(max_length=32, null=True)),
                ("given_at", models.DateTimeField()),
                (
                    "chain",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="chains.chain",
                    ),
                ),
                (
                    "inputs",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compliance_tracing.traceinputs",
                    ),
                ),
                (
                    "request",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="verdict",
                        to="compliance_tracing.tracerequest",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LookUp",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("address", models.BinaryField(max_length=20)),
                (
                    "first_block",
                    models.BigIntegerField(help_text="the oldest block that was asked about"),
                ),
                ("last_block", models.BigIntegerField(help_text="the head it was read at")),
                ("head_hash", models.BinaryField(max_length=32)),
                (
                    "body",
                    models.BinaryField(
                        help_text="zlib of canonical JSON: transfers, balances at the head"
                    ),
                ),
                ("transfers", models.PositiveIntegerField()),
                (
                    "is_busy",
                    models.BooleanField(
                        default=False, help_text="it pays as many as an exchange does"
                    ),
                ),
                (
                    "cut",
                    models.TextField(
                        default="", help_text="window, transfers, time; '' from block 0 on"
                    ),
                ),
                (
                    "failure",
                    models.TextField(
                        default="", help_text="pruned, node_failed; '' if it was told"
                    ),
                ),
                ("looked_at", models.DateTimeField()),
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
                    models.Index(fields=["chain", "address", "-id"], name="look_up_of_address")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("first_block__gte", 0),
                                ("last_block__gte", models.F("first_block")),
                            ),
                            models.Q(("failure", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="look_up_of_blocks",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TracedTransfer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("asset", models.TextField()),
                ("sender", models.BinaryField(max_length=20)),
                ("recipient", models.BinaryField(max_length=20)),
                ("units", gateway.money.fields.UnitsField()),
                ("block_number", models.BigIntegerField()),
                ("block_hash", models.BinaryField(max_length=32)),
                ("tx_hash", models.BinaryField(max_length=32)),
                ("log_index", models.IntegerField()),
                ("trace_path", models.TextField(default="")),
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
                        fields=["chain", "sender", "block_number"], name="traced_transfer_from"
                    ),
                    models.Index(
                        fields=["chain", "recipient", "block_number"], name="traced_transfer_to"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("chain", "block_hash", "tx_hash", "log_index", "trace_path"),
                        name="traced_transfer_as_the_chain_tells",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("units__gte", 0)), name="traced_transfer_of_units"
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="tracerequest",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)),
                fields=["due_at", "id"],
                name="trace_request_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="tracerequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("due_at__isnull", False), ("about__startswith", "deposit:"), _connector="OR"
                ),
                fields=("about", "chain", "address"),
                name="trace_request_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="tracerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("mode__in", ("test", "live"))), name="trace_request_mode_known"
            ),
        ),
        migrations.AddIndex(
            model_name="walletverdict",
            index=models.Index(fields=["about", "-id"], name="wallet_verdict_about"),
        ),
        migrations.AddIndex(
            model_name="walletverdict",
            index=models.Index(fields=["chain", "address", "-id"], name="wallet_verdict_address"),
        ),
        migrations.AddConstraint(
            model_name="walletverdict",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ("clear", "review", "high", "unknown"))),
                name="wallet_verdict_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="walletverdict",
            constraint=models.CheckConstraint(
                condition=models.Q(("band__in", ("low", "medium", "high", "severe", "unknown"))),
                name="wallet_verdict_band",
            ),
        ),
        migrations.AddConstraint(
            model_name="walletverdict",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reasons", []), ("state", "clear")),
                    models.Q(
                        models.Q(("state", "clear"), _negated=True),
                        models.Q(("reasons", []), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="wallet_verdict_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="walletverdict",
            constraint=models.CheckConstraint(
                condition=models.Q(("asks_hold", False), ("state", "high"), _connector="OR"),
                name="wallet_verdict_holds_high",
            ),
        ),
        KeepForHouse("compliance_tracing_addresslabel"),
        KeepForHouse("compliance_tracing_lookup"),
        KeepForHouse("compliance_tracing_tracedtransfer"),
        KeepForHouse("compliance_tracing_traceinputs"),
        KeepForHouse("compliance_tracing_tracerequest"),
        KeepForHouse("compliance_tracing_walletverdict"),
    ]
