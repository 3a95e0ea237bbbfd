"""What was said of addresses that money goes to, and what two people let go all the same.

The house's alone: no shop's session sees what is thought of where its money goes.
"""

from typing import Any

from django.db import models
from django.db.models import F, Q

from gateway.compliance.destinations.policy import STATES
from gateway.events.ids import uuid7

ADDRESS_BYTES = 20
MODES = ("test", "live")


class DestinationVerdict(models.Model):
    """What the lists and a trace of a moment say of an address; the newest of an address counts.

    A new row whenever they say something else, or are others; never changed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    mode = models.TextField()
    chain_id = models.BigIntegerField()
    address = models.BinaryField(max_length=ADDRESS_BYTES)
    state = models.TextField()
    reasons: Any = models.JSONField(help_text="stable words, the gravest first")
    versions: Any = models.JSONField(help_text="[{source, number, hash}] of the lists in force")
    versions_key = models.TextField(help_text="the same in short: 'ofac#3'")
    stale = models.BooleanField(default=False, help_text="a list was not checked for too long")
    lists_checked_at = models.DateTimeField(
        null=True, help_text="the oldest of the lists' last good checks"
    )
    wallet_verdict_id = models.UUIDField(null=True, help_text="the trace; null: none was wanted")
    policy = models.TextField(help_text="version of the rules")
    given_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="destination_state_known"),
            models.CheckConstraint(condition=Q(mode__in=MODES), name="destination_mode_known"),
            models.CheckConstraint(
                condition=Q(state="clear", reasons=[]) | (~Q(state="clear") & ~Q(reasons=[])),
                name="destination_says_why",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("clear", "listed")) | Q(wallet_verdict_id__isnull=False),
                name="destination_traced",
            ),
            models.CheckConstraint(
                condition=Q(stale=False) | Q(lists_checked_at__isnull=False),
                name="destination_stale_since_when",
            ),
        ]
        indexes = [
            models.Index(fields=["address", "chain_id", "mode", "-id"], name="destination_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.state} for 0x{bytes(self.address).hex()} by {self.versions_key}"


class DestinationRelease(models.Model):
    """That two people let money go to an address of which this verdict is."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    verdict = models.OneToOneField(
        DestinationVerdict, on_delete=models.PROTECT, related_name="release"
    )
    reason = models.TextField()
    proposed_by = models.TextField()
    approved_by = models.TextField()
    released_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(approved_by=F("proposed_by"))
                & ~Q(approved_by="")
                & ~Q(proposed_by=""),
                name="destination_release_maker_is_not_checker",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="destination_release_says_why"),
        ]

    def __str__(self) -> str:
        return f"release of {self.verdict_id}"
