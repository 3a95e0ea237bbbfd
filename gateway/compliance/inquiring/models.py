"""Who looked up whom: a row for each look that an officer takes. The house's alone."""

from typing import Any

from django.db import models
from django.db.models import Q

from gateway.events.ids import uuid7

KINDS = ("name", "wallet", "listed")


class Inquiry(models.Model):
    """One look, and in short what it showed. Never changed, and never about a person only because
    of it: nobody is held, alerted of or listed by being looked up. Who looked stays; whom they
    looked up can be read for as long as looks are kept."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    by = models.UUIDField(help_text="the officer")
    kind = models.TextField()
    asked: Any = models.JSONField(
        help_text="name and circumstances; or address and chain; or a list's day; sealed by the day"
    )
    found: Any = models.JSONField(help_text="how many, the best points, the versions looked at")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="inquiry_kind_known"),
        ]
        indexes = [models.Index(fields=["by", "-at"], name="inquiry_of_officer")]

    def __str__(self) -> str:
        return f"{self.kind} by {self.by} at {self.at}"
