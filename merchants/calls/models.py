"""Calls of the API, by day: the table is partitioned by its id, which carries the time."""

from django.db import models


class Call(models.Model):
    """One request of a shop's program. Its id is the request's own, which every answer tells."""

    id = models.UUIDField(primary_key=True)
    shop_id = models.UUIDField()
    key_id = models.UUIDField()
    at = models.DateTimeField()
    method = models.TextField()
    path = models.TextField(help_text="without its query")
    status = models.SmallIntegerField()
    code = models.TextField(help_text="of the refusal; empty for none")
    milliseconds = models.IntegerField()
    idempotency_key = models.TextField()
    replayed = models.BooleanField(help_text="the first answer to its idempotency key, once more")
    sent = models.TextField(help_text="of a refused one: what was sent, redacted")
    answered = models.TextField(help_text="of a refused one: the problem")

    class Meta:
        db_table = "calls_call"
        indexes = (
            models.Index(fields=("shop_id", "-id"), name="calls_call_of_shop"),
            models.Index(fields=("shop_id", "milliseconds", "id"), name="calls_by_time_taken"),
        )

    def __str__(self) -> str:
        return f"{self.method} {self.path}: {self.status}"
