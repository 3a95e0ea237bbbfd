"""What was erased, and what each day's sweep found. The house's alone."""

from typing import Any

from django.db import models
from django.db.models import Q

from gateway.events.ids import uuid7


class Erasure(models.Model):
    """That something was erased: when, and by which version of the schedule. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    about = models.TextField(help_text="case:<id>, report:<id>, subject:<id> …")
    term = models.TextField(help_text="the class of the schedule it was kept by")
    schedule = models.TextField(help_text="the version that was in force")
    kept_until = models.DateTimeField()
    erased_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["about", "kept_until"], name="compliance_erasure_once"),
            models.CheckConstraint(
                condition=Q(erased_at__gte=models.F("kept_until")),
                name="compliance_erasure_after_its_time",
            ),
        ]
        indexes = [models.Index(fields=["-erased_at"], name="compliance_erasure_newest")]

    def __str__(self) -> str:
        return f"{self.about} erased"


class Sweep(models.Model):
    """What a day's sweep erased, what a hold kept, and what is next."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    schedule = models.TextField()
    erased = models.PositiveIntegerField()
    held = models.PositiveIntegerField()
    coming = models.PositiveIntegerField(help_text="due within 90 days")
    report: Any = models.JSONField(help_text="of each, by ids: about, term, until")
    swept_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-swept_at"], name="compliance_sweep_newest")]

    def __str__(self) -> str:
        return f"sweep of {self.swept_at:%Y-%m-%d}"
