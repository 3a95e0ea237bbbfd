"""Keys that credentials are signed by, offers to people's wallets, what they were given."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

import gateway.events.ids
from gateway.tenancy.operations import KeepShopsApart

SQL = (Path(__file__).parent / "0001_opening.sql").read_text(encoding="utf-8")
DROP = "DROP FUNCTION issuing_open(bytea, bytea); DROP FUNCTION issuing_standings(timestamptz);"
OPEN = ("asked", "taken")


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenancy", "0001_scope"),
        ("compliance_knowing", "0006_shopper_places"),
    ]

    operations = [
        migrations.CreateModel(
            name="SigningKey",
            fields=[
                (
                    "kid",
                    models.TextField(
                        help_text="its thumbprint, RFC 7638", primary_key=True, serialize=False
                    ),
                ),
                ("public", models.JSONField(help_text="as JWK")),
                ("since", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="CredentialOffer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("shop_id", models.UUIDField()),
                ("state", models.TextField(default="asked")),
                (
                    "family_words",
                    models.SmallIntegerField(
                        help_text="how the name is split; null: the credential names nobody",
                        null=True,
                    ),
                ),
                (
                    "code_digest",
                    models.BinaryField(
                        help_text="of the code in the QR", max_length=32, unique=True
                    ),
                ),
                ("wrong_codes", models.PositiveSmallIntegerField(default=0)),
                ("token_digest", models.BinaryField(max_length=32, null=True, unique=True)),
                ("token_until", models.DateTimeField(null=True)),
                ("asked_by", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compliance_knowing.subject",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(
                            state__in=(
                                "asked",
                                "taken",
                                "issued",
                                "blocked",
                                "withdrawn",
                                "expired",
                            )
                        ),
                        name="issuing_offer_state",
                    ),
                    models.UniqueConstraint(
                        condition=Q(state__in=OPEN),
                        fields=("subject",),
                        name="issuing_one_offer_open",
                    ),
                    models.CheckConstraint(
                        condition=Q(state__in=OPEN, ended_at__isnull=True)
                        | (~Q(state__in=OPEN) & Q(ended_at__isnull=False)),
                        name="issuing_offer_ended",
                    ),
                    models.CheckConstraint(
                        condition=~Q(state__in=("taken", "issued"))
                        | Q(token_digest__isnull=False, token_until__isnull=False),
                        name="issuing_offer_taken_by_token",
                    ),
                    models.CheckConstraint(
                        condition=Q(wrong_codes__lt=5) | Q(wrong_codes=5, state="blocked"),
                        name="issuing_offer_few_wrong_codes",
                    ),
                    models.CheckConstraint(
                        condition=Q(family_words__isnull=True) | ~Q(family_words=0),
                        name="issuing_offer_name_split",
                    ),
                    models.CheckConstraint(
                        condition=~Q(asked_by="") & Q(expires_at__gt=F("asked_at")),
                        name="issuing_offer_asked",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["subject", "id"], name="issuing_offer_of_subject"),
                    models.Index(
                        condition=Q(state__in=OPEN),
                        fields=["expires_at"],
                        name="issuing_offer_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IssuedCredential",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("shop_id", models.UUIDField()),
                ("level", models.TextField()),
                (
                    "names_them",
                    models.BooleanField(help_text="whether name and date of birth are in it"),
                ),
                ("standing", models.TextField(default="valid")),
                ("place", models.PositiveIntegerField(help_text="in the status list")),
                ("digest", models.BinaryField(help_text="of what we signed", max_length=32)),
                (
                    "nonce_digest",
                    models.BinaryField(help_text="of its proof's nonce", max_length=32),
                ),
                ("issued_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("ended_by", models.TextField(default="")),
                ("ended_at", models.DateTimeField(null=True)),
                ("reason", models.TextField(default="", help_text="of its end, for the house")),
                (
                    "offer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credentials",
                        to="compliance_issuing.credentialoffer",
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compliance_issuing.signingkey",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compliance_knowing.subject",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(standing__in=("valid", "suspended", "revoked")),
                        name="issuing_credential_standing",
                    ),
                    models.CheckConstraint(
                        condition=Q(level__in=("none", "basic", "standard", "enhanced"))
                        & ~Q(level="none"),
                        name="issuing_credential_level",
                    ),
                    models.UniqueConstraint(fields=("place",), name="issuing_place_once"),
                    models.UniqueConstraint(fields=("nonce_digest",), name="issuing_nonce_once"),
                    models.UniqueConstraint(fields=("digest",), name="issuing_credential_once"),
                    models.UniqueConstraint(
                        condition=~Q(standing="revoked"),
                        fields=("subject",),
                        name="issuing_one_of_a_person",
                    ),
                    models.CheckConstraint(
                        condition=Q(place__lt=262_144), name="issuing_place_in_list"
                    ),
                    models.CheckConstraint(
                        condition=Q(expires_at__gt=F("issued_at")), name="issuing_credential_ends"
                    ),
                    models.CheckConstraint(
                        condition=Q(standing="revoked", ended_at__isnull=False)
                        & ~Q(ended_by="")
                        & ~Q(reason="")
                        | ~Q(standing="revoked") & Q(ended_at__isnull=True, ended_by="", reason=""),
                        name="issuing_revoked_for_a_reason",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["shop_id"], name="issuing_credential_of_shop"),
                ],
            },
        ),
        KeepShopsApart("compliance_issuing_credentialoffer"),
        KeepShopsApart("compliance_issuing_issuedcredential"),
        migrations.RunSQL(SQL, DROP),
    ]
