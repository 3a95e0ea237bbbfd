"""The audit log: who did what in which shop, when, and from where."""

from typing import Any

from django.db import models
from django.db.models import Q

from gateway.events.ids import uuid7


class Record(models.Model):
    """One act. The database refuses to change it, and to delete it before its time."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop_id = models.UUIDField(null=True, help_text="null: the house's own")
    at = models.DateTimeField()
    act = models.TextField(help_text="of ACTS")
    who = models.TextField(help_text='"user:<id>", "key:<id>", "till:<id>", "house"')
    subject = models.TextField(blank=True, help_text='what it is about: "key:<id>"')
    detail: Any = models.JSONField(default=dict, help_text="what changed; never a secret")
    network = models.TextField(blank=True, help_text="the prefix it came from")
    request_id = models.TextField(blank=True)

    class Meta:
        indexes = (
            models.Index(fields=("shop_id", "-id"), name="audit_by_shop"),
            models.Index(fields=("shop_id", "who", "-id"), name="audit_by_person"),
            models.Index(fields=("at",), name="audit_by_time"),
        )
        constraints = (
            models.CheckConstraint(condition=~Q(act="") & ~Q(who=""), name="audit_says_who_what"),
        )

    def __str__(self) -> str:
        return f"{self.act} by {self.who}"
