"""Acts that need two people. The database refuses whatever their life does not allow."""

from typing import Any

import msgspec
from django.db import models
from django.db.models import F, Q

from gateway.custody.approvals.life import OPEN, STATES
from gateway.events.ids import uuid7

MODES = ("test", "live")
DECIDERS = ("shop", "house")
LEAST_LIVE_DELAY_SECONDS = 900
"""In live mode nothing is done sooner after the second person agreed, whatever the settings say."""


class Act(models.Model):
    """Something important that a person proposed, frozen, until another one agrees and it is done.

    Its times are the database's own: neither who writes the row nor their clock is believed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    kind = models.TextField()
    subject = models.TextField(help_text="what it is about, kind:id; one open act of a kind each")
    shop_id = models.UUIDField(null=True, help_text="null: the house's own")
    mode = models.TextField()
    decider = models.TextField(help_text="whose people approve: the shop's (or the house's), house")
    payload = models.TextField(help_text="JSON, as it was agreed to; never changes")
    payload_hash = models.BinaryField(max_length=32, help_text="SHA-256 of the payload")
    origin = models.TextField(help_text="person, key:<id> or schedule")
    reason = models.TextField()
    state = models.TextField(default="proposed")
    maker = models.UUIDField(null=True, help_text="the first person; null: none took it up yet")
    checker = models.UUIDField(null=True, help_text="the second one")
    ended_by = models.UUIDField(null=True, help_text="who rejected or cancelled it")
    end_reason = models.TextField(default="")
    delay_seconds = models.PositiveIntegerField()
    lifetime_seconds = models.PositiveIntegerField()
    proposed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="act_maker_is_not_checker",
                condition=Q(checker__isnull=True) | Q(maker__isnull=False) & ~Q(checker=F("maker")),
            ),
            models.CheckConstraint(name="act_state_known", condition=Q(state__in=STATES)),
            models.CheckConstraint(name="act_mode_known", condition=Q(mode__in=MODES)),
            models.CheckConstraint(name="act_decider_known", condition=Q(decider__in=DECIDERS)),
            models.CheckConstraint(
                name="act_of_the_house_is_decided_there",
                condition=Q(shop_id__isnull=False) | Q(decider="house"),
            ),
            models.CheckConstraint(name="act_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="act_done_is_agreed_by_two",
                condition=~Q(state__in=("approved", "carried_out", "failed"))
                | Q(checker__isnull=False, decided_at__isnull=False, not_before__isnull=False),
            ),
            models.CheckConstraint(
                name="act_live_waits",
                condition=Q(mode="test") | Q(delay_seconds__gte=LEAST_LIVE_DELAY_SECONDS),
            ),
            models.CheckConstraint(
                name="act_ends_once",
                condition=Q(state__in=OPEN, ended_at__isnull=True)
                | ~Q(state__in=OPEN) & Q(ended_at__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=Q(state__in=OPEN),
                name="act_open_once",
            ),
        ]
        indexes = [
            models.Index(fields=["shop_id", "-id"], name="act_of_shop"),
            models.Index(fields=["kind", "subject", "-id"], name="act_of_subject"),
            models.Index(fields=["not_before"], name="act_due", condition=Q(state="approved")),
            models.Index(fields=["expires_at"], name="act_expiring", condition=Q(state__in=OPEN)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject} ({self.state})"

    @property
    def body(self) -> dict[str, Any]:
        """The payload, read."""
        decoded: dict[str, Any] = msgspec.json.decode(self.payload)
        return decoded
