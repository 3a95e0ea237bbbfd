"""Cards that pay invoices, and disputes about them."""

from django.db import models
from django.db.models import F, Q

from gateway.cards.life import OPEN, STATUSES
from gateway.cards.reader_life import READER_LIVE, READER_STATUSES, TURNS
from gateway.events.ids import uuid7
from gateway.money.fields import UnitsField

MODES = ("test", "live")
OUTCOMES = ("", "won", "lost")


class ReaderPlace(models.Model):
    """Where a shop's card readers stand: a ramp registers none without an address."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    shop_id = models.UUIDField()
    mode = models.TextField()
    ramp = models.TextField()
    name = models.TextField(help_text="the shop's, as receipts of the ramp say it")
    line1 = models.TextField()
    city = models.TextField()
    postal_code = models.TextField()
    country = models.TextField(help_text="ISO 3166")
    remote_id = models.TextField(default="", help_text='"" until the ramp has it')
    asks = models.PositiveIntegerField(default=0, help_text="requests to make it")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop_id", "ramp"], name="reader_place_one_of_a_shop"),
            models.UniqueConstraint(
                fields=["ramp", "remote_id"],
                condition=~Q(remote_id=""),
                name="reader_place_of_one_name",
            ),
            models.CheckConstraint(condition=Q(mode__in=MODES), name="reader_place_mode"),
        ]

    def __str__(self) -> str:
        return f"{self.line1}, {self.city}"


class Reader(models.Model):
    """A device that takes cards at a shop's till: a row before the ramp hears of it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    place = models.ForeignKey(ReaderPlace, on_delete=models.PROTECT, related_name="readers")
    shop_id = models.UUIDField()
    mode = models.TextField()
    ramp = models.TextField()
    label = models.TextField()
    code = models.TextField(help_text="what the device shows; forgotten once it is registered")
    status = models.TextField(default="planned")
    remote_id = models.TextField(default="", help_text="by the ramp's name")
    device = models.TextField(default="")
    serial = models.TextField(default="")
    is_online = models.BooleanField(default=False, help_text="when it was last asked about")
    told_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True, help_text="when the ramp may first have heard of it")
    asks = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True, help_text="when it is looked at again")
    last_error = models.TextField(default="")
    added_by = models.TextField()
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["ramp", "remote_id"],
                condition=~Q(remote_id="") & Q(status__in=READER_LIVE),
                name="reader_stands_in_one_shop",
            ),
            models.UniqueConstraint(
                fields=["shop_id", "label"],
                condition=Q(status__in=READER_LIVE),
                name="reader_of_one_label",
            ),
            models.CheckConstraint(condition=Q(status__in=READER_STATUSES), name="reader_status"),
            models.CheckConstraint(condition=Q(mode__in=MODES), name="reader_mode"),
            models.CheckConstraint(
                condition=Q(status="planned", asked_at__isnull=True)
                | ~Q(status="planned") & Q(asked_at__isnull=False),
                name="reader_asked_before_told",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("ready", "removing")) | ~Q(remote_id=""),
                name="reader_ready_has_a_name",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="reader_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["shop_id"], name="reader_of_shop"),
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.status})"


class CardTender(models.Model):
    """A card that may pay, or paid, an invoice: a row before the ramp hears of it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    invoice_id = models.UUIDField()
    shop_id = models.UUIDField()
    mode = models.TextField()
    ramp = models.TextField()
    account = models.TextField(help_text="the shop's, by the ramp's name")
    currency = models.TextField()
    units = UnitsField(help_text="the whole demand, minor units")
    to_shop_units = UnitsField()
    fee_units = UnitsField(help_text="the house's")
    title = models.TextField(help_text="what the card's owner reads")
    back = models.TextField(help_text="where the ramp's page leads when it is left")
    status = models.TextField(default="planned")
    holds_invoice = models.BooleanField(default=False, help_text="the invoice is kept for it")
    remote_session = models.TextField(default="", help_text="the page, by the ramp's name")
    remote_intent = models.TextField(default="", help_text="the payment, by the ramp's name")
    url = models.TextField(default="", help_text="of the page, while it may be paid on")
    asked_at = models.DateTimeField(null=True, help_text="when the ramp may first have heard of it")
    asks = models.PositiveIntegerField(default=0, help_text="requests that could change something")
    due_at = models.DateTimeField(null=True, help_text="when it is looked at again")
    last_error = models.TextField(default="")
    ramp_fee_units = UnitsField(default=0, help_text="what of it the ramp kept; the house's cost")
    reader = models.ForeignKey(
        Reader, on_delete=models.PROTECT, null=True, help_text="that asks for the card; else a page"
    )
    turn = models.TextField(default="", help_text="how far the reader is; '' on a page")
    refunded_units = UnitsField(
        default=0, help_text="that went back to the card, or are about to; of the whole demand"
    )
    coming_units = UnitsField(
        null=True, help_text="what the ramp keeps of it until it comes, its fee taken off"
    )
    coming_reference = models.TextField(default="", help_text="by the ramp's name")
    unsettled_units = UnitsField(
        default=0, help_text="of the shop's balance, what has not come yet"
    )
    created_at = models.DateTimeField()
    ends_at = models.DateTimeField(help_text="until when it may be paid")
    paid_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True, help_text="when its money lay at the ramp")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["invoice_id"], condition=Q(status__in=OPEN), name="card_tender_one_open"
            ),
            models.UniqueConstraint(
                fields=["invoice_id"], condition=Q(status="paid"), name="card_tender_one_paid"
            ),
            models.UniqueConstraint(
                fields=["ramp", "remote_session"],
                condition=~Q(remote_session=""),
                name="card_tender_of_one_page",
            ),
            models.UniqueConstraint(
                fields=["ramp", "remote_intent"],
                condition=~Q(remote_intent=""),
                name="card_tender_of_one_payment",
            ),
            models.UniqueConstraint(
                fields=["ramp", "coming_reference"],
                condition=~Q(coming_reference=""),
                name="card_tender_comes_once",
            ),
            models.UniqueConstraint(
                fields=["reader"],
                condition=Q(status__in=OPEN, reader__isnull=False),
                name="card_tender_one_at_a_reader",
            ),
            models.CheckConstraint(condition=Q(status__in=STATUSES), name="card_tender_status"),
            models.CheckConstraint(
                condition=Q(reader__isnull=True, turn="") | Q(reader__isnull=False, turn__in=TURNS),
                name="card_tender_turn",
            ),
            models.CheckConstraint(condition=Q(mode__in=MODES), name="card_tender_mode"),
            models.CheckConstraint(
                condition=Q(units=F("to_shop_units") + F("fee_units"))
                & Q(units__gt=0, to_shop_units__gte=0, fee_units__gte=0),
                name="card_tender_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(refunded_units__gte=0, refunded_units__lte=F("units"))
                & (Q(refunded_units=0) | Q(status="paid")),
                name="card_tender_refunds_no_more_than_was_charged",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("taken", "paid")) | Q(holds_invoice=True),
                name="card_tender_charged_holds_its_invoice",
            ),
            models.CheckConstraint(
                condition=Q(status="planned", asked_at__isnull=True)
                | ~Q(status="planned") & Q(asked_at__isnull=False),
                name="card_tender_asked_before_told",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="card_tender_due", condition=Q(due_at__isnull=False)
            ),
            models.Index(fields=["invoice_id"], name="card_tender_of_invoice"),
            models.Index(
                fields=["shop_id", "paid_at"],
                name="card_tender_by_time",
                condition=Q(paid_at__isnull=False),
            ),
            models.Index(
                fields=["ramp"],
                name="card_tender_coming",
                condition=Q(status="paid", settled_at=None),
            ),
            models.Index(
                fields=["shop_id"],
                name="card_tender_unsettled",
                condition=Q(unsettled_units__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"card for invoice {self.invoice_id} ({self.status})"


class CardDispute(models.Model):
    """A card's owner takes a payment back through their bank."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    tender = models.ForeignKey(CardTender, on_delete=models.PROTECT, related_name="disputes")
    ramp = models.TextField()
    remote_id = models.TextField()
    outcome = models.TextField(default="", help_text="'' while it is open")
    units = UnitsField(default=0, help_text="taken from the shop's balance")
    fee_units = UnitsField(default=0, help_text="that the ramp charged for it")
    bearer = models.TextField(help_text="who bears that fee")
    returned_units = UnitsField(default=0)
    coming_units = UnitsField(default=0, help_text="that the ramp gives back, not there yet")
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ramp", "remote_id"], name="card_dispute_once"),
            models.CheckConstraint(condition=Q(outcome__in=OUTCOMES), name="card_dispute_outcome"),
            models.CheckConstraint(
                condition=Q(returned_units__lte=F("units")), name="card_dispute_returns_no_more"
            ),
        ]

    def __str__(self) -> str:
        return f"dispute about {self.tender_id} ({self.outcome or 'open'})"


class OnrampSession(models.Model):
    """A page of a ramp's where a shopper buys what an invoice asks for, to its address."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    invoice_id = models.UUIDField()
    shop_id = models.UUIDField()
    mode = models.TextField()
    ramp = models.TextField()
    asset = models.TextField()
    units = UnitsField(help_text="base units of the token that were due")
    amount = models.TextField(help_text="the same, as decimal text")
    address = models.TextField()
    currency = models.TextField(help_text="the token by the ramp's name")
    network = models.TextField()
    status = models.TextField(default="planned")
    remote_id = models.TextField(default="")
    url = models.TextField(default="")
    asked_at = models.DateTimeField(null=True, help_text="when the ramp may first have heard of it")
    last_error = models.TextField(default="")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=("planned", "asked", "open", "refused")),
                name="onramp_session_status",
            ),
            models.CheckConstraint(condition=Q(mode__in=MODES), name="onramp_session_mode"),
            models.CheckConstraint(condition=Q(units__gt=0), name="onramp_session_positive"),
            models.CheckConstraint(
                condition=Q(status="planned") | Q(asked_at__isnull=False),
                name="onramp_session_asked_before_told",
            ),
            models.CheckConstraint(
                condition=~Q(status="open") | ~Q(url=""), name="onramp_session_open_has_a_page"
            ),
        ]
        indexes = [models.Index(fields=["invoice_id"], name="onramp_session_of_invoice")]

    def __str__(self) -> str:
        return f"{self.amount} of {self.asset} for invoice {self.invoice_id} ({self.status})"
