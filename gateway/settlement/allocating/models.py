"""A shop's credits, oldest first, and what took them.

``from_deposits`` less ``available`` of a shop's balance is all that ever took from its credits. Of
it payouts say themselves what they took; the rest (refunds, and the like) is one remainder, taken
from the oldest credits too, so that what is open here is what the balance still has.
"""

from django.db import models
from django.db.models import F, Q

from gateway.events.ids import uuid7
from gateway.money.fields import UnitsField


class ShopCredit(models.Model):
    """What one payment brought a shop; nothing, once a reorg took it back."""

    deposit_id = models.UUIDField(primary_key=True)
    shop_id = models.UUIDField()
    asset = models.TextField(help_text="asset code of the balance")
    invoice_id = models.UUIDField(null=True)
    units = UnitsField()
    taken_units = UnitsField(default=0, help_text="the sum of its uses")
    credited_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(taken_units__gte=0, taken_units__lte=F("units")),
                name="shop_credit_taken_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["shop_id", "asset", "credited_at", "deposit_id"],
                name="shop_credit_open",
                condition=Q(taken_units__lt=F("units")),
            ),
            models.Index(fields=["invoice_id"], name="shop_credit_of_invoice"),
        ]

    def __str__(self) -> str:
        return f"{self.units} {self.asset} of deposit {self.deposit_id}"


class CreditUse(models.Model):
    """What took a part of a credit: a payout, or (without one) whatever else lowered the balance.

    Without a deposit it stands on no credit: the balance had more than its credits say, or the
    credit was taken back or is not heard of yet; a later one takes its place.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    shop_id = models.UUIDField()
    asset = models.TextField()
    payout_id = models.UUIDField(null=True)
    deposit_id = models.UUIDField(null=True)
    units = UnitsField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(units__gt=0), name="credit_use_positive"),
            models.UniqueConstraint(
                fields=["shop_id", "asset", "payout_id", "deposit_id"],
                name="credit_use_once",
                nulls_distinct=False,
            ),
        ]
        indexes = [
            models.Index(fields=["payout_id", "id"], name="credit_use_of_payout"),
            models.Index(fields=["deposit_id"], name="credit_use_of_deposit"),
        ]

    def __str__(self) -> str:
        return f"{self.units} {self.asset}"


class CreditTotal(models.Model):
    """The sums of a shop's uses in one asset; whoever changes them locks this row."""

    pk = models.CompositePrimaryKey("shop_id", "asset")
    shop_id = models.UUIDField()
    asset = models.TextField()
    payout_units = UnitsField(default=0, help_text="of uses with a payout")
    other_units = UnitsField(default=0, help_text="of uses without one")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(payout_units__gte=0, other_units__gte=0), name="credit_total_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shop_id} {self.asset}"
