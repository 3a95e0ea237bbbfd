"""How far a change of what is known of addresses has been brought to the wallets judged by it."""

from django.db import models
from django.db.models import F, Q

from gateway.events.ids import uuid7


class RetraceChange(models.Model):
    """A list's or a source of labels' new version, on its way to the verdicts that it may change.

    The cursor is the oldest verdict that was asked for anew: the newest come first.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    cause = models.TextField(unique=True, help_text="list:ofac#4, labels:exchanges#2")
    before_verdict = models.UUIDField(null=True, help_text="the last one that was asked for anew")
    verdicts = models.PositiveIntegerField(default=0, help_text="asked for anew")
    begun_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(finished_at__gte=F("begun_at")),
                name="retrace_change_ends_after_it_began",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                name="retrace_change_open",
                condition=Q(finished_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cause}, {self.verdicts} verdicts"
