"""What the house sends: one row per transaction, before anything is signed.

A transaction has one nonce for all its life. Its attempts are the same transaction with rising
fees (or its cancellation), so at most one of them is ever mined.
"""

from django.db import models
from django.db.models import Q

from gateway.events.ids import uuid7
from gateway.money.fields import UnitsField

TRANSACTION_STATES = ("queued", "signed", "sent", "mined", "final", "failed", "cancelled")
UNDER_WAY = ("signed", "sent", "mined")
"""It has a nonce, and its fate is not final."""

OUTCOMES = ("", "succeeded", "reverted", "cancelled")
ATTEMPT_KINDS = ("send", "replace", "cancel")


class NonceSequence(models.Model):
    """The next nonce of one account on one chain; moves only with a transaction that takes it."""

    chain = models.ForeignKey(
        "chains.Chain", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    account = models.BinaryField(max_length=20)
    next_nonce = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chain", "account"], name="nonce_sequence_once"),
            models.CheckConstraint(condition=Q(next_nonce__gte=0), name="nonce_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{bytes(self.account).hex()} on {self.chain_id}: {self.next_nonce}"


class OutgoingTransaction(models.Model):
    """One thing to do on a chain, done once.

    ``mined_*`` and what follows describe the block that holds it now; a reorg empties them.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    chain = models.ForeignKey(
        "chains.Chain", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    account = models.BinaryField(max_length=20)
    to = models.BinaryField(max_length=20)
    value = UnitsField(help_text="Wei")
    data = models.BinaryField()
    gas_limit = models.BigIntegerField(null=True, help_text="Gas; null: estimated when it is sent")
    purpose = models.TextField(help_text="What the signer's policy judges it by")
    reference = models.TextField(help_text="What it is for, such as 'payout:<id>'")
    shop_id = models.UUIDField(null=True)
    idempotency_key = models.TextField(unique=True)
    payload_hash = models.BinaryField(max_length=32)

    status = models.TextField(default="queued")
    nonce = models.BigIntegerField(null=True)
    cancel_requested_at = models.DateTimeField(null=True)
    awaiting_gas_since = models.DateTimeField(null=True)
    awaiting_limit_since = models.DateTimeField(null=True)
    doubted_since = models.DateTimeField(
        null=True, help_text="Its nonce is used, and by which transaction is not proved"
    )
    not_before = models.DateTimeField(
        null=True, help_text="When the signer, or in doubt the nodes, are asked again"
    )
    last_error = models.TextField(default="")
    failure_code = models.TextField(default="")
    failure_reason = models.TextField(default="")

    outcome = models.TextField(default="")
    mined_hash = models.BinaryField(max_length=32, null=True)
    block_number = models.BigIntegerField(null=True)
    block_hash = models.BinaryField(max_length=32, null=True)
    gas_used = models.BigIntegerField(null=True)
    effective_gas_price = UnitsField(null=True, help_text="Wei per gas")
    fee_units = UnitsField(null=True, help_text="Wei paid in all, an L2's data fee included")

    created_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    private_since_block = models.BigIntegerField(
        null=True, help_text="The head when it first was for the private relay, or is again"
    )
    sent_at = models.DateTimeField(null=True)
    mined_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["chain", "account", "nonce"], name="outgoing_nonce_once"
            ),
            models.CheckConstraint(
                condition=Q(status__in=TRANSACTION_STATES), name="outgoing_state_known"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=OUTCOMES), name="outgoing_outcome_known"
            ),
            models.CheckConstraint(
                condition=Q(nonce__isnull=False)
                | ~Q(status__in=("signed", "sent", "mined", "final")),
                name="outgoing_nonce_when_signed",
            ),
            models.CheckConstraint(
                condition=~Q(status="queued") | Q(nonce__isnull=True),
                name="outgoing_no_nonce_in_queue",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("mined", "final"))
                | Q(mined_hash__isnull=False, block_hash__isnull=False, fee_units__isnull=False),
                name="outgoing_mined_where",
            ),
            models.CheckConstraint(condition=Q(value__gte=0), name="outgoing_value_not_negative"),
        ]
        indexes = [
            models.Index(
                fields=["chain", "account", "id"],
                name="outgoing_queue",
                condition=Q(status="queued"),
            ),
            models.Index(
                fields=["chain", "account", "nonce"],
                name="outgoing_under_way",
                condition=Q(status__in=("signed", "sent", "mined")),
            ),
            models.Index(fields=["reference"], name="outgoing_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.reference} ({self.status})"


class OutgoingAttempt(models.Model):
    """One set of signed bytes of a transaction. Stored before they are signed, and before they
    are sent; ``raw`` is what goes out again after a reorg. Its id is the signer's request id.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    transaction = models.ForeignKey(
        OutgoingTransaction, on_delete=models.PROTECT, related_name="attempts", db_index=False
    )
    number = models.PositiveIntegerField(help_text="1, 2, 3 … per transaction")
    kind = models.TextField()
    nonce = models.BigIntegerField(help_text="Of the first attempt only a wish until it is signed")
    gas_limit = models.BigIntegerField()
    max_fee_per_gas = UnitsField(help_text="Wei per gas")
    max_priority_fee_per_gas = UnitsField(help_text="Wei per gas")
    raw = models.BinaryField(null=True)
    tx_hash = models.BinaryField(max_length=32, null=True, unique=True)
    refusal = models.TextField(default="", help_text="Why the signer would not sign it")
    created_at = models.DateTimeField()
    first_broadcast_at = models.DateTimeField(null=True)
    last_broadcast_at = models.DateTimeField(null=True)
    broadcasts = models.PositiveIntegerField(default=0)
    relayed_at = models.DateTimeField(null=True, help_text="First offered to the private relay")
    published_at = models.DateTimeField(
        null=True, help_text="First given to a node of the public mempool"
    )
    last_error = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["transaction", "number"], name="outgoing_attempt_number_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ATTEMPT_KINDS), name="outgoing_attempt_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(raw__isnull=True, tx_hash__isnull=True)
                | Q(raw__isnull=False, tx_hash__isnull=False),
                name="outgoing_attempt_signed_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number} of {self.transaction_id}"
