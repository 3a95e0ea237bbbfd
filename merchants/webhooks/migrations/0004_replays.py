"""What happened in a range of time can be sent again; who looks after an endpoint is told of it."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import gateway.events.ids
from gateway.tenancy.operations import LOCK_TIMEOUT, KeepShopsApart

# Both tables are written all the time: rather begin again than have everybody wait behind us.
NOT_FOR_LONG = f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0003_styles"), ("tenancy", "0001_scope")]

    operations = [
        migrations.RunSQL(NOT_FOR_LONG, migrations.RunSQL.noop),
        migrations.AddField(
            model_name="endpoint",
            name="warned",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="people were told that it accepts nothing",
            ),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="off_since",
            field=models.DateTimeField(
                help_text="what happened since was not queued for it; null while enabled",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="endpoint",
            name="slow",
            field=models.BooleanField(
                default=False, help_text="its last attempt hung or failed: fewer at a time"
            ),
        ),
        migrations.AddConstraint(
            model_name="endpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("enabled", False), ("off_since__isnull", True), _connector="OR"
                ),
                name="webhooks_endpoint_off_since",
            ),
        ),
        migrations.CreateModel(
            name="Replay",
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
                ("shop_id", models.UUIDField()),
                ("since", models.DateTimeField()),
                (
                    "until",
                    models.DateTimeField(help_text="what happened then is not in it any more"),
                ),
                (
                    "events",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        default=list,
                        help_text="of what the endpoint hears; empty: all of it",
                        size=None,
                    ),
                ),
                (
                    "key",
                    models.TextField(
                        default="", help_text="who asks again with it asks for this one"
                    ),
                ),
                (
                    "counted",
                    models.IntegerField(help_text="deliveries, when it was asked for"),
                ),
                ("queued", models.IntegerField(default=0)),
                (
                    "reached",
                    models.UUIDField(help_text="the last event that was looked at", null=True),
                ),
                ("state", models.TextField(default="open")),
                (
                    "failures",
                    models.IntegerField(default=0, help_text="of its slices, one after the other"),
                ),
                ("asked_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "endpoint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="webhooks.endpoint",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["endpoint", "-id"], name="webhooks_replay_log")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("key", ""), _negated=True),
                        fields=("endpoint", "key"),
                        name="webhooks_replay_once_by_its_key",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("endpoint",),
                        name="webhooks_one_open_replay",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("state", "open")),
                            models.Q(
                                ("ended_at__isnull", False), ("state__in", ("done", "failed"))
                            ),
                            _connector="OR",
                        ),
                        name="webhooks_replay_ends",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("since__lt", models.F("until"))),
                        name="webhooks_replay_range",
                    ),
                ],
            },
        ),
        KeepShopsApart("webhooks_replay"),
        migrations.AddField(
            model_name="delivery",
            name="queued_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(),
                help_text="since when it waits: made, or queued again by a replay",
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="replay_id",
            field=models.UUIDField(help_text="the last replay that queued it", null=True),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, NOT_FOR_LONG),  # the first on the way back
    ]
