"""Cases, what was gathered for them, and what two people decided. The house's alone.

The record of what was done stands in ``record_models``.
"""

from typing import Any

import msgspec
from django.db import models
from django.db.models import F, Q

from gateway.compliance.alerts.models import MODES, Alert
from gateway.compliance.alerts.severities import SEVERITIES
from gateway.compliance.cases.life import DISPOSITIONS, OPEN, STATES
from gateway.compliance.cases.record_models import (
    RecordDay,
    RecordEntry,
    RecordHead,
    RecordOpening,
)
from gateway.events.ids import uuid7

__all__ = [
    "Case",
    "CaseAlert",
    "CaseDecision",
    "CaseNote",
    "CaseSnapshot",
    "RecordDay",
    "RecordEntry",
    "RecordHead",
    "RecordOpening",
]


class Case(models.Model):
    """What people look at together about one deposit, shop, address, subject, payout or list."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    about = models.TextField(help_text="as the alerts write it")
    mode = models.TextField()
    shop_id = models.UUIDField(null=True)
    severity = models.TextField(help_text="the highest of its alerts'")
    state = models.TextField(default="open")
    is_escalated = models.BooleanField(default=False)
    assignee = models.UUIDField(null=True, help_text="who works on it")
    gathers = models.BooleanField(
        default=True, help_text="whether new alerts about the same one join it"
    )
    follows = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="later")
    opened_at = models.DateTimeField()
    counted_from = models.DateTimeField(help_text="its opening or last reopening: deadlines run")
    last_alert_at = models.DateTimeField()
    deadlines = models.TextField(help_text="the version of the rules that it is due by")
    first_look_due = models.DateTimeField()
    decide_due = models.DateTimeField()
    due_at = models.DateTimeField(help_text="the next of the two")
    overdue_told_at = models.DateTimeField(null=True)
    disposition = models.TextField(default="", help_text="as proposed or closed; '' before")
    maker = models.UUIDField(null=True, help_text="who proposed its end")
    checker = models.UUIDField(null=True, help_text="who agreed to it")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="compliance_case_mode", condition=Q(mode__in=MODES)),
            models.CheckConstraint(name="compliance_case_state", condition=Q(state__in=STATES)),
            models.CheckConstraint(
                name="compliance_case_severity", condition=Q(severity__in=SEVERITIES)
            ),
            models.CheckConstraint(
                name="compliance_case_disposition",
                condition=Q(disposition__in=("", *DISPOSITIONS)),
            ),
            models.CheckConstraint(
                name="compliance_case_open_is_nobodys",
                condition=~Q(state="open") | Q(assignee__isnull=True),
            ),
            models.CheckConstraint(
                name="compliance_case_triage_is_somebodys",
                condition=~Q(state="triage") | Q(assignee__isnull=False),
            ),
            models.CheckConstraint(
                name="compliance_case_proposed_by_somebody",
                condition=Q(state__in=("proposed", "closed"), maker__isnull=False)
                & ~Q(disposition="")
                | ~Q(state__in=("proposed", "closed")) & Q(maker__isnull=True, disposition=""),
            ),
            models.CheckConstraint(
                name="compliance_case_closed_by_two",
                condition=Q(state="closed", checker__isnull=False, closed_at__isnull=False)
                & ~Q(checker=F("maker"))
                | ~Q(state="closed") & Q(checker__isnull=True, closed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="compliance_case_closed_gathers_nothing",
                condition=~Q(state="closed") | Q(gathers=False),
            ),
            models.UniqueConstraint(
                fields=["mode", "about"],
                condition=Q(gathers=True),
                name="compliance_case_gathers_alone",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-is_escalated", "due_at", "id"],
                name="compliance_case_queue",
                condition=Q(state__in=OPEN),
            ),
            models.Index(
                fields=["assignee", "-is_escalated", "due_at", "id"],
                name="compliance_case_of_officer",
                condition=Q(state__in=OPEN),
            ),
            models.Index(
                fields=["-closed_at", "-id"],
                name="compliance_case_closed",
                condition=Q(state="closed"),
            ),
            models.Index(fields=["about", "-id"], name="compliance_case_about"),
        ]

    def __str__(self) -> str:
        return f"case {self.reference} about {self.about} ({self.state})"

    @property
    def reference(self) -> str:
        """How people call it: the random end of its id."""
        return f"{self.id.hex[-8:-4]}-{self.id.hex[-4:]}".upper()


class CaseAlert(models.Model):
    """An alert that a case looks at; each belongs to one case."""

    alert = models.OneToOneField(
        Alert, primary_key=True, on_delete=models.PROTECT, related_name="in_case"
    )
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="gathered")
    joined_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"alert {self.alert_id} in case {self.case_id}"


class CaseSnapshot(models.Model):
    """What was known of a case at a moment that counts. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="snapshots")
    moment = models.TextField(help_text="opened, proposed, reopened")
    content = models.TextField(help_text="canonical JSON")
    content_hash = models.BinaryField(max_length=32, help_text="SHA-256 of it")
    taken_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["case", "-id"], name="compliance_case_snapshots")]

    def __str__(self) -> str:
        return f"{self.moment} of case {self.case_id}"

    @property
    def evidence(self) -> dict[str, Any]:
        """The content, read."""
        decoded: dict[str, Any] = msgspec.json.decode(self.content)
        return decoded


class CaseNote(models.Model):
    """What an officer wrote down. Never changed: a correction is another note."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    author = models.UUIDField()
    text = models.TextField(help_text="sealed with its case; canonical JSON")
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="compliance_note_says_something", condition=~Q(text=""))
        ]

    def __str__(self) -> str:
        return f"note on case {self.case_id}"


class CaseDecision(models.Model):
    """How two people ended a case: what they had before them, what they said, what followed.
    Never changed: a reopened case gets another one."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    act_id = models.UUIDField(unique=True, help_text="the act that two people agreed to")
    snapshot = models.OneToOneField(CaseSnapshot, on_delete=models.PROTECT, related_name="decision")
    disposition = models.TextField()
    reason = models.TextField()
    maker = models.UUIDField()
    checker = models.UUIDField()
    rules = models.TextField(help_text="the version that the outcome was computed by")
    outcome = models.TextField(help_text="canonical JSON")
    outcome_hash = models.BinaryField(max_length=32, help_text="SHA-256 of it")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="compliance_decision_maker_is_not_checker",
                condition=~Q(maker=F("checker")),
            ),
            models.CheckConstraint(
                name="compliance_decision_known", condition=Q(disposition__in=DISPOSITIONS)
            ),
            models.CheckConstraint(
                name="compliance_decision_has_a_reason", condition=~Q(reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.disposition} of case {self.case_id}"
