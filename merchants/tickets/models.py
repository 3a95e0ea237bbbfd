"""Tickets: what is on them, in which parts they are paid, and what came in for each part."""

from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from gateway.events.ids import uuid7
from gateway.money.fields import UnitsField
from merchants.tickets.life import STATES, Due
from merchants.tickets.pricing import PPM, Discount, Line, TaxClass
from merchants.tickets.within import Within

MODES = ("test", "live")
DISCOUNTS = ("", "percent", "amount")


class Ticket(models.Model):
    """A sale from its first line to its last coin. Its id is the till's, so that what a till did
    without a connection can be named."""

    id = models.UUIDField(primary_key=True)
    shop_id = models.UUIDField()
    mode = models.TextField()
    currency = models.TextField(help_text="ISO 4217; the shop's when it was opened")
    state = models.TextField(default="open")
    label = models.CharField(max_length=40, blank=True, help_text="a table, a name")
    discount_kind = models.TextField(default="", blank=True)
    discount_value = UnitsField(default=0, help_text="parts of a million, or minor units")
    goods_units = UnitsField(default=0, help_text="lines, discounts and taxes; no tip")
    tip_units = UnitsField(default=0)
    paid_units = UnitsField(default=0)
    repeats_id = models.UUIDField(null=True, help_text="the ticket whose lines it began with")
    opened_by = models.TextField()
    opened_at = models.DateTimeField()
    parked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="when it was paid or voided")
    voided_by = models.TextField(default="", blank=True)
    void_reason = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="ticket_state"),
            models.CheckConstraint(condition=Q(mode__in=MODES), name="ticket_mode"),
            models.CheckConstraint(
                condition=Q(discount_kind__in=DISCOUNTS, discount_value__gte=0)
                & (~Q(discount_kind="percent") | Q(discount_value__lte=PPM)),
                name="ticket_discount",
            ),
            models.CheckConstraint(
                condition=Q(goods_units__gte=0, tip_units__gte=0, paid_units__gte=0),
                name="ticket_not_negative",
            ),
            models.CheckConstraint(
                condition=~Q(state="paid") | Q(paid_units__gte=F("goods_units") + F("tip_units")),
                name="ticket_paid_is_covered",
            ),
            models.CheckConstraint(
                condition=Q(state="parked", parked_at__isnull=False)
                | ~Q(state="parked") & Q(parked_at__isnull=True),
                name="ticket_parked_since",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("paid", "void"), ended_at__isnull=False)
                | ~Q(state__in=("paid", "void")) & Q(ended_at__isnull=True),
                name="ticket_ended_at",
            ),
            models.CheckConstraint(
                condition=Q(state="void", paid_units=0) & ~Q(void_reason="") & ~Q(voided_by="")
                | ~Q(state="void") & Q(void_reason="", voided_by=""),
                name="ticket_void_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["shop_id", "-id"], name="ticket_of_shop"),
            models.Index(fields=["shop_id", "-opened_at", "-id"], name="ticket_newest"),
            models.Index(
                fields=["shop_id", "opened_at"],
                name="ticket_not_ended",
                condition=Q(ended_at__isnull=True),
            ),
            models.Index(
                fields=["shop_id", "-ended_at"],
                name="ticket_last_paid",
                condition=Q(state="paid"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label or self.id} ({self.state})"

    @property
    def discount(self) -> Discount:
        return Discount(self.discount_kind, self.discount_value)  # type: ignore[arg-type]

    @property
    def due_units(self) -> int:
        return self.goods_units + self.tip_units


class TicketLine(models.Model):
    """Something on a ticket, in the words it was sold with. One that was taken off stays."""

    id = models.UUIDField(primary_key=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="lines")
    shop_id = models.UUIDField()
    position = models.PositiveSmallIntegerField()
    item_id = models.UUIDField(null=True, help_text="null: an amount typed on the keypad")
    item_version = models.PositiveIntegerField(null=True)
    name = models.CharField(max_length=80, blank=True)
    price_units = UnitsField(help_text="of one, as listed")
    tax_ppm = models.PositiveIntegerField()
    tax_included = models.BooleanField()
    quantity = models.PositiveIntegerField(help_text="thousandths")
    modifiers: Any = models.JSONField(default=list, help_text="[{group, name, delta_units}]")
    discount_kind = models.TextField(default="", blank=True)
    discount_value = UnitsField(default=0)
    added_by = models.TextField()
    added_at = models.DateTimeField()
    removed_by = models.TextField(default="", blank=True)
    removed_at = models.DateTimeField(null=True)

    ticket_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "position"], name="ticket_line_place"),
            models.CheckConstraint(
                condition=Q(price_units__gte=0, quantity__gt=0, tax_ppm__lte=PPM),
                name="ticket_line_sane",
            ),
            models.CheckConstraint(
                condition=Q(discount_kind__in=DISCOUNTS, discount_value__gte=0)
                & (~Q(discount_kind="percent") | Q(discount_value__lte=PPM)),
                name="ticket_line_discount",
            ),
            models.CheckConstraint(
                condition=Q(item_id__isnull=True, item_version__isnull=True)
                | Q(item_id__isnull=False, item_version__isnull=False),
                name="ticket_line_of_an_item_in_its_words",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.ticket_id}"

    @property
    def line(self) -> Line:
        return Line(
            price_units=self.price_units,
            tax=TaxClass(self.tax_ppm, self.tax_included),
            quantity=self.quantity,
            extra_units=sum(one["delta_units"] for one in self.modifiers),
            discount=Discount(self.discount_kind, self.discount_value),  # type: ignore[arg-type]
        )


class TicketPart(models.Model):
    """A part of a ticket that somebody pays. Splitting anew drops the parts before."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="parts")
    shop_id = models.UUIDField()
    number = models.PositiveSmallIntegerField(help_text="1 …")
    goods_units = UnitsField()
    tip_units = UnitsField(default=0)
    paid_units = UnitsField(default=0)
    dropped_at = models.DateTimeField(null=True)

    ticket_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "number"],
                condition=Q(dropped_at__isnull=True),
                name="ticket_part_once",
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1, goods_units__gte=0, tip_units__gte=0, paid_units__gte=0),
                name="ticket_part_sane",
            ),
            models.CheckConstraint(
                condition=Q(dropped_at__isnull=True) | Q(paid_units=0),
                name="ticket_part_dropped_without_money",
            ),
        ]

    def __str__(self) -> str:
        return f"part {self.number} of {self.ticket_id}"

    @property
    def due(self) -> Due:
        return Due(self.number, self.goods_units, self.tip_units)

    @property
    def left_units(self) -> int:
        return max(0, self.due.units - self.paid_units)


class PartDemand(models.Model):
    """An invoice that asked for what was left of a part."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    part = models.ForeignKey(TicketPart, on_delete=models.PROTECT, related_name="demands")
    shop_id = models.UUIDField()
    invoice_id = models.UUIDField(unique=True)
    number = models.PositiveSmallIntegerField(help_text="1 …: how often the part was asked for")
    units = UnitsField(help_text="minor units asked for")
    tax_in_units = UnitsField(default=0, db_default=0, help_text="of them, tax")
    tip_in_units = UnitsField(default=0, db_default=0, help_text="of them, tip")
    status = models.TextField(help_text="the invoice's, as last heard of")
    tender = models.TextField(default="", help_text="card or tokens; '' before any money")
    paid_units = UnitsField(default=0)
    coming = models.BooleanField(default=False, help_text="money was seen that isn't credited yet")
    asked_by = models.TextField()
    asked_at = models.DateTimeField()

    part_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["part", "number"], name="part_demand_once"),
            models.CheckConstraint(
                condition=Q(units__gt=0, paid_units__gte=0, paid_units__lte=F("units")),
                name="part_demand_pays_no_more",
            ),
        ]

    def __str__(self) -> str:
        return f"invoice {self.invoice_id} ({self.status})"

    @property
    def within(self) -> Within:
        """The tax and the tip of what it has paid."""
        return Within(self.tax_in_units, self.tip_in_units).share(self.paid_units, self.units)


class CashTake(models.Model):
    """Cash that was given for a part, and what became of it. Rows are added only."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    part = models.ForeignKey(TicketPart, on_delete=models.PROTECT, related_name="takes")
    shop_id = models.UUIDField()
    key = models.CharField(max_length=100, help_text="of the tap that took it")
    currency = models.TextField()
    given_units = UnitsField()
    counted_units = UnitsField(help_text="that pay what was due")
    tax_in_units = UnitsField(default=0, db_default=0, help_text="of those counted, tax")
    tip_in_units = UnitsField(default=0, db_default=0, help_text="of those counted, the part's tip")
    rounding_units = UnitsField(help_text="that the smallest coin added, or took off")
    tip_units = UnitsField(help_text="left of the change")
    change_units = UnitsField(help_text="that went back")
    taken_by = models.TextField()
    taken_at = models.DateTimeField()

    part_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop_id", "key"], name="cash_take_once"),
            models.CheckConstraint(
                condition=Q(
                    given_units=F("counted_units")
                    + F("rounding_units")
                    + F("tip_units")
                    + F("change_units")
                )
                & Q(given_units__gte=0, counted_units__gte=0, tip_units__gte=0)
                & Q(change_units__gte=0),
                name="cash_take_adds_up",
            ),
        ]
        indexes = [models.Index(fields=["shop_id", "taken_at"], name="cash_take_by_time")]

    def __str__(self) -> str:
        return f"{self.given_units} of {self.currency}"

    @property
    def within(self) -> Within:
        """The tax and the tip in it, with what was left of the change."""
        return Within(self.tax_in_units, self.tip_in_units + self.tip_units)


class CashBack(models.Model):
    """Cash that was given back of a paid ticket. Rows are added only."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="cash_backs")
    shop_id = models.UUIDField()
    key = models.CharField(max_length=100, help_text="of the tap that gave it")
    units = UnitsField()
    reason = models.CharField(max_length=200)
    given_by = models.TextField()
    given_at = models.DateTimeField()

    ticket_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop_id", "key"], name="cash_back_once"),
            models.CheckConstraint(
                condition=Q(units__gt=0) & ~Q(reason=""), name="cash_back_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.units} back of {self.ticket_id}"


class TicketAct(models.Model):
    """Something that was done to a ticket, under the key of the tap that asked for it: the same
    tap, however often it arrives, is done once. Rows are added only."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    shop_id = models.UUIDField()
    key = models.CharField(max_length=100)
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="acts")
    kind = models.TextField()
    said: Any = models.JSONField(help_text="what was asked for")
    by = models.TextField()
    at = models.DateTimeField()

    ticket_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop_id", "key"], name="ticket_act_once"),
            models.CheckConstraint(condition=~Q(key=""), name="ticket_act_has_a_key"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.by}"
