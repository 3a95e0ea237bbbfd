"""Ranges that the desk has or had, the transactions that make them, and what pools earned."""

from django.db import models
from django.db.models import Q

from gateway.events.ids import uuid7
from gateway.money.fields import UnitsField

RANGE_STATUSES = ("opening", "open", "closing", "closed", "failed")
ACTIVE = ("opening", "open", "closing")
"""opening: decided, nothing is in it by the books; closing: it is to be taken back."""
OPENING_KINDS = ("approve0", "approve1", "mint")
CLOSING_KINDS = ("decrease", "collect", "burn")
STEP_STATUSES = ("queued", "mined", "done", "failed")
UNDER_WAY = ("queued", "mined")


class RangePosition(models.Model):
    """A range of a pool; base units of token0 and token1."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    chain_id = models.BigIntegerField()
    mode = models.TextField()
    pool = models.TextField(help_text="its address, in lower case")
    manager = models.BinaryField(max_length=20)
    asset0 = models.TextField()
    asset1 = models.TextField()
    fee_ppm = models.PositiveIntegerField()
    lower = models.IntegerField(help_text="tick")
    upper = models.IntegerField(help_text="tick")
    status = models.TextField(default="opening")
    reason = models.TextField(help_text="why it was opened; then, why it is taken back")
    parts = models.JSONField(help_text="what the decision was made of")
    offered0 = UnitsField()
    offered1 = UnitsField()
    token_id = UnitsField(null=True, help_text="the manager's; known when the mint is final")
    liquidity = UnitsField(default=0)
    in0 = UnitsField(default=0)
    in1 = UnitsField(default=0)
    out0 = UnitsField(default=0, help_text="principal given back")
    out1 = UnitsField(default=0)
    fees0 = UnitsField(default=0)
    fees1 = UnitsField(default=0)
    gas_units = UnitsField(default=0, help_text="wei, failed transactions included")
    lvr_units1 = UnitsField(default=0, help_text="measured loss to arbitrage, of token1")
    lvr_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0, help_text="failures in a row")
    next_at = models.DateTimeField()
    last_error = models.TextField(default="")
    decided_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["chain_id", "pool"],
                condition=Q(status__in=ACTIVE),
                name="range_one_a_pool",
            ),
            models.UniqueConstraint(
                # An allowance is set, never added to: two that spend a token would undo it.
                fields=["chain_id"],
                condition=Q(status="opening"),
                name="range_one_opens_at_a_time",
            ),
            models.CheckConstraint(condition=Q(status__in=RANGE_STATUSES), name="range_status"),
            models.CheckConstraint(
                condition=~Q(status__in=("open", "closing", "closed")) | Q(token_id__isnull=False),
                name="range_open_is_known",
            ),
            models.CheckConstraint(condition=Q(upper__gt=models.F("lower")), name="range_goes_up"),
        ]

    def __str__(self) -> str:
        return f"{self.pool} {self.lower}..{self.upper} ({self.status})"


class RangeStep(models.Model):
    """One transaction of a range."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    position = models.ForeignKey(RangePosition, on_delete=models.PROTECT, related_name="steps")
    kind = models.TextField()
    status = models.TextField(default="queued")
    transaction_id = models.UUIDField(unique=True)
    least0 = UnitsField(default=0)
    least1 = UnitsField(default=0)
    fee_units = UnitsField(default=0, help_text="wei of gas")
    failure_code = models.TextField(default="")
    deadline = models.DateTimeField()
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=(*OPENING_KINDS, *CLOSING_KINDS)), name="range_step_kind"
            ),
            models.CheckConstraint(condition=Q(status__in=STEP_STATUSES), name="range_step_status"),
            models.UniqueConstraint(
                fields=["position", "kind"],
                condition=~Q(status="failed"),
                name="range_step_once",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=("mint", "decrease")) | Q(least0__gt=0) | Q(least1__gt=0),
                name="range_step_has_a_floor",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of range {self.position_id} ({self.status})"


class PoolGrowth(models.Model):
    """A pool's fees per unit of liquidity since its beginning (Q128), as it told them."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    chain_id = models.BigIntegerField()
    pool = models.TextField()
    at = models.DateTimeField()
    growth0 = UnitsField()
    growth1 = UnitsField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chain_id", "pool", "at"], name="pool_growth_once"),
        ]

    def __str__(self) -> str:
        return f"{self.pool} at {self.at}"
