"""Providers, exchanges with them, and proofs of who holds a wallet."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import gateway.events.ids
import gateway.money.fields
from gateway.tenancy.operations import KeepForHouse, KeepShopsApart

GUARDS = Path(__file__).with_name("0001_guards.sql").read_text(encoding="utf-8")
UNDO = """
DROP TRIGGER travel_counterparty_kept ON compliance_travelling_counterparty;
DROP FUNCTION travel_counterparty_only_ends();
DROP TRIGGER travel_proof_kept ON compliance_travelling_walletproof;
DROP TRIGGER travel_message_kept ON compliance_travelling_exchangemessage;
DROP FUNCTION travel_refuse_change();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("compliance_knowing", "0001_subjects_and_their_keys"),
        ("tenancy", "0001_scope"),
    ]

    operations = [
        migrations.CreateModel(
            name="TravelRoute",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("shop_id", models.UUIDField()),
                ("mode", models.TextField()),
                ("about", models.TextField(help_text="invoice:<id>", unique=True)),
                (
                    "asset",
                    models.TextField(default="", help_text="'' for any that the address takes"),
                ),
                ("address", models.BinaryField(help_text="where the money goes", max_length=20)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Counterparty",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.TextField(help_text="our short name for it")),
                ("number", models.PositiveIntegerField(help_text="1, 2, 3 … per name")),
                ("legal_name", models.TextField()),
                (
                    "lei",
                    models.TextField(default="", help_text="Legal Entity Identifier, ISO 17442"),
                ),
                (
                    "country",
                    models.TextField(help_text="ISO 3166-1 alpha-2, where it is established"),
                ),
                (
                    "hosts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        help_text="that its messages may go to, and no others",
                        size=None,
                    ),
                ),
                (
                    "certificate",
                    models.BinaryField(
                        help_text="SHA-256 of the client certificate that it comes with",
                        max_length=32,
                    ),
                ),
                (
                    "ivms",
                    models.TextField(
                        default="101.2023", help_text="the version it is written to in"
                    ),
                ),
                ("amount_form", models.TextField(default="text", help_text="text or number")),
                ("put_by", models.TextField()),
                ("put_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("name", "number"), name="travel_counterparty_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("name",),
                        name="travel_counterparty_one_in_force",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("certificate",),
                        name="travel_certificate_of_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount_form__in", ("text", "number")),
                            ("ivms__in", ("101", "101.2023")),
                        ),
                        name="travel_counterparty_spoken_to",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name", ""), _negated=True),
                            models.Q(("legal_name", ""), _negated=True),
                            models.Q(("put_by", ""), _negated=True),
                        ),
                        name="travel_counterparty_named",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Exchange",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("direction", models.TextField()),
                ("request_identifier", models.UUIDField()),
                ("counterparty_name", models.TextField(help_text="whatever its version")),
                ("shop_id", models.UUIDField()),
                ("mode", models.TextField()),
                ("about", models.TextField(help_text="payout:<id>, refund:<id>, invoice:<id>")),
                ("subject_id", models.UUIDField(help_text="whose key seals its messages")),
                ("asset", models.TextField()),
                ("decimals", models.PositiveSmallIntegerField()),
                ("units", gateway.money.fields.UnitsField()),
                (
                    "address",
                    models.BinaryField(
                        help_text="where the money goes; null: not told yet",
                        max_length=20,
                        null=True,
                    ),
                ),
                ("state", models.TextField()),
                (
                    "url",
                    models.TextField(help_text="where our next message goes; '' while none is due"),
                ),
                ("txid", models.TextField(default="")),
                (
                    "tries",
                    models.PositiveIntegerField(default=0, help_text="of the message that is due"),
                ),
                (
                    "due_at",
                    models.DateTimeField(
                        help_text="when it is tried next; null: none is due", null=True
                    ),
                ),
                ("trouble", models.TextField(default="", help_text="why the last try failed")),
                (
                    "decided_by",
                    models.TextField(default="", help_text="who of us decided; the other side: ''"),
                ),
                ("opened_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                (
                    "counterparty",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="compliance_travelling.counterparty",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ExchangeMessage",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.TextField()),
                ("is_ours", models.BooleanField()),
                ("box", models.BinaryField()),
                (
                    "digest",
                    models.BinaryField(help_text="keyed, of the message as told", max_length=32),
                ),
                ("told_at", models.DateTimeField()),
                (
                    "exchange",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="compliance_travelling.exchange",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PayoutWallet",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("shop_id", models.UUIDField()),
                ("address", models.BinaryField(max_length=20)),
                ("kind", models.TextField()),
                ("counterparty_name", models.TextField(default="")),
                (
                    "travel_address",
                    models.TextField(default="", help_text="where its provider is asked"),
                ),
                ("told_by", models.TextField()),
                ("told_at", models.DateTimeField()),
                ("is_current", models.BooleanField(default=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_current", True)),
                        fields=("shop_id", "address"),
                        name="travel_wallet_one_current",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("counterparty_name", ""),
                                ("kind", "self_hosted"),
                                ("travel_address", ""),
                            ),
                            models.Q(
                                ("kind", "provider"),
                                models.Q(("counterparty_name", ""), _negated=True),
                                models.Q(("travel_address", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="travel_wallet_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProofChallenge",
            fields=[
                ("nonce", models.BinaryField(max_length=16, primary_key=True, serialize=False)),
                ("shop_id", models.UUIDField()),
                ("address", models.BinaryField(max_length=20)),
                ("purpose", models.TextField()),
                ("about", models.TextField(help_text="what it says it is about")),
                ("domain", models.TextField()),
                ("issued_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["expires_at"], name="travel_challenge_expires")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("purpose__in", ("payout",))),
                        name="travel_challenge_for",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WalletProof",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("shop_id", models.UUIDField()),
                ("address", models.BinaryField(max_length=20)),
                ("purpose", models.TextField()),
                ("about", models.TextField()),
                ("kind", models.TextField()),
                (
                    "chain_id",
                    models.BigIntegerField(
                        help_text="whose contract said so; null: a key, which holds on every chain",
                        null=True,
                    ),
                ),
                ("message", models.TextField(help_text="the very text that was signed")),
                ("message_hash", models.BinaryField(max_length=32, unique=True)),
                ("signature", models.BinaryField()),
                ("proved_at", models.DateTimeField()),
                ("valid_until", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["shop_id", "address", "valid_until"], name="travel_proof_of"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ("eip191", "erc1271")),
                            ("purpose__in", ("payout",)),
                        ),
                        name="travel_proof_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("chain_id__isnull", True), ("kind", "eip191")),
                            models.Q(
                                models.Q(("kind", "eip191"), _negated=True),
                                ("chain_id__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="travel_contract_of_a_chain",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="exchange",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)),
                fields=["due_at"],
                name="travel_exchange_due",
            ),
        ),
        migrations.AddIndex(
            model_name="exchange",
            index=models.Index(fields=["about", "id"], name="travel_exchange_about"),
        ),
        migrations.AddIndex(
            model_name="exchange",
            index=models.Index(fields=["shop_id", "id"], name="travel_exchange_of_shop"),
        ),
        migrations.AddConstraint(
            model_name="exchange",
            constraint=models.UniqueConstraint(
                fields=("direction", "counterparty_name", "request_identifier"),
                name="travel_exchange_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="exchange",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("direction", "out"),
                    (
                        "state__in",
                        (
                            "asking",
                            "asked",
                            "received",
                            "approving",
                            "approved",
                            "rejecting",
                            "confirming",
                            "cancelling",
                        ),
                    ),
                ),
                fields=("about",),
                name="travel_asked_once_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="exchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("direction__in", ("out", "in")),
                    ("mode__in", ("test", "live")),
                    (
                        "state__in",
                        (
                            "asking",
                            "asked",
                            "received",
                            "approving",
                            "approved",
                            "rejecting",
                            "rejected",
                            "confirming",
                            "confirmed",
                            "cancelling",
                            "cancelled",
                            "expired",
                        ),
                    ),
                ),
                name="travel_exchange_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="exchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("due_at__isnull", False),
                        (
                            "state__in",
                            ["approving", "asking", "cancelling", "confirming", "rejecting"],
                        ),
                    ),
                    models.Q(
                        models.Q(
                            (
                                "state__in",
                                ["approving", "asking", "cancelling", "confirming", "rejecting"],
                            ),
                            _negated=True,
                        ),
                        ("due_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="travel_due_while_pending",
            ),
        ),
        migrations.AddConstraint(
            model_name="exchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("units__gt", 0)), name="travel_units_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="exchangemessage",
            constraint=models.UniqueConstraint(
                fields=("exchange", "kind"), name="travel_message_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="exchangemessage",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ("inquiry", "resolution", "confirmation"))),
                name="travel_message_kind",
            ),
        ),
        KeepForHouse("compliance_travelling_counterparty"),
        KeepForHouse("compliance_travelling_exchange"),
        KeepForHouse("compliance_travelling_exchangemessage"),
        KeepShopsApart("compliance_travelling_travelroute"),
        KeepShopsApart("compliance_travelling_proofchallenge"),
        KeepShopsApart("compliance_travelling_walletproof"),
        KeepShopsApart("compliance_travelling_payoutwallet"),
        migrations.RunSQL(GUARDS, UNDO),
    ]
