"""What accounts have for gas, and what is brought to them."""

from django.db import models
from django.db.models import Q

from gateway.events.ids import uuid7
from gateway.money.fields import UnitsField

REFILL_KINDS = ("unwrap", "transfer")
REFILL_STATUSES = ("queued", "done", "failed")


class AccountGas(models.Model):
    """An account that sends, as it was last looked at."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    chain_id = models.BigIntegerField()
    account = models.BinaryField(max_length=20)
    balance_units = UnitsField(help_text="wei")
    low_since = models.DateTimeField(null=True)
    looked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chain_id", "account"], name="account_gas_once"),
        ]

    def __str__(self) -> str:
        return f"{bytes(self.account).hex()} on {self.chain_id}: {self.balance_units}"


class GasRefill(models.Model):
    """One transaction that brings native coin: the treasury unwraps its own, or gives of it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    chain_id = models.BigIntegerField()
    account = models.BinaryField(max_length=20, help_text="that is filled")
    kind = models.TextField()
    asset = models.TextField(help_text="code of what it is taken from")
    native = models.TextField(help_text="code of the coin")
    units = UnitsField(help_text="wei")
    status = models.TextField(default="queued")
    transaction_id = models.UUIDField(unique=True)
    fee_units = UnitsField(default=0, help_text="wei of gas")
    failure_code = models.TextField(default="")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=REFILL_KINDS), name="gas_refill_kind"),
            models.CheckConstraint(
                condition=Q(status__in=REFILL_STATUSES), name="gas_refill_status"
            ),
            models.CheckConstraint(condition=Q(units__gt=0), name="gas_refill_positive"),
            models.UniqueConstraint(
                fields=["chain_id", "account"],
                condition=Q(status="queued"),
                name="gas_refill_one_under_way",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.units} of {self.asset} ({self.status})"
