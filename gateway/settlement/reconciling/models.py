"""What was compared, what differed, and what people found out about it."""

from typing import Any

from django.db import models
from django.db.models import F, Q

from gateway.events.ids import uuid7
from gateway.money.fields import UnitsField
from gateway.settlement.reconciling.judging import STATES

MODES = ("test", "live")
DIFFERENCE_STATES = ("open", "explained", "corrected")
"""explained: people know where it comes from, and it stands; corrected: books and world agree."""
CLOSED = ("explained", "corrected")


class ReconciliationRun(models.Model):
    """One comparison of everything, or of what somebody asked for."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    asked_by = models.TextField(help_text="'beat', or who asked")
    version = models.PositiveIntegerField(help_text="of the rules by which it was judged")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-started_at"], name="reconciliation_run_latest")]

    def __str__(self) -> str:
        return f"run {self.id}"


class ReconciliationLine(models.Model):
    """One account and asset at one moment: both figures, what lies between, and the verdict."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    run = models.ForeignKey(ReconciliationRun, on_delete=models.CASCADE, related_name="lines")
    mode = models.TextField()
    account = models.TextField()
    asset = models.TextField(help_text="asset code")
    decimals = models.PositiveSmallIntegerField()
    state = models.TextField()
    reason = models.TextField(default="", help_text="why it was not compared; '' otherwise")
    booked_units = UnitsField(default=0, help_text="by the journal")
    told_units = UnitsField(default=0, help_text="by the chain, the exchange, the bank")
    difference_units = UnitsField(default=0, help_text="told less booked less the items")
    items: Any = models.JSONField(default=list, help_text="[{kind, reference, units, place}]")
    block_number = models.BigIntegerField(null=True)
    block_hash = models.BinaryField(max_length=32, null=True)
    source = models.TextField(default="", help_text="who told, for people")
    read = models.PositiveIntegerField(default=0, help_text="addresses asked")
    held = models.PositiveIntegerField(default=0, help_text="addresses with money by our rows")
    at = models.DateTimeField(help_text="the moment both figures are of")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="line_state_known"),
            models.CheckConstraint(
                condition=Q(state="differs") & ~Q(difference_units=0)
                | ~Q(state="differs") & Q(difference_units=0),
                name="line_differs_by_something",
            ),
            models.CheckConstraint(
                condition=Q(state="not_compared") & ~Q(reason="")
                | ~Q(state="not_compared") & Q(reason=""),
                name="line_not_compared_for_a_reason",
            ),
            models.UniqueConstraint(fields=["run", "account", "asset"], name="line_once_a_run"),
        ]
        indexes = [
            models.Index(fields=["account", "asset", "-id"], name="line_of_account"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.asset}: {self.state}"


class Difference(models.Model):
    """What books and world disagree about, from when it was found until it is known why."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    mode = models.TextField()
    account = models.TextField()
    asset = models.TextField(help_text="asset code")
    decimals = models.PositiveSmallIntegerField()
    status = models.TextField(default="open")
    units = UnitsField(help_text="that the world has beyond the books, as last seen")
    causes: Any = models.JSONField(default=list, help_text="[{kind, reference, units, place}]")
    is_missing = models.BooleanField(
        default=False, help_text="money that the books have is not there, wholly or in part"
    )
    first_line = models.ForeignKey(
        ReconciliationLine, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    last_line = models.ForeignKey(
        ReconciliationLine, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    assignee = models.TextField(default="")
    proposed_status = models.TextField(default="", help_text="how one person would close it")
    proposed_by = models.TextField(default="")
    proposed_because = models.TextField(default="")
    proposed_at = models.DateTimeField(null=True)
    needs_two = models.BooleanField(default=True, help_text="whether another must close it")
    closed_by = models.TextField(default="")
    closed_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=DIFFERENCE_STATES), name="difference_status_known"
            ),
            models.CheckConstraint(
                condition=Q(proposed_status__in=("", *CLOSED)), name="difference_proposed_known"
            ),
            models.UniqueConstraint(
                fields=["account", "asset"],
                condition=Q(status="open"),
                name="difference_open_once",
            ),
            models.CheckConstraint(
                condition=Q(status="open", closed_at__isnull=True, closed_by="")
                | ~Q(status="open") & Q(closed_at__isnull=False) & ~Q(closed_by=""),
                name="difference_closed_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status="explained", needs_two=True)
                | ~Q(proposed_by="") & ~Q(proposed_by=F("closed_by")),
                name="difference_closed_by_two",
            ),
        ]
        indexes = [
            models.Index(
                fields=["mode", "asset"],
                name="difference_missing",
                condition=Q(status="open", is_missing=True),
            ),
            models.Index(
                fields=["account", "asset"],
                name="difference_explained",
                condition=Q(status="explained"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.asset}: {self.units} ({self.status})"


class DifferenceNote(models.Model):
    """What a person wrote about a difference; never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    difference = models.ForeignKey(Difference, on_delete=models.PROTECT, related_name="notes")
    by = models.TextField()
    text = models.TextField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.by}: {self.text[:60]}"


class HeldAddress(models.Model):
    """A deposit address that had money when it was last looked at: looked at again until empty."""

    chain_id = models.BigIntegerField()
    address = models.BinaryField(max_length=20)
    asked_at = models.DateTimeField(null=True, help_text="when its balances were last read")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chain_id", "address"], name="held_address_once"),
        ]

    def __str__(self) -> str:
        return f"0x{bytes(self.address).hex()} on {self.chain_id}"


class Progress(models.Model):
    """How far back a chain must be looked at again: everything before agreed."""

    chain_id = models.BigIntegerField(primary_key=True)
    settled_at = models.DateTimeField(help_text="all that was booked or seen before has agreed")
    settled_block = models.BigIntegerField()
    sampled_after = models.BinaryField(
        max_length=20, default=b"", help_text="where the sample of quiet addresses goes on"
    )

    def __str__(self) -> str:
        return f"chain {self.chain_id} up to {self.settled_block}"
