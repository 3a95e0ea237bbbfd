"""Several payouts in one transaction, and the leave that its contract has. The house's own rows."""

from django.db import models
from django.db.models import Q

from gateway.events.ids import uuid7
from gateway.money.fields import UnitsField

BATCH_STATUSES = ("under_way", "done", "undone")
"""done: its transaction is final, and each payout of it completed or failed by itself; undone: its
transaction came to nothing, and its payouts go each on its own."""
WAY_STATUSES = ("asked", "ready", "refused")


class PayoutBatch(models.Model):
    """Payouts of one chain and asset that one transaction pays.

    Which they are stands with them (``Payout.batch_id``): a payout is in one batch or in none. That
    its transaction is the batch's own is a constraint of the database.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    chain_id = models.BigIntegerField()
    asset = models.TextField(help_text="asset code")
    payer = models.BinaryField(max_length=20, help_text="the contract that pays")
    status = models.TextField(default="under_way")
    transaction_id = models.UUIDField(unique=True, help_text="of the outgoing transaction")
    size = models.PositiveIntegerField(help_text="payouts it was made of")
    units = UnitsField(help_text="of the asset, their sum")
    not_paid = models.PositiveIntegerField(default=0, help_text="payouts that the token refused")
    fee_units = UnitsField(default=0, help_text="wei of gas, in all: the payouts' parts")
    failure_code = models.TextField(default="", help_text="why it came to nothing")
    formed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "transaction_id"], name="batch_with_transaction"),
            models.CheckConstraint(
                condition=Q(status__in=BATCH_STATUSES), name="batch_status_known"
            ),
            models.CheckConstraint(condition=Q(size__gt=1, units__gt=0), name="batch_of_several"),
            models.CheckConstraint(
                condition=Q(status="under_way", ended_at__isnull=True)
                | ~Q(status="under_way") & Q(ended_at__isnull=False),
                name="batch_ends_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.size} payouts of {self.asset} ({self.status})"


class BatchWay(models.Model):
    """The leave that a chain's contract has to move an asset of the treasury's."""

    asset = models.TextField(primary_key=True, help_text="asset code")
    chain_id = models.BigIntegerField()
    payer = models.BinaryField(max_length=20)
    status = models.TextField(default="asked")
    transaction_id = models.UUIDField(unique=True, help_text="that gives the leave")
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=WAY_STATUSES), name="batch_way_known"),
        ]

    def __str__(self) -> str:
        return f"{self.asset} in batches ({self.status})"
