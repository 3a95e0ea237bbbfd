"""Endpoints, and what was sent to them.

Deliveries and attempts grow without end: the tables are partitioned by month (see the second
migration). What a delivery is of, an event's UUIDv7, already carries its time, so it is both the
natural key and the partition key: one event reaches one endpoint in one row, whatever the month.
"""

import hashlib
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from gateway.events.ids import uuid7
from gateway.shops.models import Shop


class Endpoint(models.Model):
    """Where a shop wants to be told. The URL is kept and called byte for byte."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    url = models.TextField()
    description = models.TextField(default="", blank=True)
    events = ArrayField(models.TextField())
    secret_sealed = models.BinaryField()
    previous_secret_sealed = models.BinaryField(null=True)
    previous_secret_until = models.DateTimeField(null=True)
    enabled = models.BooleanField(default=True)
    disabled_reason = models.TextField(
        default="", blank=True, help_text="asked | gone | failing; empty while enabled"
    )
    failing_since = models.DateTimeField(null=True)
    warned = models.BooleanField(
        default=False, db_default=False, help_text="people were told that it accepts nothing"
    )
    off_since = models.DateTimeField(
        null=True, help_text="what happened since was not queued for it; null while enabled"
    )
    slow = models.BooleanField(
        default=False, help_text="its last attempt hung or failed: fewer at a time"
    )
    style = models.TextField(
        default="standard", db_default="standard", help_text="how it is spoken to: styles.py"
    )
    retries = models.BooleanField(
        default=True, db_default=True, help_text="what fails is sent again by itself"
    )
    created_at = models.DateTimeField()

    shop_id: UUID

    class Meta:
        indexes = (models.Index(fields=("shop", "id"), name="webhooks_endpoint_by_shop"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(style__in=("standard", "btcpay")), name="webhooks_endpoint_style"
            ),
            models.CheckConstraint(
                condition=Q(enabled=False) | Q(off_since__isnull=True),
                name="webhooks_endpoint_off_since",
            ),
        )

    def __str__(self) -> str:
        return self.url

    @property
    def secret_tag(self) -> str:
        """Names the present secret without telling anything of it: its sealed box is random."""
        return hashlib.sha256(bytes(self.secret_sealed)).hexdigest()[:16]


class Delivery(models.Model):
    """One event's way to one endpoint."""

    PENDING, SUCCEEDED, FAILED, CANCELLED = "pending", "succeeded", "failed", "cancelled"

    pk = models.CompositePrimaryKey("event_id", "endpoint_id")
    event_id = models.UUIDField()
    endpoint_id = models.UUIDField()
    shop_id = models.UUIDField()
    type = models.TextField()
    subject = models.TextField()
    sequence = models.BigIntegerField()
    payload = models.BinaryField()
    state = models.TextField(default=PENDING)
    attempts = models.IntegerField(default=0, help_text="begun, ever")
    trying = models.BooleanField(default=False, help_text="an attempt is under way")
    tries = models.IntegerField(default=0, help_text="begun, of the present schedule")
    due_at = models.DateTimeField(help_text="when to try; while trying, when the lease ends")
    created_at = models.DateTimeField()
    queued_at = models.DateTimeField(
        db_default=Now(), help_text="since when it waits: made, or queued again by a replay"
    )
    replay_id = models.UUIDField(null=True, help_text="the last replay that queued it")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "webhooks_delivery"
        indexes = (
            models.Index(
                fields=("endpoint_id", "state", "event_id"),
                name="webhooks_delivery_ended_badly",
                condition=Q(state__in=("failed", "cancelled")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.type} → {self.endpoint_id}"


class Replay(models.Model):
    """What happened in a range of time, sent to an endpoint again, or for the first time.

    Asked for once; its deliveries are queued slice by slice from this row.
    """

    OPEN, DONE, FAILED = "open", "done", "failed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop_id = models.UUIDField()
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(help_text="what happened then is not in it any more")
    events = ArrayField(
        models.TextField(), default=list, help_text="of what the endpoint hears; empty: all of it"
    )
    key = models.TextField(default="", help_text="who asks again with it asks for this one")
    counted = models.IntegerField(help_text="deliveries, when it was asked for")
    queued = models.IntegerField(default=0)
    reached = models.UUIDField(null=True, help_text="the last event that was looked at")
    state = models.TextField(default=OPEN)
    failures = models.IntegerField(default=0, help_text="of its slices, one after the other")
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    endpoint_id: UUID

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("endpoint", "key"),
                condition=~Q(key=""),
                name="webhooks_replay_once_by_its_key",
            ),
            models.UniqueConstraint(
                fields=("endpoint",),
                condition=Q(state="open"),
                name="webhooks_one_open_replay",
            ),
            models.CheckConstraint(
                condition=Q(state="open", ended_at__isnull=True)
                | Q(state__in=("done", "failed"), ended_at__isnull=False),
                name="webhooks_replay_ends",
            ),
            models.CheckConstraint(condition=Q(since__lt=F("until")), name="webhooks_replay_range"),
        )
        indexes = (models.Index(fields=("endpoint", "-id"), name="webhooks_replay_log"),)

    def __str__(self) -> str:
        return f"replay {self.id} ({self.state})"


class Attempt(models.Model):
    """One request. Its row is there before the request is made."""

    pk = models.CompositePrimaryKey("event_id", "endpoint_id", "number")
    event_id = models.UUIDField()
    endpoint_id = models.UUIDField()
    number = models.IntegerField()
    started_at = models.DateTimeField()
    milliseconds = models.IntegerField(null=True)
    status = models.IntegerField(null=True, help_text="HTTP status; null: no answer")
    error = models.TextField(default="")
    excerpt = models.TextField(default="", help_text="the answer's first bytes")

    class Meta:
        db_table = "webhooks_attempt"

    def __str__(self) -> str:
        return f"attempt {self.number}: {self.status or self.error}"

    def as_dict(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "started_at": self.started_at,
            "milliseconds": self.milliseconds,
            "status": self.status,
            "error": self.error,
            "excerpt": self.excerpt,
        }
