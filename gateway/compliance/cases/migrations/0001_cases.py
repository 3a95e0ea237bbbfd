"""Cases, what was gathered for them and decided, and the record of all that was done."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import gateway.events.ids
from gateway.tenancy.operations import KeepForHouse

GUARDS = Path(__file__).with_name("guards.sql").read_text(encoding="utf-8")
UNDO = """
DROP TRIGGER case_close ON compliance_cases_case;
DROP TRIGGER recordentry_follows ON compliance_cases_recordentry;
DROP TRIGGER casealert_keep ON compliance_cases_casealert;
DROP TRIGGER casenote_keep ON compliance_cases_casenote;
DROP TRIGGER casesnapshot_keep ON compliance_cases_casesnapshot;
DROP TRIGGER casedecision_keep ON compliance_cases_casedecision;
DROP TRIGGER recordentry_keep ON compliance_cases_recordentry;
DROP TRIGGER recordday_keep ON compliance_cases_recordday;
DROP TRIGGER recordopening_keep ON compliance_cases_recordopening;
DROP FUNCTION compliance_cases_close();
DROP FUNCTION compliance_cases_chain();
DROP FUNCTION compliance_cases_refuse_change();
"""
TABLES = (
    "case",
    "casealert",
    "casedecision",
    "casenote",
    "casesnapshot",
    "recordday",
    "recordentry",
    "recordhead",
    "recordopening",
)


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("compliance", "0003_list_changes"),
        ("compliance_alerts", "0001_alerts"),
        ("tenancy", "0001_scope"),
    ]

    operations = [
        migrations.CreateModel(
            name="RecordDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("first", models.PositiveBigIntegerField()),
                ("last", models.PositiveBigIntegerField()),
                (
                    "root",
                    models.TextField(help_text="Merkle root (RFC 6962) over the entries' hashes"),
                ),
                ("sealed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="RecordOpening",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "number",
                        "name",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("number", models.PositiveBigIntegerField()),
                ("name", models.TextField()),
                ("salt", models.BinaryField(max_length=32)),
                ("value", models.TextField(help_text="canonical JSON")),
            ],
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("about", models.TextField(help_text="as the alerts write it")),
                ("mode", models.TextField()),
                ("shop_id", models.UUIDField(null=True)),
                ("severity", models.TextField(help_text="the highest of its alerts'")),
                ("state", models.TextField(default="open")),
                ("is_escalated", models.BooleanField(default=False)),
                ("assignee", models.UUIDField(help_text="who works on it", null=True)),
                (
                    "gathers",
                    models.BooleanField(
                        default=True, help_text="whether new alerts about the same one join it"
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                (
                    "counted_from",
                    models.DateTimeField(help_text="its opening or last reopening: deadlines run"),
                ),
                ("last_alert_at", models.DateTimeField()),
                (
                    "deadlines",
                    models.TextField(help_text="the version of the rules that it is due by"),
                ),
                ("first_look_due", models.DateTimeField()),
                ("decide_due", models.DateTimeField()),
                ("due_at", models.DateTimeField(help_text="the next of the two")),
                ("overdue_told_at", models.DateTimeField(null=True)),
                (
                    "disposition",
                    models.TextField(default="", help_text="as proposed or closed; '' before"),
                ),
                ("maker", models.UUIDField(help_text="who proposed its end", null=True)),
                ("checker", models.UUIDField(help_text="who agreed to it", null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "follows",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="later",
                        to="compliance_cases.case",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CaseAlert",
            fields=[
                (
                    "alert",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="in_case",
                        serialize=False,
                        to="compliance_alerts.alert",
                    ),
                ),
                ("joined_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gathered",
                        to="compliance_cases.case",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CaseNote",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("author", models.UUIDField()),
                ("text", models.TextField()),
                ("written_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="compliance_cases.case",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CaseSnapshot",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("moment", models.TextField(help_text="opened, proposed, reopened")),
                ("content", models.TextField(help_text="canonical JSON")),
                ("content_hash", models.BinaryField(help_text="SHA-256 of it", max_length=32)),
                ("taken_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="snapshots",
                        to="compliance_cases.case",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CaseDecision",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                (
                    "act_id",
                    models.UUIDField(help_text="the act that two people agreed to", unique=True),
                ),
                ("disposition", models.TextField()),
                ("reason", models.TextField()),
                ("maker", models.UUIDField()),
                ("checker", models.UUIDField()),
                (
                    "rules",
                    models.TextField(help_text="the version that the outcome was computed by"),
                ),
                ("outcome", models.TextField(help_text="canonical JSON")),
                ("outcome_hash", models.BinaryField(help_text="SHA-256 of it", max_length=32)),
                ("decided_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="compliance_cases.case",
                    ),
                ),
                (
                    "snapshot",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decision",
                        to="compliance_cases.casesnapshot",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RecordEntry",
            fields=[
                ("number", models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ("previous", models.TextField(unique=True)),
                ("hash", models.TextField(unique=True)),
                ("at", models.DateTimeField()),
                ("day", models.DateField(help_text="of ``at``, in UTC")),
                ("about", models.TextField(help_text="a case's id, '' for none")),
                ("actor", models.TextField()),
                ("verb", models.TextField()),
                ("facts", models.TextField(help_text="canonical JSON")),
                (
                    "commitments",
                    models.TextField(help_text="canonical JSON: by name, what was committed to"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["about", "number"], name="compliance_record_of_case"),
                    models.Index(fields=["day", "number"], name="compliance_record_of_day"),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecordHead",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False),
                ),
                ("number", models.PositiveBigIntegerField(default=0)),
                (
                    "hash",
                    models.TextField(
                        default="0000000000000000000000000000000000000000000000000000000000000000"
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(
                        help_text="of the last entry: no later one is earlier", null=True
                    ),
                ),
                (
                    "sealed_through",
                    models.DateField(
                        help_text="the last day that takes no more entries", null=True
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="compliance_record_one_head"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("state__in", ("open", "triage", "investigating", "proposed"))),
                fields=["-is_escalated", "due_at", "id"],
                name="compliance_case_queue",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("state__in", ("open", "triage", "investigating", "proposed"))),
                fields=["assignee", "-is_escalated", "due_at", "id"],
                name="compliance_case_of_officer",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("state", "closed")),
                fields=["-closed_at", "-id"],
                name="compliance_case_closed",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["about", "-id"], name="compliance_case_about"),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(("mode__in", ("test", "live"))), name="compliance_case_mode"
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ("open", "triage", "investigating", "proposed", "closed"))
                ),
                name="compliance_case_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(("severity__in", ("low", "medium", "high"))),
                name="compliance_case_severity",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "disposition__in",
                        ("", "no_action", "false_positive", "watch", "report", "block"),
                    )
                ),
                name="compliance_case_disposition",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "open"), _negated=True),
                    ("assignee__isnull", True),
                    _connector="OR",
                ),
                name="compliance_case_open_is_nobodys",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "triage"), _negated=True),
                    ("assignee__isnull", False),
                    _connector="OR",
                ),
                name="compliance_case_triage_is_somebodys",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("maker__isnull", False),
                        ("state__in", ("proposed", "closed")),
                        models.Q(("disposition", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("state__in", ("proposed", "closed")), _negated=True),
                        ("disposition", ""),
                        ("maker__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="compliance_case_proposed_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("checker__isnull", False),
                        ("closed_at__isnull", False),
                        ("state", "closed"),
                        models.Q(("checker", models.F("maker")), _negated=True),
                    ),
                    models.Q(
                        models.Q(("state", "closed"), _negated=True),
                        ("checker__isnull", True),
                        ("closed_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="compliance_case_closed_by_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "closed"), _negated=True),
                    ("gathers", False),
                    _connector="OR",
                ),
                name="compliance_case_closed_gathers_nothing",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(
                condition=models.Q(("gathers", True)),
                fields=("mode", "about"),
                name="compliance_case_gathers_alone",
            ),
        ),
        migrations.AddConstraint(
            model_name="casenote",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True),
                name="compliance_note_says_something",
            ),
        ),
        migrations.AddIndex(
            model_name="casesnapshot",
            index=models.Index(fields=["case", "-id"], name="compliance_case_snapshots"),
        ),
        migrations.AddConstraint(
            model_name="casedecision",
            constraint=models.CheckConstraint(
                condition=models.Q(("maker", models.F("checker")), _negated=True),
                name="compliance_decision_maker_is_not_checker",
            ),
        ),
        migrations.AddConstraint(
            model_name="casedecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("disposition__in", ("no_action", "false_positive", "watch", "report", "block"))
                ),
                name="compliance_decision_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="casedecision",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True),
                name="compliance_decision_has_a_reason",
            ),
        ),
        *(KeepForHouse(f"compliance_cases_{name}") for name in TABLES),
        migrations.RunSQL(GUARDS, UNDO),
    ]
