"""What the desk took in and has not collected or sold yet, and the transactions that do it."""

from django.db import models
from django.db.models import Q

from gateway.events.ids import uuid7
from gateway.money.fields import UnitsField

REQUEST_STATUSES = ("pending", "dust", "batched", "swept", "filled", "withdrawn")
"""dust: worth less than its sweep costs, it waits for company or cheaper gas; swept: it lies in the
treasury; filled: and was sold; withdrawn: a reorg took the deposit."""
BATCH_STATUSES = ("queued", "done", "failed")
BATCH_KINDS = ("sweep", "swap")


class FillBatch(models.Model):
    """One transaction on a deposit factory: deposits of one token swept, or swept and sold."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    chain_id = models.BigIntegerField()
    mode = models.TextField()
    kind = models.TextField()
    status = models.TextField(default="queued")
    asset = models.TextField(help_text="code of the token that is collected")
    settlement_asset = models.TextField(help_text="code of what it is sold for; '' for a sweep")
    factory = models.BinaryField(max_length=20)
    transaction_id = models.UUIDField(unique=True)
    expected_units = UnitsField(help_text="token units that the deposits hold by our count")
    expected_out_units = UnitsField(default=0, help_text="settlement units the route would give")
    min_out_units = UnitsField(default=0, help_text="settlement units they must bring at least")
    swept_units = UnitsField(default=0)
    sold_units = UnitsField(default=0)
    bought_units = UnitsField(default=0)
    fee_units = UnitsField(default=0, help_text="wei of gas")
    failure_code = models.TextField(default="")
    deadline = models.DateTimeField()
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=BATCH_STATUSES), name="fill_batch_status"
            ),
            models.CheckConstraint(condition=Q(kind__in=BATCH_KINDS), name="fill_batch_kind"),
            models.CheckConstraint(
                condition=Q(kind="sweep", settlement_asset="")
                | Q(kind="swap", min_out_units__gt=0) & ~Q(settlement_asset=""),
                name="fill_batch_swap_has_a_floor",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.asset} ({self.status})"


class FillRequest(models.Model):
    """A decided deposit, to be collected. What the desk bought of it is sold as well, unless it is
    what the shop is paid in; a payer's is kept for them."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    deposit_id = models.UUIDField()
    invoice_id = models.UUIDField()
    shop_id = models.UUIDField()
    chain_id = models.BigIntegerField()
    asset = models.TextField(help_text="code of the token taken in")
    is_bought = models.BooleanField(
        default=True, db_default=True, help_text="by the desk; otherwise a payer's"
    )
    units = UnitsField(help_text="of it, bought by the desk; or the payer's")
    settlement_asset = models.TextField()
    status = models.TextField(default="pending")
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(help_text="when it may be batched")
    batch = models.ForeignKey(
        FillBatch, on_delete=models.PROTECT, null=True, related_name="requests"
    )
    last_error = models.TextField(default="")
    created_at = models.DateTimeField()
    in_book = models.BooleanField(
        default=False, db_default=False, help_text="sold in our own order book: to be swept only"
    )
    promised_at = models.DateTimeField(null=True, help_text="when its rate was drawn")
    due_units = UnitsField(null=True, help_text="of the token, for the whole demand at that rate")
    gas_units = UnitsField(null=True, help_text="of them, for collecting and selling")
    spread_ppm = models.IntegerField(null=True)
    lock_premium_ppm = models.IntegerField(null=True)
    fill_ppm = models.IntegerField(null=True, help_text="for the venue's fee and impact")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    promised_at__isnull=True,
                    due_units__isnull=True,
                    gas_units__isnull=True,
                    spread_ppm__isnull=True,
                    lock_premium_ppm__isnull=True,
                    fill_ppm__isnull=True,
                )
                | Q(
                    promised_at__isnull=False,
                    due_units__gt=0,
                    gas_units__gte=0,
                    spread_ppm__isnull=False,
                    lock_premium_ppm__isnull=False,
                    fill_ppm__isnull=False,
                ),
                name="fill_request_promise_whole",
            ),
            models.UniqueConstraint(
                fields=["deposit_id"],
                condition=~Q(status="withdrawn"),
                name="fill_request_once_a_deposit",
            ),
            models.CheckConstraint(
                condition=Q(status__in=REQUEST_STATUSES), name="fill_request_status"
            ),
            models.CheckConstraint(condition=Q(units__gt=0), name="fill_request_positive"),
        ]
        indexes = [
            models.Index(
                fields=["chain_id", "asset", "settlement_asset", "id"],
                name="fill_request_pending",
                condition=Q(status="pending"),
            ),
            models.Index(
                fields=["not_before"], name="fill_request_dust", condition=Q(status="dust")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.units} {self.asset} of deposit {self.deposit_id} ({self.status})"


class SweptDeposit(models.Model):
    """What a batch's receipt says came from one deposit address, by token."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    batch = models.ForeignKey(FillBatch, on_delete=models.PROTECT, related_name="swept")
    chain_id = models.BigIntegerField()
    salt = models.BinaryField(max_length=32)
    asset = models.TextField()
    units = UnitsField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "salt", "asset"], name="swept_once_a_batch"),
        ]
        indexes = [models.Index(fields=["chain_id", "salt", "asset"], name="swept_of_salt")]

    def __str__(self) -> str:
        return f"{self.units} {self.asset}"
