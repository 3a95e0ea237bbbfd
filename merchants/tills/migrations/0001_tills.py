"""Tills, the tablets paired with them, and the PINs of who works there."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import gateway.events.ids
from gateway.tenancy.operations import KeepShopsApart

_ACTS = ("refund", "void", "open_drawer", "discount")
SQL = Path(__file__).with_suffix(".sql")
UNDO = """
DROP FUNCTION tills_pairing_found(bytea, timestamptz);
DROP FUNCTION tills_entered(bytea);
"""


def _id():
    return models.UUIDField(
        default=gateway.events.ids.uuid7, editable=False, primary_key=True, serialize=False
    )


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0003_scopes"),
        ("shops", "0001_initial"),
        ("tenancy", "0001_scope"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Till",
            fields=[
                ("id", _id()),
                ("shop_id", models.UUIDField()),
                ("name", models.CharField(max_length=80)),
                ("place", models.CharField(blank=True, max_length=80)),
                ("made_by", models.UUIDField(help_text="a person")),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("shop_id", "name"), name="till_of_one_name"),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="till_has_a_name"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Pairing",
            fields=[
                ("id", _id()),
                ("shop_id", models.UUIDField()),
                (
                    "till",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pairings",
                        to="tills.till",
                    ),
                ),
                ("code_hash", models.BinaryField(max_length=32, unique=True)),
                ("made_by", models.UUIDField(help_text="a person")),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "dropped_at",
                    models.DateTimeField(help_text="when a newer code took its place", null=True),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("dropped_at__isnull", True), ("used_at__isnull", True)),
                        fields=("till",),
                        name="pairing_one_open_of_a_till",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("made_at"))),
                        name="pairing_has_an_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("used_at__isnull", True), ("dropped_at__isnull", True), _connector="OR"
                        ),
                        name="pairing_used_or_dropped",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Device",
            fields=[
                ("id", _id()),
                ("shop_id", models.UUIDField()),
                (
                    "till",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="devices",
                        to="tills.till",
                    ),
                ),
                ("token_hash", models.BinaryField(max_length=32, unique=True)),
                ("paired_by", models.UUIDField(help_text="who made the code")),
                ("paired_at", models.DateTimeField()),
                ("app_version", models.CharField(blank=True, max_length=40)),
                ("seen_at", models.DateTimeField(help_text="to the minute")),
                (
                    "cashier",
                    models.ForeignKey(
                        help_text="null: locked",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "used_at",
                    models.DateTimeField(
                        help_text="when the cashier last did something, to 15 seconds"
                    ),
                ),
                ("revoked_at", models.DateTimeField(null=True)),
                ("revoked_by", models.UUIDField(help_text="a person", null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["shop_id", "-id"], name="till_device_by_shop")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at__isnull", True)),
                        fields=("till",),
                        name="till_device_one_of_a_till",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revoked_at__isnull", True), ("revoked_by__isnull", True)),
                            models.Q(
                                ("cashier__isnull", True),
                                ("revoked_at__isnull", False),
                                ("revoked_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="till_device_revoked_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Pin",
            fields=[
                ("id", _id()),
                ("shop_id", models.UUIDField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "secret",
                    models.CharField(help_text="scrypt of the peppered PIN", max_length=256),
                ),
                ("set_at", models.DateTimeField()),
                ("failed", models.PositiveIntegerField(default=0, help_text="wrong ones in a row")),
                ("wait_until", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("shop_id", "user"), name="pin_one_of_a_person"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Grant",
            fields=[
                ("id", _id()),
                ("shop_id", models.UUIDField()),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tills.device",
                    ),
                ),
                ("act", models.CharField(choices=[(act, act) for act in _ACTS], max_length=20)),
                (
                    "subject",
                    models.CharField(help_text="what it is about, 'invoice:<id>'", max_length=100),
                ),
                ("asked_by", models.UUIDField(help_text="the cashier")),
                ("given_by", models.UUIDField(help_text="the manager")),
                ("given_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["shop_id", "-id"], name="grant_by_shop")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("act__in", _ACTS)), name="grant_act_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("given_at"))),
                        name="grant_has_an_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("used_at__isnull", True),
                            models.Q(
                                ("used_at__gte", models.F("given_at")),
                                ("used_at__lt", models.F("expires_at")),
                            ),
                            _connector="OR",
                        ),
                        name="grant_used_in_time",
                    ),
                ],
            },
        ),
        KeepShopsApart("tills_till"),
        KeepShopsApart("tills_pairing"),
        KeepShopsApart("tills_device"),
        KeepShopsApart("tills_pin"),
        KeepShopsApart("tills_grant"),
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), UNDO),
    ]
