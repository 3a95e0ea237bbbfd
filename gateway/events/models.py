"""What happened (events), whom it still has to reach (outbox), and who works alone (leases)."""

from django.db import models

from gateway.events.ids import uuid7


class Event(models.Model):
    """Something that happened, written in the transaction that made it so.

    The table is partitioned by month (see the first migration), so its key holds the time; the
    id alone is unique all the same, since it is random.
    """

    pk = models.CompositePrimaryKey("id", "occurred_at")
    id = models.UUIDField(default=uuid7)
    occurred_at = models.DateTimeField()
    type = models.TextField()
    mode = models.TextField()
    shop_id = models.UUIDField(null=True)
    subject = models.TextField(help_text="What it happened to: 'invoice:<id>', 'chain:<id>'")
    sequence = models.BigIntegerField(help_text="1, 2, 3 … per subject")
    body = models.JSONField()

    class Meta:
        managed = False
        db_table = "events_event"

    def __str__(self) -> str:
        return f"{self.type} {self.subject} #{self.sequence}"


class OutboxItem(models.Model):
    """One event that one handler has not handled yet; the handler's transaction deletes it."""

    id = models.BigAutoField(primary_key=True)
    handler = models.TextField()
    event_id = models.UUIDField()
    occurred_at = models.DateTimeField()
    subject = models.TextField()
    sequence = models.BigIntegerField()
    lane = models.TextField(help_text="whose backlog it is part of")
    turn = models.BigIntegerField(help_text="lowest first; a lane has one item a turn")
    parked = models.BooleanField(default=False, help_text="failed, or behind one that did")
    due_at = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    last_error = models.TextField(default="")

    class Meta:
        managed = False
        db_table = "events_outbox"

    def __str__(self) -> str:
        return f"{self.handler} ← {self.subject} #{self.sequence}"


class Lease(models.Model):
    """Who may act alone, until when. The epoch grows with each new holder."""

    name = models.TextField(primary_key=True)
    holder = models.TextField()
    epoch = models.BigIntegerField(default=1)
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "events_lease"

    def __str__(self) -> str:
        return f"{self.name} held by {self.holder} (epoch {self.epoch})"
