"""What was answered to which Idempotency-Key."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models


class IdempotencyRecord(models.Model):
    """One key of one shop: the request it came with, and the first answer.

    Not partitioned: a unique key that contained the time would let a key in twice across a
    month's end. Old rows are deleted instead.
    """

    pk = models.CompositePrimaryKey("shop_id", "key")
    shop_id = models.UUIDField()
    key = models.TextField()
    fingerprint = models.BinaryField(max_length=32)
    status = models.SmallIntegerField()
    content_type = models.TextField()
    location = models.TextField(default="", blank=True)
    sealed = models.BooleanField(default=False, help_text="the body is encrypted: it has a secret")
    body = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "api_idempotency"
        indexes = (BrinIndex(fields=("created_at",), name="api_idempotency_age"),)

    def __str__(self) -> str:
        return f"{self.key} → {self.status}"
