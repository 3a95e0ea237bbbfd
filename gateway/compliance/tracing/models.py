"""Transfers and labels we know of, traces that are asked for, and the verdicts they ended in.

The house's alone: no shop's session sees whose money was traced, or why.
"""

from typing import Any

from django.db import models
from django.db.models import F, Q

from gateway.compliance.tracing.categories import GRAVITY, STATUSES
from gateway.compliance.tracing.judging import BANDS, STATES
from gateway.events.ids import uuid7
from gateway.money.fields import UnitsField

ADDRESS_BYTES = 20
HASH_BYTES = 32
MODES = ("test", "live")


class TracedTransfer(models.Model):
    """A transfer that we took part in: a deposit, or what one of our transactions moved.

    The room's own projection of the chain's events. What others moved among themselves is in
    ``LookUp``.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    chain = models.ForeignKey(
        "chains.Chain", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    asset = models.TextField()
    sender = models.BinaryField(max_length=ADDRESS_BYTES)
    recipient = models.BinaryField(max_length=ADDRESS_BYTES)
    units = UnitsField()
    block_number = models.BigIntegerField()
    block_hash = models.BinaryField(max_length=HASH_BYTES)
    tx_hash = models.BinaryField(max_length=HASH_BYTES)
    log_index = models.IntegerField()
    trace_path = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["chain", "block_hash", "tx_hash", "log_index", "trace_path"],
                name="traced_transfer_as_the_chain_tells",
            ),
            models.CheckConstraint(condition=Q(units__gte=0), name="traced_transfer_of_units"),
        ]
        indexes = [
            models.Index(fields=["chain", "sender", "block_number"], name="traced_transfer_from"),
            models.Index(fields=["chain", "recipient", "block_number"], name="traced_transfer_to"),
        ]

    def __str__(self) -> str:
        return f"{self.units} of {self.asset} in block {self.block_number}"


class AddressLabel(models.Model):
    """What a source says of an address. Taken back, the row stays: verdicts were given by it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    address = models.BinaryField(max_length=ADDRESS_BYTES)
    category = models.TextField()
    status = models.TextField(default="none", help_text="what the law says: apart from category")
    name = models.TextField(default="")
    source = models.TextField()
    version = models.PositiveIntegerField(help_text="1, 2, 3 … per source: the file it came with")
    added_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["address", "source"],
                condition=Q(retired_at__isnull=True),
                name="address_label_one_in_force",
            ),
            models.CheckConstraint(
                condition=Q(category__in=GRAVITY), name="address_label_category_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=STATUSES), name="address_label_status_known"
            ),
        ]
        indexes = [models.Index(fields=["source", "version"], name="address_label_source")]

    def __str__(self) -> str:
        return f"{self.category} by {self.source}#{self.version}"


class LookUp(models.Model):
    """What a node told of one address's token transfers, up to the head it was read at.

    ``failure`` says why it told nothing of use, ``cut`` why it is not all of its past.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    chain = models.ForeignKey(
        "chains.Chain", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    address = models.BinaryField(max_length=ADDRESS_BYTES)
    first_block = models.BigIntegerField(help_text="the oldest block that was asked about")
    last_block = models.BigIntegerField(help_text="the head it was read at")
    head_hash = models.BinaryField(max_length=HASH_BYTES)
    body = models.BinaryField(help_text="zlib of canonical JSON: transfers, balances at the head")
    transfers = models.PositiveIntegerField()
    is_busy = models.BooleanField(default=False, help_text="it pays as many as an exchange does")
    cut = models.TextField(default="", help_text="window, transfers, time; '' from block 0 on")
    failure = models.TextField(default="", help_text="pruned, node_failed; '' if it was told")
    looked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(first_block__gte=0, last_block__gte=F("first_block")) | ~Q(failure=""),
                name="look_up_of_blocks",
            ),
        ]
        indexes = [models.Index(fields=["chain", "address", "-id"], name="look_up_of_address")]

    def __str__(self) -> str:
        return f"0x{bytes(self.address).hex()} up to {self.last_block}@{self.chain_id}"


class TraceRequest(models.Model):
    """A trace that is asked for; done from this row, however often a process dies of it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    about = models.TextField(help_text="deposit:<id> or address:0x…")
    mode = models.TextField()
    chain = models.ForeignKey(
        "chains.Chain", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    address = models.BinaryField(max_length=ADDRESS_BYTES)
    asset = models.TextField(default="", help_text="'': all that it was given")
    payment: Any = models.JSONField(
        null=True, help_text="{asset, units, at}: the money asked about; null: all it was given"
    )
    cause = models.TextField(
        default="",
        help_text="list:ofac#4: what changed since it was judged; '': asked first",
    )
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, help_text="when it is tried next; null: done")
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["about", "chain", "address", "cause"],
                condition=Q(due_at__isnull=False) | Q(about__startswith="deposit:"),
                name="trace_request_once",
            ),
            models.CheckConstraint(condition=Q(mode__in=MODES), name="trace_request_mode_known"),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"], name="trace_request_due", condition=Q(due_at__isnull=False)
            ),
            models.Index(
                fields=["cause"],
                name="trace_request_again",
                condition=Q(due_at__isnull=False) & ~Q(cause=""),
            ),
        ]

    def __str__(self) -> str:
        return f"trace {self.about}"


class TraceInputs(models.Model):
    """All that an answer was made of, under its hash; the same answer comes out of it again."""

    hash = models.BinaryField(primary_key=True, max_length=HASH_BYTES)
    body = models.BinaryField(help_text="zlib of canonical JSON")

    def __str__(self) -> str:
        return bytes(self.hash).hex()


class WalletVerdict(models.Model):
    """What a provider's exposures and a policy of a moment say of a wallet, or of its payment."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    request = models.OneToOneField(TraceRequest, on_delete=models.PROTECT, related_name="verdict")
    about = models.TextField()
    mode = models.TextField()
    chain = models.ForeignKey(
        "chains.Chain", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    address = models.BinaryField(max_length=ADDRESS_BYTES)
    provider = models.TextField()
    provider_version = models.TextField()
    rules = models.TextField(help_text="version of the policy")
    lists = models.TextField(help_text="versions of the lists looked at: 'ofac#3'; '': none there")
    state = models.TextField()
    band = models.TextField()
    reasons: Any = models.JSONField(help_text="stable words, the gravest first")
    asks_hold = models.BooleanField()
    answer = models.TextField(
        help_text="canonical JSON: exposures with amounts, hops and paths; never shown to shops"
    )
    answer_hash = models.BinaryField(max_length=HASH_BYTES)
    inputs = models.ForeignKey(
        TraceInputs, null=True, on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    failures: Any = models.JSONField(default=list, help_text="why something was not looked at")
    head_number = models.BigIntegerField(null=True)
    head_hash = models.BinaryField(max_length=HASH_BYTES, null=True)
    given_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="wallet_verdict_state"),
            models.CheckConstraint(condition=Q(band__in=BANDS), name="wallet_verdict_band"),
            models.CheckConstraint(
                condition=Q(state="clear", reasons=[]) | (~Q(state="clear") & ~Q(reasons=[])),
                name="wallet_verdict_says_why",
            ),
            models.CheckConstraint(
                condition=Q(asks_hold=False) | Q(state="high"), name="wallet_verdict_holds_high"
            ),
        ]
        indexes = [
            models.Index(fields=["about", "-id"], name="wallet_verdict_about"),
            models.Index(fields=["chain", "address", "-id"], name="wallet_verdict_address"),
        ]

    def __str__(self) -> str:
        return f"{self.state} for {self.about} by {self.provider} {self.rules}"


class SeenAddress(models.Model):
    """That a wallet's newest verdict rests on what is known of this address: what a newly listed
    address is looked up in. The rows of an older verdict about the same are deleted."""

    pk = models.CompositePrimaryKey("address", "verdict_id")
    address = models.BinaryField(max_length=ADDRESS_BYTES)
    verdict = models.ForeignKey(WalletVerdict, on_delete=models.CASCADE, related_name="seen")

    def __str__(self) -> str:
        return f"0x{bytes(self.address).hex()} in verdict {self.verdict_id}"
