"""Reports to authorities: how far each is, what is in it (sealed), its files, and who read it.

The house's alone. What is in a report lies sealed under a key of its own: deleting the key, when
the report has been kept for its time, is what erases it.
"""

from uuid import UUID

from django.db import models
from django.db.models import F, Q

from gateway.compliance.alerts.models import MODES
from gateway.compliance.cases.models import Case, CaseDecision
from gateway.compliance.reporting.kinds import KINDS
from gateway.compliance.reporting.life import STATES
from gateway.events.ids import uuid7

READINGS = ("page", "file", "table", "attachment", "package")
PARTS = ("report", "attachment", "package")


class Report(models.Model):
    """One report to one authority."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    kind = models.TextField()
    mode = models.TextField()
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="reports")
    decision = models.ForeignKey(
        CaseDecision, on_delete=models.PROTECT, null=True, related_name="reports"
    )
    year = models.PositiveIntegerField(null=True, help_text="of a yearly report")
    amends = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="amendments"
    )
    state = models.TextField(default="draft")
    since = models.DateTimeField(help_text="detected, or blocked: its term counts from here")
    due_at = models.DateTimeField()
    begun_at = models.DateTimeField()
    begun_by = models.TextField(help_text="user:<id> or system:<what>")
    version = models.PositiveIntegerField(default=0, help_text="of its content; 0: none yet")
    maker = models.UUIDField(null=True, help_text="who proposed it")
    checker = models.UUIDField(null=True, help_text="who agreed to it")
    proposed_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    filed_by = models.UUIDField(null=True)
    filed_at = models.DateTimeField(null=True)
    acknowledgement = models.TextField(default="", help_text="the authority's number of it")
    acknowledged_at = models.DateTimeField(null=True)
    told_soon_at = models.DateTimeField(null=True)
    told_late_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    case_id: UUID | None
    amends_id: UUID | None

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="compliance_report_kind", condition=Q(kind__in=sorted(KINDS))
            ),
            models.CheckConstraint(name="compliance_report_mode", condition=Q(mode__in=MODES)),
            models.CheckConstraint(name="compliance_report_state", condition=Q(state__in=STATES)),
            models.CheckConstraint(
                name="compliance_report_of_a_case_or_year",
                condition=Q(kind="ofac_annual", case__isnull=True, year__isnull=False)
                | ~Q(kind="ofac_annual") & Q(case__isnull=False, year__isnull=True),
            ),
            models.CheckConstraint(
                name="compliance_report_proposed_by_somebody",
                condition=Q(state="draft", maker__isnull=True, checker__isnull=True)
                | ~Q(state="draft") & Q(maker__isnull=False, proposed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="compliance_report_approved_by_another",
                condition=Q(state__in=("draft", "proposed"), checker__isnull=True)
                | ~Q(state__in=("draft", "proposed"))
                & Q(checker__isnull=False, approved_at__isnull=False)
                & ~Q(checker=F("maker")),
            ),
            models.CheckConstraint(
                name="compliance_report_filed_by_somebody",
                condition=Q(
                    state__in=("draft", "proposed", "approved"),
                    filed_by__isnull=True,
                    filed_at__isnull=True,
                )
                | ~Q(state__in=("draft", "proposed", "approved"))
                & Q(filed_by__isnull=False, filed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="compliance_report_acknowledged_by_number",
                condition=Q(state__in=("acknowledged", "corrected"), acknowledged_at__isnull=False)
                & ~Q(acknowledgement="")
                | ~Q(state__in=("acknowledged", "corrected"))
                & Q(acknowledged_at__isnull=True, acknowledgement=""),
            ),
            models.UniqueConstraint(
                fields=["decision", "kind"],
                condition=Q(amends__isnull=True),
                name="compliance_report_once_a_decision",
            ),
            models.UniqueConstraint(
                fields=["mode", "kind", "year"],
                condition=Q(amends__isnull=True, year__isnull=False),
                name="compliance_report_once_a_year",
            ),
            models.UniqueConstraint(fields=["amends"], name="compliance_report_amended_once"),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                name="compliance_report_unfiled",
                condition=Q(state__in=("draft", "proposed", "approved")),
            ),
            models.Index(fields=["state", "-id"], name="compliance_report_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference} ({self.state})"

    @property
    def reference(self) -> str:
        """How people call it, the authority too: the random end of its id."""
        return f"R-{self.id.hex[-8:-4]}-{self.id.hex[-4:]}".upper()

    @property
    def about(self) -> str:
        """Whose key seals what is in it."""
        return f"report:{self.id}"


class ReportContent(models.Model):
    """A version of what is in a report. Never changed: each saving is another one."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="contents")
    version = models.PositiveIntegerField()
    box = models.BinaryField(help_text="sealed: canonical JSON of answers, money and evidence")
    written_by = models.TextField()
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report", "version"], name="compliance_report_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"version {self.version} of report {self.report_id}"


class ReportFile(models.Model):
    """A file as it was written to be handed in. Never changed; the newest report counts, with what
    was written beside it in the same moment."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="files")
    part = models.TextField(
        default="report", help_text="the report; what goes along with it; both as one zip"
    )
    name = models.TextField()
    media = models.TextField()
    size_bytes = models.PositiveIntegerField()
    box = models.BinaryField(help_text="sealed")
    checked_by = models.TextField(help_text="'structure', or that and the schema's SHA-256")
    dated = models.DateField(help_text="the day that it says it is filed on")
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="compliance_report_file_part", condition=Q(part__in=PARTS))
        ]
        indexes = [models.Index(fields=["report", "-id"], name="compliance_report_files")]

    def __str__(self) -> str:
        return self.name


class ReportReading(models.Model):
    """That somebody read a report, and what of it. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="readings")
    reader = models.UUIDField()
    what = models.TextField()
    read_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="compliance_report_reading_of", condition=Q(what__in=READINGS)
            )
        ]
        indexes = [models.Index(fields=["report", "-id"], name="compliance_report_readings")]

    def __str__(self) -> str:
        return f"{self.reader} read {self.report_id}"
