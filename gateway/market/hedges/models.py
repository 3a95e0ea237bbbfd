"""Hedges that were decided, the transactions that make them, and inventory on its way."""

from django.db import models
from django.db.models import Q

from gateway.events.ids import uuid7
from gateway.market.hedging.moving import MoveState
from gateway.money.fields import UnitsField

HEDGE_STATUSES = ("planned", "sent", "done", "failed", "abandoned")
ACTIVE = ("planned", "sent")
"""planned: decided, nothing has left; sent: some of it is under way or done."""
BY_HAND = "by_hand"
"""The reason of a hedge that a person asked for; every other one is the decision's own code."""
STEP_KINDS = ("approve", "swap")
STEP_STATUSES = ("queued", "mined", "done", "failed")
"""mined: in a block that a reorg may still undo; done: finally, and in the books."""


class Hedge(models.Model):
    """A decision to close a position, and how far that went.

    ``asset`` and ``number`` are the decision's key: two who decide about one need give it the same
    number, and one of them finds it taken.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    asset = models.TextField(help_text="code of the asset whose position it closes")
    number = models.PositiveIntegerField(help_text="1, 2, 3 … per asset")
    chain_id = models.BigIntegerField()
    mode = models.TextField()
    side = models.TextField()
    style = models.TextField()
    reason = models.TextField()
    status = models.TextField(default="planned")
    asset_in = models.TextField(help_text="code of what it gives")
    asset_out = models.TextField(help_text="code of what it takes")
    exposure_units = UnitsField(help_text="signed, of the asset, when it was decided")
    band_units = UnitsField()
    units = UnitsField(help_text="of the asset, to be closed in all")
    slices = models.JSONField(help_text="base units of the asset for each slice, as text")
    slice_number = models.PositiveIntegerField(default=0, help_text="slices begun")
    slice_seconds = models.PositiveIntegerField()
    snapshot_version = models.BigIntegerField()
    attempts = models.PositiveIntegerField(default=0, help_text="failures in a row")
    next_at = models.DateTimeField(help_text="when its next slice may go")
    last_error = models.TextField(default="")
    sold_units = UnitsField(default=0, help_text="of asset_in, by the books")
    bought_units = UnitsField(default=0, help_text="of asset_out, by the books")
    fee_units = UnitsField(default=0, help_text="wei of gas, failed transactions included")
    cost_cents = UnitsField(default=0, help_text="US cents below fair value, gas left out")
    asked_by = models.TextField(default="", help_text="who asked for it; '': the desk by itself")
    asked_because = models.TextField(default="", help_text="and why, in their words")
    ended_by = models.TextField(default="", help_text="who called it off; '': nobody")
    ended_because = models.TextField(default="")
    decided_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["asset", "number"], name="hedge_decided_once"),
            models.UniqueConstraint(
                fields=["asset"], condition=Q(status__in=ACTIVE), name="hedge_one_at_a_time"
            ),
            models.UniqueConstraint(
                # An allowance is set, never added to: two spenders of one token would undo it.
                fields=["asset_in"],
                condition=Q(status__in=ACTIVE),
                name="hedge_one_spends_an_asset",
            ),
            models.CheckConstraint(condition=Q(status__in=HEDGE_STATUSES), name="hedge_status"),
            models.CheckConstraint(condition=Q(side__in=("sell", "buy")), name="hedge_side"),
            models.CheckConstraint(condition=Q(units__gt=0), name="hedge_positive"),
            models.CheckConstraint(
                condition=Q(reason=BY_HAND) & ~Q(asked_by="") | ~Q(reason=BY_HAND) & Q(asked_by=""),
                name="hedge_by_hand_names_a_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.side} {self.units} {self.asset} ({self.status})"


class HedgeStep(models.Model):
    """One transaction of a hedge: leave for a router to take a token, or a swap."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    hedge = models.ForeignKey(Hedge, on_delete=models.PROTECT, related_name="steps")
    kind = models.TextField()
    status = models.TextField(default="queued")
    slice_number = models.PositiveIntegerField()
    router = models.BinaryField(max_length=20)
    transaction_id = models.UUIDField(unique=True)
    units_in = UnitsField(help_text="of asset_in: the leave, or what is swapped")
    expected_units = UnitsField(default=0, help_text="of asset_out, by the pools when it was sent")
    worth_units = UnitsField(default=0, help_text="of asset_out, by our fair value then")
    worth_cents = UnitsField(default=0, help_text="US cents of units_in, by our fair value then")
    min_out_units = UnitsField(default=0, help_text="of asset_out, or the swap is undone")
    sold_units = UnitsField(default=0)
    bought_units = UnitsField(default=0)
    fee_units = UnitsField(default=0, help_text="wei of gas")
    failure_code = models.TextField(default="")
    deadline = models.DateTimeField()
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=STEP_KINDS), name="hedge_step_kind"),
            models.CheckConstraint(condition=Q(status__in=STEP_STATUSES), name="hedge_step_status"),
            models.CheckConstraint(
                condition=Q(kind="approve") | Q(min_out_units__gt=0),
                name="hedge_step_swap_has_a_floor",
            ),
        ]
        indexes = [
            models.Index(
                fields=["hedge"],
                name="hedge_step_open",
                condition=Q(status__in=("queued", "mined")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of hedge {self.hedge_id} ({self.status})"


class InventoryMove(models.Model):
    """Inventory on its way: ``hedging.moving.Move`` as a row."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    key = models.TextField(unique=True, help_text="names the need: the same key is the same move")
    mode = models.TextField()
    chain_id = models.BigIntegerField()
    exchange = models.TextField()
    is_deposit = models.BooleanField(help_text="from the chain to the exchange")
    asset = models.TextField()
    decimals = models.PositiveSmallIntegerField()
    units = UnitsField()
    reason = models.TextField()
    decided_by = models.TextField()
    state = models.TextField(default=MoveState.PLANNED.value)
    left_units = UnitsField(default=0)
    arrived_units = UnitsField(default=0)
    transaction_id = models.UUIDField(null=True, unique=True)
    tx_hash = models.TextField(default="")
    overdue = models.BooleanField(default=False)
    due_after_seconds = models.PositiveIntegerField()
    last_error = models.TextField(default="")
    ended_by = models.TextField(default="", help_text="who called it off or gave it up; '': nobody")
    ended_because = models.TextField(default="")
    told = models.TextField(default="", help_text="the exchange's last word on a withdrawal")
    told_at = models.DateTimeField(null=True)
    named_tx = models.TextField(default="", help_text="that a person says brings a withdrawal")
    named_units = UnitsField(default=0, help_text="that it took off the balance, they say")
    named_by = models.TextField(default="")
    named_because = models.TextField(default="")
    planned_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    requested_at = models.DateTimeField(
        null=True, help_text="when the exchange may first have heard of a withdrawal"
    )
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in MoveState]),
                name="inventory_move_state",
            ),
            models.CheckConstraint(condition=Q(units__gt=0), name="inventory_move_positive"),
            models.UniqueConstraint(
                fields=["chain_id", "tx_hash"],
                condition=~Q(tx_hash=""),
                name="inventory_move_transaction_once",
            ),
            models.CheckConstraint(
                condition=Q(named_tx="") | ~Q(named_by="") & Q(named_units__gt=0),
                name="inventory_move_named_by_a_person",
            ),
            models.CheckConstraint(
                condition=Q(arrived_units__lte=models.F("left_units")),
                name="inventory_move_no_more_arrives",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                name="inventory_move_open",
                condition=Q(state__in=[s.value for s in MoveState if not s.over]),
            ),
        ]

    def __str__(self) -> str:
        way = "to" if self.is_deposit else "from"
        return f"{self.units} {self.asset} {way} {self.exchange} ({self.state})"


from gateway.market.hedges.exchange_models import (  # noqa: E402
    ExchangeDust,
    ExchangeFill,
    ExchangeOrder,
    ExchangeStanding,
)

__all__ = [
    "ACTIVE",
    "ExchangeDust",
    "ExchangeFill",
    "ExchangeOrder",
    "ExchangeStanding",
    "Hedge",
    "HedgeStep",
    "InventoryMove",
]
