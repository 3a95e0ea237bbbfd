"""What was provoked, and how far it is."""

from django.db import models
from django.db.models import Q

from gateway.events.ids import uuid7
from gateway.money.fields import UnitsField
from gateway.trying.life import STATUSES, UNDER_WAY, WHATS


class Provocation(models.Model):
    """Something that a developer asked to happen to a test invoice.

    What it leads to, the chain and the rooms that listen to it tell, as of any payment: this row
    is our promise to have it happen once. Its id is the name of the wallet that pays, which pays
    a single time.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    invoice_id = models.UUIDField()
    shop_id = models.UUIDField()
    mode = models.TextField(default="test")
    what = models.TextField()
    status = models.TextField(default="waiting")
    chain_id = models.BigIntegerField()
    asset = models.TextField(default="", help_text="'': a refund, which has an asset of its own")
    units = UnitsField(default=0, help_text="base units that are paid")
    to = models.BinaryField(max_length=20, help_text="the invoice's address")
    listed_payer = models.BinaryField(
        max_length=20, null=True, help_text="whose tokens are paid; null: the wallet's own"
    )
    not_before = models.DateTimeField(
        null=True, help_text="the chain's time from which on it is paid; null: at once"
    )
    tx_hash = models.BinaryField(max_length=32, null=True)
    refund_id = models.UUIDField(null=True)
    failure_code = models.TextField(default="")
    failure = models.TextField(default="", help_text="a sentence for the developer")
    asked_by = models.TextField(help_text="user:<id> or key:<id>")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="when it is looked at next")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Whatever a verb forgets: nothing of live money is ever provoked.
            models.CheckConstraint(condition=Q(mode="test"), name="provocation_is_a_test"),
            models.CheckConstraint(condition=Q(what__in=WHATS), name="provocation_what"),
            models.CheckConstraint(condition=Q(status__in=STATUSES), name="provocation_status"),
            models.CheckConstraint(
                condition=Q(what="refund", refund_id__isnull=False)
                | (~Q(what="refund") & Q(refund_id__isnull=True) & ~Q(asset="") & Q(units__gt=0)),
                name="provocation_pays_or_refunds",
            ),
            models.UniqueConstraint(
                fields=["invoice_id"],
                condition=Q(status__in=UNDER_WAY),
                name="provocation_one_under_way",
            ),
        ]
        indexes = [
            models.Index(fields=["invoice_id", "-id"], name="provocation_of_invoice"),
            models.Index(
                fields=["due_at"], name="provocation_due", condition=Q(status__in=UNDER_WAY)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} of invoice {self.invoice_id}: {self.status}"
