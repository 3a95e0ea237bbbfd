"""Alerts: a row for each suspicion, counted while it is open."""

from typing import Any, Final

import msgspec
from django.db import models
from django.db.models import Q

from gateway.compliance.alerts.severities import SEVERITIES
from gateway.events.ids import uuid7

MODES: Final = ("test", "live")


class Alert(models.Model):
    """Something of a kind about somebody, which a person should look at. The house's alone.

    The evidence is the canonical text of what was known when it was raised, or became more severe.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    kind = models.TextField(help_text="what was noticed: name_match, exposure, refund_spike …")
    about = models.TextField(help_text="deposit:<id>, shop:<id>, address:0x…, subject:<id> …")
    fingerprint = models.TextField(help_text="the same again has the same one")
    mode = models.TextField()
    shop_id = models.UUIDField(null=True, help_text="whose business it concerns, if a shop's")
    severity = models.TextField()
    evidence = models.TextField(help_text="canonical JSON; never shown to shops or shoppers")
    evidence_hash = models.BinaryField(max_length=32, help_text="SHA-256 of it")
    versions = models.JSONField(help_text="of lists, rules and models it was raised by, by name")
    times = models.PositiveIntegerField(default=1)
    raised_at = models.DateTimeField()
    last_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, help_text="with the case it was looked at in")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["mode", "kind", "about", "fingerprint"],
                condition=Q(closed_at__isnull=True),
                name="compliance_alert_open_once",
            ),
            models.CheckConstraint(
                name="compliance_alert_severity_known", condition=Q(severity__in=SEVERITIES)
            ),
            models.CheckConstraint(name="compliance_alert_mode_known", condition=Q(mode__in=MODES)),
            models.CheckConstraint(name="compliance_alert_counts", condition=Q(times__gte=1)),
        ]
        indexes = [
            models.Index(fields=["about", "-id"], name="compliance_alert_about"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} about {self.about} ({self.severity})"

    @property
    def facts(self) -> dict[str, Any]:
        """The evidence, read."""
        decoded: dict[str, Any] = msgspec.json.decode(self.evidence)
        return decoded
