"""Reports to authorities, what is in them, and who read it."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import gateway.events.ids
from gateway.tenancy.operations import KeepForHouse

GUARDS = Path(__file__).with_name("guards.sql").read_text(encoding="utf-8")
UNDO = """
DROP TRIGGER reportfile_of_approved ON compliance_reporting_reportfile;
DROP TRIGGER reportcontent_of_draft ON compliance_reporting_reportcontent;
DROP TRIGGER report_first ON compliance_reporting_report;
DROP TRIGGER report_way ON compliance_reporting_report;
DROP TRIGGER reportreading_keep ON compliance_reporting_reportreading;
DROP TRIGGER reportfile_keep ON compliance_reporting_reportfile;
DROP TRIGGER reportcontent_keep ON compliance_reporting_reportcontent;
DROP FUNCTION compliance_reporting_file_of_approved();
DROP FUNCTION compliance_reporting_content_of_draft();
DROP FUNCTION compliance_reporting_first();
DROP FUNCTION compliance_reporting_way();
DROP FUNCTION compliance_reporting_refuse_change();
"""
TABLES = ("report", "reportcontent", "reportfile", "reportreading")


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("compliance_cases", "0001_cases"),
    ]

    operations = [
        migrations.CreateModel(
            name="Report",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.TextField()),
                ("mode", models.TextField()),
                ("year", models.PositiveIntegerField(help_text="of a yearly report", null=True)),
                ("state", models.TextField(default="draft")),
                (
                    "since",
                    models.DateTimeField(
                        help_text="detected, or blocked: its term counts from here"
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("begun_at", models.DateTimeField()),
                ("begun_by", models.TextField(help_text="user:<id> or system:<what>")),
                (
                    "version",
                    models.PositiveIntegerField(default=0, help_text="of its content; 0: none yet"),
                ),
                ("maker", models.UUIDField(help_text="who proposed it", null=True)),
                ("checker", models.UUIDField(help_text="who agreed to it", null=True)),
                ("proposed_at", models.DateTimeField(null=True)),
                ("approved_at", models.DateTimeField(null=True)),
                ("filed_by", models.UUIDField(null=True)),
                ("filed_at", models.DateTimeField(null=True)),
                (
                    "acknowledgement",
                    models.TextField(default="", help_text="the authority's number of it"),
                ),
                ("acknowledged_at", models.DateTimeField(null=True)),
                ("told_soon_at", models.DateTimeField(null=True)),
                ("told_late_at", models.DateTimeField(null=True)),
                ("erased_at", models.DateTimeField(null=True)),
                (
                    "amends",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="amendments",
                        to="compliance_reporting.report",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="compliance_cases.case",
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="compliance_cases.casedecision",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReportContent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                (
                    "box",
                    models.BinaryField(
                        help_text="sealed: canonical JSON of answers, money and evidence"
                    ),
                ),
                ("written_by", models.TextField()),
                ("written_at", models.DateTimeField()),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contents",
                        to="compliance_reporting.report",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReportFile",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.TextField()),
                ("media", models.TextField()),
                ("size_bytes", models.PositiveIntegerField()),
                ("box", models.BinaryField(help_text="sealed")),
                (
                    "checked_by",
                    models.TextField(help_text="'structure', or that and the schema's SHA-256"),
                ),
                ("dated", models.DateField(help_text="the day that it says it is filed on")),
                ("written_at", models.DateTimeField()),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="compliance_reporting.report",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReportReading",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("reader", models.UUIDField()),
                ("what", models.TextField()),
                ("read_at", models.DateTimeField()),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="readings",
                        to="compliance_reporting.report",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(
                condition=models.Q(("state__in", ("draft", "proposed", "approved"))),
                fields=["due_at", "id"],
                name="compliance_report_unfiled",
            ),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["state", "-id"], name="compliance_report_by_state"),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["fincen_sar", "goaml", "ofac_annual", "ofac_blocking"])
                ),
                name="compliance_report_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(("mode__in", ("test", "live"))), name="compliance_report_mode"
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ("draft", "proposed", "approved", "filed", "acknowledged", "corrected"),
                    )
                ),
                name="compliance_report_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("case__isnull", True), ("kind", "ofac_annual"), ("year__isnull", False)
                    ),
                    models.Q(
                        models.Q(("kind", "ofac_annual"), _negated=True),
                        ("case__isnull", False),
                        ("year__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="compliance_report_of_a_case_or_year",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("checker__isnull", True), ("maker__isnull", True), ("state", "draft")
                    ),
                    models.Q(
                        models.Q(("state", "draft"), _negated=True),
                        ("maker__isnull", False),
                        ("proposed_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="compliance_report_proposed_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("checker__isnull", True), ("state__in", ("draft", "proposed"))),
                    models.Q(
                        models.Q(("state__in", ("draft", "proposed")), _negated=True),
                        ("approved_at__isnull", False),
                        ("checker__isnull", False),
                        models.Q(("checker", models.F("maker")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="compliance_report_approved_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("filed_at__isnull", True),
                        ("filed_by__isnull", True),
                        ("state__in", ("draft", "proposed", "approved")),
                    ),
                    models.Q(
                        models.Q(("state__in", ("draft", "proposed", "approved")), _negated=True),
                        ("filed_at__isnull", False),
                        ("filed_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="compliance_report_filed_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("acknowledged_at__isnull", False),
                        ("state__in", ("acknowledged", "corrected")),
                        models.Q(("acknowledgement", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("state__in", ("acknowledged", "corrected")), _negated=True),
                        ("acknowledged_at__isnull", True),
                        ("acknowledgement", ""),
                    ),
                    _connector="OR",
                ),
                name="compliance_report_acknowledged_by_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(
                condition=models.Q(("amends__isnull", True)),
                fields=("decision", "kind"),
                name="compliance_report_once_a_decision",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(
                condition=models.Q(("amends__isnull", True), ("year__isnull", False)),
                fields=("mode", "kind", "year"),
                name="compliance_report_once_a_year",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(
                fields=("amends",), name="compliance_report_amended_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="reportcontent",
            constraint=models.UniqueConstraint(
                fields=("report", "version"), name="compliance_report_version_once"
            ),
        ),
        migrations.AddIndex(
            model_name="reportfile",
            index=models.Index(fields=["report", "-id"], name="compliance_report_files"),
        ),
        migrations.AddIndex(
            model_name="reportreading",
            index=models.Index(fields=["report", "-id"], name="compliance_report_readings"),
        ),
        migrations.AddConstraint(
            model_name="reportreading",
            constraint=models.CheckConstraint(
                condition=models.Q(("what__in", ("page", "file", "table"))),
                name="compliance_report_reading_of",
            ),
        ),
        *(KeepForHouse(f"compliance_reporting_{name}") for name in TABLES),
        migrations.RunSQL(GUARDS, UNDO),
    ]
