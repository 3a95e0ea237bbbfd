"""What goes to shops, and which of their credits are final."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL

from gateway.events.ids import uuid7
from gateway.money.fields import UnitsField
from gateway.settlement.life import STATUSES, UNDER_WAY, WAITING_REASONS

MODES = ("test", "live")
TRIGGERS = ("demand", "instant", "threshold", "daily", "closing", "release")
"""closing: what was left of a shop that closes; release: two people sent a frozen shop's money."""
SHORTFALL_STATUSES = ("open", "netted", "covered", "recovered")
"""netted: made good by the shop's own money; covered: by the house; recovered: the payment came
back, and the house has its money again."""
NUMBER = RawSQL("round(units * 10::numeric ^ (30 - decimals))", (), UnitsField())
"""The number that stands before a payout's asset, of 10^-30. An index has it as it stands here."""


class Payout(models.Model):
    """A shop's money on its way to the shop's own address."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    shop_id = models.UUIDField()
    mode = models.TextField()
    status = models.TextField(default="requested")
    asset = models.TextField(help_text="asset code")
    decimals = models.PositiveSmallIntegerField()
    units = UnitsField()
    taken_asset = models.TextField(help_text="asset code of the balance it was taken from")
    taken_decimals = models.PositiveSmallIntegerField()
    taken_units = UnitsField(help_text="of the balance; another asset's are converted")
    conversion: Any = models.JSONField(null=True, help_text="at what, part by part; as quoted")
    chain_choice: Any = models.JSONField(null=True, help_text="why this chain; null: it was named")
    run_id = models.UUIDField(null=True, help_text="the run of the shop's policy that paid it")
    reason = models.TextField(default="", help_text="of a release: why, and who decided it")
    ramp = models.TextField(default="", help_text="through which it reaches a bank; '': a chain")
    chain_id = models.BigIntegerField(null=True)
    destination = models.BinaryField(max_length=20, null=True)
    trigger = models.TextField()
    idempotency_key = models.TextField(help_text="the caller's name for this payout")
    requested_units = UnitsField(null=True, help_text="null: all that could be paid out")
    transaction_id = models.UUIDField(null=True, help_text="of the outgoing transaction")
    batch_id = models.UUIDField(null=True, help_text="the batch whose transaction that is, too")
    sent_alone = models.BooleanField(
        default=False, help_text="a batch that it was in came to nothing: it is in none any more"
    )
    tx_hash = models.BinaryField(max_length=32, null=True)
    fee_units = UnitsField(default=0, help_text="wei of gas, paid by the house")
    waiting_reason = models.TextField(default="", help_text="why it is awaiting_funds")
    failure_code = models.TextField(default="")
    failure_reason = models.TextField(default="")
    requested_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True)
    sending_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shop_id", "idempotency_key"], name="payout_once_per_key"
            ),
            models.UniqueConstraint(
                fields=["transaction_id"],
                name="payout_of_transaction",
                condition=Q(batch_id__isnull=True),
            ),
            # With (batch_id, transaction_id) a foreign key, in the migration: a batch's own.
            models.CheckConstraint(
                condition=Q(batch_id__isnull=True)
                | Q(transaction_id__isnull=False, sent_alone=False),
                name="payout_of_batch",
            ),
            models.CheckConstraint(condition=Q(status__in=STATUSES), name="payout_status_known"),
            models.CheckConstraint(condition=Q(mode__in=MODES), name="payout_mode_known"),
            models.CheckConstraint(condition=Q(trigger__in=TRIGGERS), name="payout_trigger_known"),
            models.CheckConstraint(
                condition=Q(units__gt=0, taken_units__gt=0), name="payout_positive"
            ),
            models.CheckConstraint(
                condition=Q(conversion__isnull=False)
                | Q(asset=F("taken_asset"), units=F("taken_units")),
                name="payout_says_what_it_converts",
            ),
            models.CheckConstraint(
                condition=~Q(trigger="release") | ~Q(reason=""), name="payout_release_says_why"
            ),
            models.CheckConstraint(
                condition=Q(waiting_reason="")
                | Q(waiting_reason__in=WAITING_REASONS, status="awaiting_funds"),
                name="payout_waits_for_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=(*UNDER_WAY, "completed"))
                | Q(transaction_id__isnull=False)
                | ~Q(ramp=""),
                name="payout_sent_by_a_transaction",
            ),
            models.CheckConstraint(
                condition=Q(ramp="", chain_id__isnull=False, destination__isnull=False)
                | ~Q(ramp="")
                & Q(chain_id__isnull=True, destination__isnull=True, transaction_id__isnull=True),
                name="payout_by_chain_or_ramp",
            ),
        ]
        indexes = [
            models.Index(fields=["shop_id", "id"], name="payout_of_shop"),
            models.Index(
                fields=["shop_id", "tx_hash", "id"],
                name="payout_in_transaction",
                condition=Q(tx_hash__isnull=False),
            ),
            models.Index(
                fields=["shop_id", "destination", "id"],
                name="payout_to_address",
                condition=Q(destination__isnull=False),
            ),
            models.Index(F("shop_id"), NUMBER, F("id"), name="payout_by_number"),
            models.Index(
                fields=["run_id"], name="payout_of_run", condition=Q(run_id__isnull=False)
            ),
            models.Index(
                fields=["batch_id"], name="payout_in_batch", condition=Q(batch_id__isnull=False)
            ),
            models.Index(
                fields=["asset", "id"],
                name="payout_waiting",
                condition=Q(status__in=("approved", "awaiting_funds")),
            ),
            models.Index(
                fields=["asset"],
                name="payout_under_way",
                condition=Q(status__in=UNDER_WAY),
                include=["units"],
            ),
        ]

    def __str__(self) -> str:
        return f"payout {self.id} ({self.status})"


class FloatPromise(models.Model):
    """What of the float a transaction of a room above will take, until it is final or failed."""

    reference = models.TextField(primary_key=True, help_text="the transaction's own")
    asset = models.TextField()
    units = UnitsField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(units__gt=0), name="float_promise_positive"),
        ]
        indexes = [
            models.Index(fields=["asset"], name="float_promise_of_asset", include=["units"]),
        ]

    def __str__(self) -> str:
        return f"{self.units} {self.asset} for {self.reference}"


class FinalCredit(models.Model):
    """What a deposit credited to a shop and whether the deposit is final.

    A deposit may be final before it is credited (a hold), or long after; only both make it count.
    """

    deposit_id = models.UUIDField(primary_key=True)
    shop_id = models.UUIDField(null=True)
    asset = models.TextField(default="")
    credited_units = UnitsField(default=0)
    is_final = models.BooleanField(default=False)
    counted_units = UnitsField(default=0, help_text="of it in FinalTotal")
    reserve_units = UnitsField(default=0, help_text="of it in ReserveDay")
    reserve_until = models.DateTimeField(null=True, help_text="set with the first credit")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(counted_units=0) | Q(is_final=True, shop_id__isnull=False),
                name="final_credit_counts_when_final",
            ),
            models.CheckConstraint(
                condition=Q(reserve_units=0) | Q(reserve_until__isnull=False),
                name="final_credit_reserved_until",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.credited_units} {self.asset} of deposit {self.deposit_id}"


class FinalTotal(models.Model):
    """The sum of a shop's final credits in one asset, ever."""

    pk = models.CompositePrimaryKey("shop_id", "asset")
    shop_id = models.UUIDField()
    asset = models.TextField()
    units = UnitsField()

    def __str__(self) -> str:
        return f"{self.units} {self.asset} of shop {self.shop_id}"


class Shortfall(models.Model):
    """What a payment that a reorg took back left its shop short of, and who made it good.

    One per payment, since that payment may come back; the open ones of a shop and asset add up to
    what its balance is below zero.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    deposit_id = models.UUIDField(help_text="of the payment that was taken back")
    shop_id = models.UUIDField()
    mode = models.TextField()
    asset = models.TextField(help_text="asset code")
    decimals = models.PositiveSmallIntegerField()
    status = models.TextField(default="open")
    units = UnitsField(help_text="short when it was taken back")
    open_units = UnitsField(help_text="of them, short still")
    netted_units = UnitsField(default=0, help_text="made good by credits and payouts taken back")
    by_insurance_units = UnitsField(default=0)
    lost_units = UnitsField(default=0, help_text="borne by the house")
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="when the house bears what is short still")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["deposit_id"], condition=Q(status="open"), name="shortfall_open_once"
            ),
            models.CheckConstraint(
                condition=Q(status__in=SHORTFALL_STATUSES), name="shortfall_status_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    units=F("open_units")
                    + F("netted_units")
                    + F("by_insurance_units")
                    + F("lost_units"),
                    units__gt=0,
                    open_units__gte=0,
                    netted_units__gte=0,
                    by_insurance_units__gte=0,
                    lost_units__gte=0,
                ),
                name="shortfall_every_unit_borne",
            ),
            models.CheckConstraint(
                condition=Q(status="open", open_units__gt=0) | ~Q(status="open") & Q(open_units=0),
                name="shortfall_open_while_short",
            ),
        ]
        indexes = [
            models.Index(
                fields=["shop_id", "asset"],
                name="shortfall_of_shop",
                condition=Q(status__in=("open", "covered")),
            ),
            models.Index(fields=["due_at"], name="shortfall_due", condition=Q(status="open")),
        ]

    def __str__(self) -> str:
        return f"{self.units} {self.asset} short for deposit {self.deposit_id} ({self.status})"


class Withheld(models.Model):
    """What a hold keeps back of a shop's credit, since a payer was listed after it was credited.

    It lowers what may be paid out and posts nothing: the money stays the shop's in the books until
    people decide. Each hold of a shop's deposit has a row, of zero where nothing is credited, so
    that a payout can tell that every hold was heard of.
    """

    hold_id = models.UUIDField(primary_key=True)
    deposit_id = models.UUIDField()
    shop_id = models.UUIDField()
    asset = models.TextField(default="")
    credited_units = UnitsField(default=0)
    withheld_units = UnitsField(
        default=0, help_text="of them; the rest had been paid out or was on its way"
    )
    since = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, help_text="released, or undone by a reorg")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(withheld_units__gte=0, withheld_units__lte=F("credited_units")),
                name="withheld_of_what_was_credited",
            ),
        ]
        indexes = [
            models.Index(fields=["deposit_id"], name="withheld_of_deposit"),
            models.Index(
                fields=["shop_id", "asset"],
                name="withheld_of_shop",
                condition=Q(lifted_at__isnull=True, credited_units__gt=0),
                include=["withheld_units"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.withheld_units} {self.asset} of deposit {self.deposit_id}"

    @property
    def left_units(self) -> int:
        """Base units that had left the house, or were on their way, when the hold came."""
        return int(self.credited_units - self.withheld_units)


# Django finds the models of an app through this module.
from gateway.settlement.batch_models import BatchWay, PayoutBatch  # noqa: E402
from gateway.settlement.fiat_models import FiatWay  # noqa: E402
from gateway.settlement.policy_models import PayoutQuote, ReserveDay, SettlementRun  # noqa: E402

__all__ = [
    "BatchWay",
    "FiatWay",
    "FinalCredit",
    "FinalTotal",
    "Payout",
    "PayoutBatch",
    "PayoutQuote",
    "ReserveDay",
    "SettlementRun",
    "Shortfall",
    "Withheld",
]
