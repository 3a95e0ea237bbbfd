"""Demands, what was applied to them, and what is owed back to payers."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, Value

from gateway.events.ids import uuid7
from gateway.invoices.quotebook import Book, decode_book, encode_book
from gateway.money.fields import UnitsField

STATUSES = ("waiting", "partial", "processing", "paid", "expired", "cancelled", "invalid")
RELEASES = ("yes", "wait", "no")
MODES = ("test", "live")
CARDS = ("", "taking", "paid")
MARKS = ("", "settled", "invalid")
PAYMENT_KINDS = ("locked", "late", "released")
CLAIM_REASONS = ("surplus", "wrong_asset", "cancelled", "late", "returned")


class Invoice(models.Model):
    """A shop's demand for an amount, with one deposit address, a lock end and a monitoring end.

    ``shop_id`` is no foreign key: its check would lock the shop's row in every creation, and the
    table is to be spread by shop.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    shop_id = models.UUIDField()
    mode = models.TextField()
    status = models.TextField(default="waiting")
    exceptions = ArrayField(models.TextField(), default=list)
    release_goods = models.TextField(default="wait")
    currency = models.TextField(help_text="ISO 4217 code the amount is in")
    amount_units = UnitsField(help_text="minor units of the currency")
    settlement_asset = models.TextField()
    credited_units = UnitsField(default=0, help_text="settlement units credited, fee taken off")
    book = models.TextField(help_text="quotes and terms as issued: JSON of quotebook.Book")
    received = models.JSONField(default=list, help_text="its deposits, as last heard of")
    refunds = models.JSONField(
        default=list,
        db_default=Value([], models.JSONField()),
        help_text="what goes back of it, as last heard of",
    )
    address = models.BinaryField(max_length=20)
    lock_end = models.DateTimeField()
    monitoring_end = models.DateTimeField()
    judge_at = models.DateTimeField(
        null=True, help_text="chain time at which time alone changes something; null: never"
    )
    time_over = models.BooleanField(default=False, help_text="every chain passed the lock's end")
    monitoring_over = models.BooleanField(default=False)
    voided_at = models.DateTimeField(null=True)
    mark = models.TextField(default="", help_text="'settled' or 'invalid' by a person")
    marked_by = models.TextField(default="")
    card = models.TextField(
        default="",
        db_default="",
        help_text="'taking' while a card is charged for it; 'paid' by one",
    )
    payer_told_until = models.DateTimeField(
        null=True, help_text="until when it counts who a shopper said pays; null: nobody said"
    )
    locks_open = models.BooleanField(default=True, help_text="its locks count as exposure")
    duplicate_order = models.BooleanField(default=False)
    order_id = models.TextField(default="")
    external_key = models.TextField(default="", help_text="the caller's name for this demand")
    metadata: Any = models.JSONField(default=dict)
    created_by = models.TextField(default="")
    created_at = models.DateTimeField()
    _read: tuple[str, Book] | None = None

    class Meta:
        indexes = [
            models.Index(fields=["shop_id", "id"], name="invoice_of_shop"),
            models.Index(
                fields=["shop_id", "order_id"],
                name="invoice_of_order",
                condition=~Q(order_id=""),
            ),
            models.Index(
                fields=["mode", "judge_at"],
                name="invoice_to_judge",
                condition=Q(judge_at__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["shop_id", "external_key"],
                condition=~Q(external_key=""),
                name="invoice_external_key_once",
            ),
            # An order is paid once; what is paid on top of it says so.
            models.UniqueConstraint(
                fields=["shop_id", "order_id"],
                condition=Q(status="paid", duplicate_order=False) & ~Q(order_id=""),
                name="invoice_order_paid_once",
            ),
            models.CheckConstraint(condition=Q(status__in=STATUSES), name="invoice_status"),
            models.CheckConstraint(condition=Q(release_goods__in=RELEASES), name="invoice_release"),
            models.CheckConstraint(condition=Q(mode__in=MODES), name="invoice_mode"),
            models.CheckConstraint(condition=Q(mark__in=MARKS), name="invoice_mark"),
            models.CheckConstraint(condition=Q(card__in=CARDS), name="invoice_card"),
            # A demand is paid by a card or by tokens, never credited for both.
            models.CheckConstraint(
                condition=Q(card="") | Q(credited_units=0), name="invoice_card_or_tokens"
            ),
            models.CheckConstraint(condition=Q(amount_units__gt=0), name="invoice_amount_positive"),
            models.CheckConstraint(
                condition=Q(credited_units__gte=0), name="invoice_credit_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"invoice {self.id}"

    @property
    def promises(self) -> Book:
        """What its ``book`` says; read once for each text that stands there."""
        if self._read is None or self._read[0] is not self.book:
            self._read = (self.book, decode_book(self.book))
        return self._read[1]

    @promises.setter
    def promises(self, promised: Book) -> None:
        self.book = encode_book(promised)
        self._read = (self.book, promised)


class Payment(models.Model):
    """A deposit applied to an invoice at a rate. Reversed ones stay, beside a later one."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    deposit_id = models.UUIDField()
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="payments")
    shop_id = models.UUIDField()
    mode = models.TextField()
    chain_id = models.BigIntegerField()
    kind = models.TextField(help_text="locked, late or released from a hold")
    token_asset = models.TextField()
    token_units = UnitsField(help_text="of the deposit")
    applied_units = UnitsField(help_text="of them bought at the rate")
    surplus_units = UnitsField(help_text="of them left to the payer")
    due_units = UnitsField(help_text="token units that pay the whole demand at this rate")
    settlement_asset = models.TextField()
    credited_units = UnitsField(help_text="settlement units, fee taken off")
    fee_units = UnitsField()
    applied_at = models.DateTimeField()
    reversed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Whatever arrives twice or at once: a deposit counts once.
            models.UniqueConstraint(
                fields=["deposit_id"],
                condition=Q(reversed_at__isnull=True),
                name="payment_deposit_counts_once",
            ),
            models.CheckConstraint(condition=Q(kind__in=PAYMENT_KINDS), name="payment_kind"),
            models.CheckConstraint(
                condition=Q(token_units=F("applied_units") + F("surplus_units"))
                & Q(applied_units__gte=0, surplus_units__gte=0, due_units__gt=0),
                name="payment_every_token_accounted",
            ),
        ]
        indexes = [
            models.Index(fields=["shop_id", "id"], name="payment_of_shop"),
            models.Index(fields=["shop_id", "applied_at"], name="payment_of_shop_by_time"),
            models.Index(
                fields=["shop_id", "reversed_at"],
                name="payment_taken_back",
                condition=Q(reversed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.applied_units} of {self.token_asset} for invoice {self.invoice_id}"


class Claim(models.Model):
    """Token units that are a payer's, until they say where to."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    deposit_id = models.UUIDField()
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="claims")
    shop_id = models.UUIDField()
    asset = models.TextField()
    units = UnitsField()
    reason = models.TextField()
    posted = models.BooleanField(
        help_text="whether the books owe it already; a wrong asset is owed once it is claimed"
    )
    created_at = models.DateTimeField()
    reversed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["deposit_id"],
                condition=Q(reversed_at__isnull=True),
                name="claim_once_a_deposit",
            ),
            models.CheckConstraint(condition=Q(reason__in=CLAIM_REASONS), name="claim_reason"),
            models.CheckConstraint(condition=Q(units__gt=0), name="claim_units_positive"),
        ]
        indexes = [models.Index(fields=["shop_id", "id"], name="claim_of_shop")]

    def __str__(self) -> str:
        return f"{self.units} of {self.asset} owed for deposit {self.deposit_id}"


class LateQuote(models.Model):
    """What a late deposit was worth when it was first seen, before anyone could choose a time."""

    deposit_id = models.UUIDField(primary_key=True)
    invoice_id = models.UUIDField()
    quote = models.TextField(help_text="JSON of market.quotes.Quote")
    drawn_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"worth of late deposit {self.deposit_id}"


class ShopExposure(models.Model):
    """Pricing units in a shop's open locks, by the minute in which they have lapsed. Sharded as
    the market's own counters are, so that tills of one shop don't wait for each other."""

    pk = models.CompositePrimaryKey("shop_id", "minute", "shard")
    shop_id = models.UUIDField()
    minute = models.DateTimeField()
    shard = models.SmallIntegerField()
    units = UnitsField()

    class Meta:
        indexes = [models.Index(fields=["minute"], name="shop_exposure_minute")]

    def __str__(self) -> str:
        return f"{self.units} until {self.minute:%H:%M} of shop {self.shop_id}"
