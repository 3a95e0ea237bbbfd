"""What makers were asked, what they answered, and how each stands."""

from django.db import models
from django.db.models import Q

from gateway.events.ids import uuid7
from gateway.money.fields import UnitsField

REQUEST_STATUSES = ("asked", "answered", "declined", "late", "refused", "dropped")
"""dropped: the answer was never kept (we died meanwhile); it speaks neither for nor against."""
QUOTE_STATUSES = ("offered", "taken", "filled", "failed", "released", "lapsed")
"""taken: a transaction was queued for it; released: that was never mined, by no fault of the maker;
lapsed: another rung of its answer was taken, or it was asked anew."""


class MakerStanding(models.Model):
    """``firm.standing.Standing`` of one maker as a row, and what it was counted by."""

    maker = models.TextField(primary_key=True, help_text="its name in MAKERS")
    faults = models.PositiveIntegerField(default=0)
    excluded_until = models.DateTimeField(null=True)
    last_fault = models.TextField(default="", help_text="the stable code of it")
    answered = models.PositiveIntegerField(default=0)
    declined = models.PositiveIntegerField(default=0)
    late = models.PositiveIntegerField(default=0)
    invalid = models.PositiveIntegerField(default=0)
    filled = models.PositiveIntegerField(default=0)
    failed_on_chain = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.maker}: {self.faults} faults"


class QuoteRequest(models.Model):
    """One question to one maker: written before it leaves, its id goes along."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    reference = models.TextField(help_text="what the orders are wanted for")
    maker = models.TextField()
    maker_address = models.BinaryField(max_length=20)
    chain_id = models.BigIntegerField()
    contract = models.BinaryField(max_length=20)
    taker = models.BinaryField(max_length=20)
    side = models.TextField(help_text="what we do with the pair's first token")
    pair = models.TextField()
    token_in = models.BinaryField(max_length=20)
    token_out = models.BinaryField(max_length=20)
    amounts_in = models.JSONField(help_text="base units of each size asked for, as text")
    fair_numerator = UnitsField(help_text="base units out over those in, by our fair value then")
    fair_denominator = UnitsField()
    max_deviation_bps = models.PositiveIntegerField()
    least_expiry = models.BigIntegerField(help_text="Unix seconds")
    status = models.TextField(default="asked")
    fault = models.TextField(default="")
    answer = models.TextField(default="", help_text="as it came, cut short")
    milliseconds = models.PositiveIntegerField(null=True)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=REQUEST_STATUSES), name="quote_request_status"
            ),
            models.CheckConstraint(
                condition=Q(side__in=("sell", "buy")), name="quote_request_side"
            ),
            models.CheckConstraint(
                condition=Q(fair_denominator__gt=0), name="quote_request_fair_is_a_ratio"
            ),
            models.UniqueConstraint(
                fields=["reference", "maker"],
                condition=Q(status="asked"),
                name="quote_request_one_at_a_time",
            ),
        ]
        indexes = [models.Index(fields=["asked_at"], name="quote_request_by_age")]

    def __str__(self) -> str:
        return f"{self.maker} asked for {self.reference} ({self.status})"


class FirmQuote(models.Model):
    """A valid order that a maker signed for us, and what became of it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    request = models.ForeignKey(QuoteRequest, on_delete=models.PROTECT, related_name="quotes")
    chain_id = models.BigIntegerField()
    contract = models.BinaryField(max_length=20)
    maker_address = models.BinaryField(max_length=20)
    amount_in = UnitsField()
    amount_out = UnitsField()
    expiry = models.DecimalField(
        max_digits=20, decimal_places=0, help_text="Unix seconds, an unsigned 64-bit integer"
    )
    nonce = UnitsField()
    signature = models.BinaryField(max_length=65)
    status = models.TextField(default="offered")
    failure_code = models.TextField(default="")
    transaction_id = models.UUIDField(null=True, unique=True)
    offered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=QUOTE_STATUSES), name="firm_quote_status"
            ),
            models.CheckConstraint(
                condition=Q(amount_in__gt=0, amount_out__gt=0), name="firm_quote_positive"
            ),
            models.UniqueConstraint(
                # The contract does each nonce once: a maker that signs it again promises nothing.
                fields=["chain_id", "contract", "maker_address", "nonce"],
                name="firm_quote_nonce_once",
            ),
            models.CheckConstraint(
                condition=Q(transaction_id__isnull=False) | Q(status__in=("offered", "lapsed")),
                name="firm_quote_taken_by_a_transaction",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_in} for {self.amount_out} ({self.status})"
