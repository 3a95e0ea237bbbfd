"""Devices that people are told on, and the messages to them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import gateway.events.ids


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0003_more_kinds"),
        ("sessions", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Device",
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
                ("endpoint", models.TextField(unique=True)),
                ("public", models.BinaryField(help_text="its P-256 point, uncompressed")),
                ("secret", models.BinaryField(help_text="16 bytes that it shares with us")),
                (
                    "server_key",
                    models.TextField(help_text="our public key that it takes messages from"),
                ),
                ("label", models.TextField(help_text='"Firefox · Android"')),
                ("made_at", models.DateTimeField()),
                (
                    "last_sent_at",
                    models.DateTimeField(
                        help_text="when its push service last took one", null=True
                    ),
                ),
                ("trial_asked_at", models.DateTimeField(null=True)),
                ("trial_waits", models.BooleanField(default=False)),
                (
                    "session",
                    models.ForeignKey(
                        help_text="set: it is told only while the person is signed in on it",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="sessions.session",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Push",
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
                (
                    "over",
                    models.BooleanField(
                        default=False, help_text="says that the notice needs nobody now"
                    ),
                ),
                ("state", models.TextField(default="pending")),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "due_at",
                    models.DateTimeField(
                        help_text="when to try; while sending, when the lease ends"
                    ),
                ),
                ("until", models.DateTimeField(help_text="when it is of no use any more")),
                (
                    "shown",
                    models.BooleanField(
                        default=False,
                        help_text="the device may still show it, though it may be over by now",
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "error",
                    models.TextField(default="", help_text="code of the last attempt's failure"),
                ),
                (
                    "device",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="notices.device",
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="notices.notice",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PushSilence",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "user_id",
                        "kind",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("kind", models.TextField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="device",
            index=models.Index(
                condition=models.Q(("trial_waits", True)), fields=["id"], name="notice_device_trial"
            ),
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("trial_waits", False), ("trial_asked_at__isnull", False), _connector="OR"
                ),
                name="notice_device_trial_was_asked_for",
            ),
        ),
        migrations.AddIndex(
            model_name="push",
            index=models.Index(
                condition=models.Q(("state__in", ("pending", "sending"))),
                fields=["due_at"],
                name="notice_push_due",
            ),
        ),
        migrations.AddIndex(
            model_name="push",
            index=models.Index(
                condition=models.Q(("shown", True)), fields=["notice"], name="notice_push_shown"
            ),
        ),
        migrations.AddConstraint(
            model_name="push",
            constraint=models.UniqueConstraint(
                fields=("device", "notice", "over"), name="notice_push_once_to_a_device"
            ),
        ),
        migrations.AddConstraint(
            model_name="push",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ("pending", "sending", "sent", "failed", "dropped"))
                ),
                name="notice_push_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="push",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("over", False),
                    models.Q(("notice__isnull", False), ("shown", False)),
                    _connector="OR",
                ),
                name="notice_push_over_of_a_notice",
            ),
        ),
        migrations.AddConstraint(
            model_name="pushsilence",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        (
                            "payout_failed",
                            "payout_failed_at_house",
                            "requirement_due",
                            "difference_found",
                            "chain_stalled",
                            "float_low",
                            "gas_low",
                            "desk_halted",
                            "money_held",
                            "list_refused",
                            "move_overdue",
                            "shortfall_opened",
                            "approval_waits",
                            "approval_waits_at_house",
                            "bank_unclear",
                            "case_opened",
                        ),
                    )
                ),
                name="notice_push_silence_kind_known",
            ),
        ),
        migrations.RunSQL(
            # The database removes a device's messages itself, whoever removes the device.
            "ALTER TABLE notices_push ADD CONSTRAINT notices_push_of_device"
            " FOREIGN KEY (device_id) REFERENCES notices_device (id) ON DELETE CASCADE",
            "ALTER TABLE notices_push DROP CONSTRAINT notices_push_of_device",
        ),
    ]
