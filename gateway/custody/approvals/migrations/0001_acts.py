"""Acts of two people, and the trigger that keeps their life."""

from pathlib import Path

from django.db import migrations, models

import gateway.events.ids

GUARD = Path(__file__).with_name("act.sql").read_text(encoding="utf-8")
UNDO = """
DROP TRIGGER approvals_act_guard ON approvals_act;
DROP FUNCTION approvals_act_guard();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [("shops", "0003_shop_time_zone")]

    operations = [
        migrations.CreateModel(
            name="Act",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.TextField()),
                (
                    "subject",
                    models.TextField(
                        help_text="what it is about, kind:id; one open act of a kind each"
                    ),
                ),
                ("shop_id", models.UUIDField(help_text="null: the house's own", null=True)),
                ("mode", models.TextField()),
                (
                    "decider",
                    models.TextField(
                        help_text="whose people approve: the shop's (or the house's), house"
                    ),
                ),
                ("payload", models.TextField(help_text="JSON, as it was agreed to; never changes")),
                (
                    "payload_hash",
                    models.BinaryField(help_text="SHA-256 of the payload", max_length=32),
                ),
                ("origin", models.TextField(help_text="person, key:<id> or schedule")),
                ("reason", models.TextField()),
                ("state", models.TextField(default="proposed")),
                (
                    "maker",
                    models.UUIDField(
                        help_text="the first person; null: none took it up yet", null=True
                    ),
                ),
                ("checker", models.UUIDField(help_text="the second one", null=True)),
                ("ended_by", models.UUIDField(help_text="who rejected or cancelled it", null=True)),
                ("end_reason", models.TextField(default="")),
                ("delay_seconds", models.PositiveIntegerField()),
                ("lifetime_seconds", models.PositiveIntegerField()),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("not_before", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["shop_id", "-id"], name="act_of_shop"),
                    models.Index(fields=["kind", "subject", "-id"], name="act_of_subject"),
                    models.Index(
                        condition=models.Q(("state", "approved")),
                        fields=["not_before"],
                        name="act_due",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ("proposed", "approved"))),
                        fields=["expires_at"],
                        name="act_expiring",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("checker__isnull", True),
                            models.Q(
                                ("maker__isnull", False),
                                models.Q(("checker", models.F("maker")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="act_maker_is_not_checker",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                (
                                    "proposed",
                                    "approved",
                                    "carried_out",
                                    "cancelled",
                                    "rejected",
                                    "expired",
                                    "failed",
                                ),
                            )
                        ),
                        name="act_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mode__in", ("test", "live"))), name="act_mode_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("decider__in", ("shop", "house"))),
                        name="act_decider_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("shop_id__isnull", False), ("decider", "house"), _connector="OR"
                        ),
                        name="act_of_the_house_is_decided_there",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="act_has_a_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ("approved", "carried_out", "failed")), _negated=True
                            ),
                            models.Q(
                                ("checker__isnull", False),
                                ("decided_at__isnull", False),
                                ("not_before__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="act_done_is_agreed_by_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("mode", "test"), ("delay_seconds__gte", 900), _connector="OR"
                        ),
                        name="act_live_waits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__isnull", True), ("state__in", ("proposed", "approved"))
                            ),
                            models.Q(
                                models.Q(("state__in", ("proposed", "approved")), _negated=True),
                                ("ended_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="act_ends_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("proposed", "approved"))),
                        fields=("kind", "subject"),
                        name="act_open_once",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARD, UNDO),
    ]
