"""What a shop's settlement policy leaves behind: promised conversions, runs, and its reserve."""

from typing import Any

from django.db import models
from django.db.models import F, Q

from gateway.events.ids import uuid7
from gateway.money.fields import UnitsField

RUN_OUTCOMES = ("paid", "nothing", "below_threshold", "below_minimum", "refused")


class PayoutQuote(models.Model):
    """What a payout would give, promised for a time, and shown before it is asked for."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    shop_id = models.UUIDField()
    mode = models.TextField()
    taken_asset = models.TextField(help_text="asset code of the balance")
    taken_decimals = models.PositiveSmallIntegerField()
    taken_units = UnitsField()
    asset = models.TextField(help_text="asset code of what is paid")
    decimals = models.PositiveSmallIntegerField()
    units = UnitsField()
    ramp = models.TextField(default="", help_text="'': on a chain")
    chain_id = models.BigIntegerField(null=True)
    conversion: Any = models.JSONField(
        null=True, help_text="fair value, spread, gas …; null: paid in the balance's own asset"
    )
    chain_choice: Any = models.JSONField(null=True, help_text="why this chain; null: it was named")
    drawn_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    payout_id = models.UUIDField(null=True, unique=True, help_text="that used it")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(units__gt=0, taken_units__gt=0), name="payout_quote_positive"
            ),
            models.CheckConstraint(
                condition=Q(conversion__isnull=False)
                | Q(asset=F("taken_asset"), units=F("taken_units")),
                name="payout_quote_says_what_it_converts",
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], name="payout_quote_expiry")]

    def __str__(self) -> str:
        return f"{self.taken_units} {self.taken_asset} for {self.units} {self.asset}"


class SettlementRun(models.Model):
    """A run of a shop's policy that paid, or that had its day: once for its key."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    shop_id = models.UUIDField()
    key = models.TextField(help_text="what made it due: 'daily:2026-11-29', an event's id")
    trigger = models.TextField()
    policy_number = models.PositiveIntegerField()
    outcome = models.TextField()
    units = UnitsField(default=0, help_text="of the balance that it paid from")
    refusal = models.TextField(default="", help_text="code of why nothing was paid yet")
    ran_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop_id", "key"], name="settlement_run_once"),
            models.CheckConstraint(
                condition=Q(outcome__in=RUN_OUTCOMES), name="settlement_run_outcome_known"
            ),
            models.CheckConstraint(
                condition=Q(outcome="paid", units__gt=0) | ~Q(outcome="paid") & Q(units=0),
                name="settlement_run_paid_something",
            ),
        ]
        indexes = [models.Index(fields=["shop_id", "id"], name="settlement_run_of_shop")]

    def __str__(self) -> str:
        return f"run {self.key} of shop {self.shop_id} ({self.outcome})"


class ReserveDay(models.Model):
    """What of a shop's credits stays here until the same moment, when it is let go."""

    pk = models.CompositePrimaryKey("shop_id", "asset", "until")
    shop_id = models.UUIDField()
    asset = models.TextField()
    until = models.DateTimeField(help_text="begin of the shop's day on which it is let go")
    units = UnitsField()

    def __str__(self) -> str:
        return f"{self.units} {self.asset} of shop {self.shop_id} until {self.until}"
