"""What was observed, the tables that judge it, and what they would have said."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import gateway.events.ids
from gateway.tenancy.operations import KeepForHouse

GUARDS = Path(__file__).with_name("guards.sql").read_text(encoding="utf-8")
UNDO = """
DROP TRIGGER version_guard ON compliance_scenarios_scenarioversion;
DROP TRIGGER observation_keep ON compliance_scenarios_observationrow;
DROP FUNCTION compliance_scenarios_version();
DROP FUNCTION compliance_scenarios_refuse_change();
"""
TABLES = (
    *("backtest", "backtestday", "observationrow", "scenarioversion"),
    *("shadowhit", "waitingobservation"),
)


class Migration(migrations.Migration):
    initial = True

    dependencies = [("approvals", "0001_acts"), ("tenancy", "0001_scope")]

    operations = [
        migrations.CreateModel(
            name="ObservationRow",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("event_id", models.UUIDField(unique=True)),
                ("mode", models.TextField()),
                ("kind", models.TextField()),
                ("shop_id", models.UUIDField(null=True)),
                (
                    "source",
                    models.TextField(help_text="address:0x…, shop:<id>; '' for nobody knows"),
                ),
                ("target", models.TextField()),
                (
                    "cents",
                    models.BigIntegerField(
                        help_text="US cents, rounded down; null: no price", null=True
                    ),
                ),
                (
                    "valued_by",
                    models.TextField(help_text="how the worth was known; '' where it was not"),
                ),
                ("at", models.DateTimeField()),
                ("facts", models.JSONField(default=dict)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["mode", "source", "at"], name="scenarios_seen_source"),
                    models.Index(fields=["mode", "target", "at"], name="scenarios_seen_target"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                (
                                    "deposit",
                                    "card_payment",
                                    "refund",
                                    "card_refund",
                                    "payout_requested",
                                    "payout",
                                    "destination_changed",
                                    "profile",
                                ),
                            )
                        ),
                        name="scenarios_seen_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mode__in", ("test", "live"))),
                        name="scenarios_seen_mode",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cents__isnull", True), ("valued_by", "")),
                            models.Q(("cents__gte", 0), models.Q(("valued_by", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="scenarios_seen_valued",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source", ""), ("target", ""), _negated=True),
                        name="scenarios_seen_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ScenarioVersion",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("scenario", models.TextField()),
                ("number", models.PositiveIntegerField(help_text="1, 2, 3 … per scenario")),
                ("state", models.TextField(default="draft")),
                ("subject", models.TextField(help_text="shop or address, as in the table")),
                (
                    "content",
                    models.TextField(help_text="the table in its plain form, canonical JSON"),
                ),
                ("content_hash", models.BinaryField(help_text="SHA-256 of it", max_length=32)),
                ("author", models.UUIDField(help_text="null: it came with the program", null=True)),
                ("note", models.TextField(help_text="why it was written")),
                (
                    "act_id",
                    models.UUIDField(help_text="by which it went live", null=True, unique=True),
                ),
                ("maker", models.UUIDField(null=True)),
                ("checker", models.UUIDField(null=True)),
                ("written_at", models.DateTimeField()),
                ("shadow_at", models.DateTimeField(null=True)),
                ("live_at", models.DateTimeField(null=True)),
                ("retired_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("scenario", "number"), name="scenarios_number_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "live")),
                        fields=("scenario",),
                        name="scenarios_one_live",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "shadow")),
                        fields=("scenario",),
                        name="scenarios_one_shadow",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "draft")),
                        fields=("scenario",),
                        name="scenarios_one_draft",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("draft", "shadow", "live", "retired"))),
                        name="scenarios_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("subject__in", ("shop", "address"))),
                        name="scenarios_subject",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("note", ""), _negated=True), name="scenarios_has_a_note"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("checker__isnull", True),
                            models.Q(("checker", models.F("maker")), _negated=True),
                            _connector="OR",
                        ),
                        name="scenarios_maker_is_not_checker",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("checker__isnull", True),
                            ("author__isnull", True),
                            models.Q(("checker", models.F("author")), _negated=True),
                            _connector="OR",
                        ),
                        name="scenarios_author_is_not_checker",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("live_at__isnull", True),
                                models.Q(("state", "live"), _negated=True),
                            ),
                            models.Q(
                                ("act_id__isnull", False),
                                ("checker__isnull", False),
                                ("live_at__isnull", False),
                                ("maker__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="scenarios_live_by_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("retired_at__isnull", False), ("state", "retired")),
                            models.Q(
                                models.Q(("state", "retired"), _negated=True),
                                ("retired_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="scenarios_retired_at",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Backtest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("mode", models.TextField()),
                ("since", models.DateTimeField(help_text="included")),
                ("until", models.DateTimeField(help_text="not included")),
                (
                    "band_percent",
                    models.PositiveSmallIntegerField(help_text="how far under the line is near"),
                ),
                ("state", models.TextField(default="waiting")),
                ("asked_by", models.UUIDField(null=True)),
                ("asked_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "reached",
                    models.TextField(default="", help_text="the last subject that was looked at"),
                ),
                (
                    "subjects",
                    models.PositiveIntegerField(
                        help_text="in all; null: not counted yet", null=True
                    ),
                ),
                ("done", models.PositiveIntegerField(default=0, help_text="of the subjects")),
                (
                    "judged",
                    models.PositiveBigIntegerField(
                        default=0, help_text="how often the table was asked"
                    ),
                ),
                ("failure", models.TextField(default="")),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tests",
                        to="compliance_scenarios.scenarioversion",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ShadowHit",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("mode", models.TextField()),
                ("about", models.TextField()),
                ("day", models.DateField()),
                ("severity", models.TextField(help_text="of the first time that day")),
                ("times", models.PositiveIntegerField(default=1)),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hits",
                        to="compliance_scenarios.scenarioversion",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WaitingObservation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("mode", models.TextField()),
                ("subject", models.TextField()),
                (
                    "observation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compliance_scenarios.observationrow",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BacktestDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("above", models.PositiveIntegerField(default=0, help_text="would have alerted")),
                (
                    "below",
                    models.PositiveIntegerField(default=0, help_text="would not, but nearly"),
                ),
                (
                    "alerted",
                    models.PositiveIntegerField(
                        default=0, help_text="of those above: people were told"
                    ),
                ),
                (
                    "confirmed",
                    models.PositiveIntegerField(
                        default=0, help_text="of those above: a case about them ended as worth it"
                    ),
                ),
                (
                    "dismissed",
                    models.PositiveIntegerField(
                        default=0, help_text="of those above: cases about them ended as nothing"
                    ),
                ),
                (
                    "test",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="days",
                        to="compliance_scenarios.backtest",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("test", "day"), name="scenarios_test_day_once")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="backtest",
            index=models.Index(fields=["version", "-id"], name="scenarios_tests_of"),
        ),
        migrations.AddIndex(
            model_name="backtest",
            index=models.Index(
                condition=models.Q(("state__in", ("waiting", "running"))),
                fields=["id"],
                name="scenarios_tests_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="backtest",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ("waiting", "running", "done", "failed"))),
                name="scenarios_test_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="backtest",
            constraint=models.CheckConstraint(
                condition=models.Q(("mode__in", ("test", "live"))), name="scenarios_test_mode"
            ),
        ),
        migrations.AddConstraint(
            model_name="backtest",
            constraint=models.CheckConstraint(
                condition=models.Q(("since__lt", models.F("until"))), name="scenarios_test_period"
            ),
        ),
        migrations.AddConstraint(
            model_name="backtest",
            constraint=models.CheckConstraint(
                condition=models.Q(("band_percent__gte", 1), ("band_percent__lte", 50)),
                name="scenarios_test_band",
            ),
        ),
        migrations.AddConstraint(
            model_name="backtest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("state__in", ("waiting", "running"))),
                    models.Q(("ended_at__isnull", False), ("state__in", ("done", "failed"))),
                    _connector="OR",
                ),
                name="scenarios_test_ends_once",
            ),
        ),
        migrations.AddIndex(
            model_name="shadowhit",
            index=models.Index(fields=["version", "-day"], name="scenarios_hits_of"),
        ),
        migrations.AddConstraint(
            model_name="shadowhit",
            constraint=models.UniqueConstraint(
                fields=("version", "mode", "about", "day"), name="scenarios_hit_once_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="shadowhit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("severity__in", ("none", "low", "medium", "high")),
                    models.Q(("severity", "none"), _negated=True),
                ),
                name="scenarios_hit_severity",
            ),
        ),
        migrations.AddIndex(
            model_name="waitingobservation",
            index=models.Index(fields=["mode", "subject"], name="scenarios_waiting_subject"),
        ),
        migrations.AddConstraint(
            model_name="waitingobservation",
            constraint=models.UniqueConstraint(
                fields=("subject", "observation"), name="scenarios_waiting_once"
            ),
        ),
        *(KeepForHouse(f"compliance_scenarios_{table}") for table in TABLES),
        migrations.RunSQL(GUARDS, UNDO),
    ]
