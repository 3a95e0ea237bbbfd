"""Issuers that are trusted, what wallets are asked, and what a wallet opens by its secret."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import gateway.events.ids
from gateway.tenancy.operations import KeepShopsApart

SQL = (Path(__file__).parent / "0001_opening.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenancy", "0001_scope"),
        ("compliance_knowing", "0003_papers"),
    ]

    operations = [
        migrations.CreateModel(
            name="StatusListCopy",
            fields=[
                ("uri", models.TextField(primary_key=True, serialize=False)),
                ("token", models.TextField()),
                ("fetched_at", models.DateTimeField()),
                ("fresh_until", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["fresh_until"], name="presenting_list_old")],
            },
        ),
        migrations.CreateModel(
            name="TrustedIssuer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("issuer", models.TextField(help_text="what its credentials say in iss")),
                ("version", models.PositiveIntegerField(help_text="1, 2, 3 … per issuer")),
                ("vcts", models.JSONField(help_text="kinds of credentials it is trusted for")),
                ("keys", models.JSONField(default=list, help_text="its public keys, as JWK")),
                (
                    "roots",
                    models.TextField(default="", help_text="certificates above its keys, PEM"),
                ),
                (
                    "country",
                    models.TextField(default="", help_text="whose identities these are, ISO 3166"),
                ),
                ("without_status", models.BooleanField(default=False)),
                ("reason", models.TextField()),
                ("trusted_by", models.TextField()),
                ("since", models.DateTimeField()),
                ("ended_by", models.TextField(default="")),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("issuer", "version"), name="presenting_issuer_version_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("issuer",),
                        name="presenting_issuer_one_current",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("keys", []), ("roots__gt", "")),
                            models.Q(models.Q(("keys", []), _negated=True), ("roots", "")),
                            _connector="OR",
                        ),
                        name="presenting_issuer_keys_or_roots",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("vcts", []), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            models.Q(("trusted_by", ""), _negated=True),
                        ),
                        name="presenting_issuer_trusted_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("ended_by", "")),
                            models.Q(
                                ("ended_at__gte", models.F("since")),
                                models.Q(("ended_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="presenting_issuer_ended_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Presentation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("shop_id", models.UUIDField()),
                ("state", models.TextField(default="asked")),
                ("problem", models.TextField(default="")),
                (
                    "token_digest",
                    models.BinaryField(
                        help_text="of the secret in the request's address",
                        max_length=32,
                        unique=True,
                    ),
                ),
                ("nonce", models.TextField(unique=True)),
                (
                    "session_digest",
                    models.BinaryField(
                        help_text="of the browser session that began it", max_length=32
                    ),
                ),
                (
                    "client_id",
                    models.TextField(help_text="as whom we asked; the answer's audience"),
                ),
                ("vcts", models.JSONField(help_text="kinds of credentials that were asked for")),
                ("asked_by", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("answer_digest", models.BinaryField(max_length=32, null=True, unique=True)),
                (
                    "answer_box",
                    models.BinaryField(help_text="sealed; null once it is checked", null=True),
                ),
                ("answered_at", models.DateTimeField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "verifier",
                    models.TextField(default="", help_text="version of the checks that decided"),
                ),
                (
                    "issuer",
                    models.TextField(default="", help_text="who is said to have given it out"),
                ),
                ("vct", models.TextField(default="")),
                ("credential_digest", models.BinaryField(max_length=32, null=True)),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compliance_knowing.subject",
                    ),
                ),
                (
                    "trust",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="presentations",
                        to="compliance_presenting.trustedissuer",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["shop_id", "subject"], name="presenting_of_subject"),
                    models.Index(
                        condition=models.Q(("state", "answered")),
                        fields=["answered_at"],
                        name="presenting_to_check",
                    ),
                    models.Index(
                        condition=models.Q(("state", "asked")),
                        fields=["expires_at"],
                        name="presenting_to_end",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ("asked", "answered", "accepted", "refused", "expired"))
                        ),
                        name="presenting_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "problem__in",
                                (
                                    "",
                                    "unreadable",
                                    "wrong_kind",
                                    "issuer_untrusted",
                                    "badly_signed",
                                    "tampered",
                                    "wrong_nonce",
                                    "wrong_audience",
                                    "holder_unproven",
                                    "expired",
                                    "not_yet_valid",
                                    "no_status",
                                    "revoked",
                                    "suspended",
                                    "status_unreachable",
                                    "status_unreadable",
                                    "claims_missing",
                                    "name_differs",
                                    "born_differs",
                                    "declined",
                                    "subject_gone",
                                ),
                            )
                        ),
                        name="presenting_problem",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("problem__gt", ""), ("state", "refused")),
                            models.Q(
                                models.Q(("state", "refused"), _negated=True), ("problem", "")
                            ),
                            _connector="OR",
                        ),
                        name="presenting_refused_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "accepted"), _negated=True),
                            models.Q(
                                ("trust__isnull", False),
                                ("credential_digest__isnull", False),
                                ("answer_digest__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="presenting_accepted_is_explained",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answer_box__isnull", False),
                                ("answered_at__isnull", False),
                                ("state", "answered"),
                            ),
                            models.Q(
                                models.Q(("state", "answered"), _negated=True),
                                ("answer_box__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="presenting_answer_kept_until_checked",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("asked", "answered"))),
                        fields=("subject",),
                        name="presenting_one_open",
                    ),
                ],
            },
        ),
        KeepShopsApart("compliance_presenting_presentation"),
        migrations.RunSQL(SQL, "DROP FUNCTION presenting_open(bytea);"),
    ]
