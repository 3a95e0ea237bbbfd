"""Second factors: apps, passkeys, sheets of recovery codes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import gateway.events.ids
from gateway.tenancy.operations import KeepShopsApart


def _id():
    return models.UUIDField(
        default=gateway.events.ids.uuid7, editable=False, primary_key=True, serialize=False
    )


def _of_person(name):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE,
        related_name=name,
        to=settings.AUTH_USER_MODEL,
    )


def _one_of_person(name):
    return models.OneToOneField(
        on_delete=django.db.models.deletion.CASCADE,
        primary_key=True,
        related_name=name,
        serialize=False,
        to=settings.AUTH_USER_MODEL,
    )


class Migration(migrations.Migration):
    initial = True

    dependencies = [("accounts", "0004_people"), ("tenancy", "0001_scope")]

    operations = [
        migrations.CreateModel(
            name="Totp",
            fields=[
                ("user", _one_of_person("totp")),
                ("secret_sealed", models.BinaryField()),
                ("made_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                (
                    "last_step",
                    models.BigIntegerField(default=0, help_text="of the last code that was taken"),
                ),
                ("used_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Passkey",
            fields=[
                ("id", _id()),
                ("user", _of_person("passkeys")),
                ("credential_id", models.BinaryField(max_length=1023, unique=True)),
                (
                    "credential",
                    models.BinaryField(
                        help_text="attested credential data, WebAuthn section 6.5.2"
                    ),
                ),
                ("sign_count", models.BigIntegerField(default=0)),
                ("name", models.CharField(max_length=60)),
                ("made_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["user", "-id"], name="passkey_by_person")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="passkey_has_a_name"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sign_count__gte", 0)), name="passkey_counts_up"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                ("id", _id()),
                ("user", _of_person("recovery_codes")),
                ("code_hash", models.BinaryField(max_length=32, unique=True)),
                ("made_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["user"], name="recovery_code_by_person")],
            },
        ),
        migrations.CreateModel(
            name="Tries",
            fields=[
                ("user", _one_of_person("+")),
                ("failed", models.PositiveIntegerField(default=0)),
                ("wait_until", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Reset",
            fields=[
                ("id", _id()),
                ("shop_id", models.UUIDField()),
                ("user", _of_person("+")),
                ("asked_by", models.UUIDField(help_text="a person")),
                ("asked_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                ("stopped_at", models.DateTimeField(null=True)),
                ("stopped_by", models.UUIDField(help_text="a person", null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("done_at__isnull", True), ("stopped_at__isnull", True)),
                        fields=("user",),
                        name="factor_reset_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("done_at__isnull", True), ("stopped_at__isnull", True), _connector="OR"
                        ),
                        name="factor_reset_done_or_stopped",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_at__gt", models.F("asked_at"))),
                        name="factor_reset_leaves_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("asked_by", models.F("user_id")), _negated=True),
                        name="factor_reset_by_another",
                    ),
                ],
            },
        ),
        KeepShopsApart("factors_reset"),
    ]
