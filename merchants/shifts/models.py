"""Shifts, what they took, what was voided, their cash, and the reports that close them."""

from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q

from gateway.events.ids import uuid7
from gateway.money.fields import UnitsField
from merchants.shifts.figures import CASH_KINDS, KINDS, TENDERS
from merchants.tills.models import Till


class Shift(models.Model):
    """Somebody's time at a till, from the float to the count. Once closed it never changes."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop_id = models.UUIDField()
    till = models.ForeignKey(Till, on_delete=models.PROTECT, related_name="shifts")
    currency = models.TextField(help_text="of the drawer: ISO 4217")
    opened_by = models.UUIDField(help_text="a person")
    opened_at = models.DateTimeField()
    float_units = UnitsField(help_text="cash in the drawer at its beginning")
    closed_by = models.UUIDField(null=True)
    closed_at = models.DateTimeField(null=True)
    counted_units = UnitsField(null=True, help_text="cash in the drawer at its end")
    told_at = models.DateTimeField(null=True, help_text="when people heard that it was left open")

    till_id: UUID

    class Meta:
        indexes = (models.Index(fields=("shop_id", "-id"), name="shift_by_shop"),)
        constraints = (
            models.UniqueConstraint(
                fields=("till",),
                condition=Q(closed_at__isnull=True),
                name="shift_one_open_of_a_till",
            ),
            models.CheckConstraint(condition=Q(float_units__gte=0), name="shift_float_is_cash"),
            models.CheckConstraint(
                condition=Q(
                    closed_at__isnull=True, closed_by__isnull=True, counted_units__isnull=True
                )
                | Q(
                    closed_at__gte=models.F("opened_at"),
                    closed_by__isnull=False,
                    counted_units__gte=0,
                ),
                name="shift_closed_with_a_count",
            ),
        )

    def __str__(self) -> str:
        return f"shift at {self.till_id} since {self.opened_at:%Y-%m-%d %H:%M}"


class Taking(models.Model):
    """A payment or refund of a sale that was made at a till, as the event told of it.

    It belongs to the shift that was open when it was written; told between two, to the next one.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop_id = models.UUIDField()
    till = models.ForeignKey(Till, on_delete=models.PROTECT, related_name="+")
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, null=True, related_name="takings")
    invoice_id = models.UUIDField()
    source = models.CharField(max_length=80, unique=True, help_text="what it tells of, once")
    tender = models.CharField(max_length=6, choices=[(one, one) for one in TENDERS])
    kind = models.CharField(max_length=10, choices=[(one, one) for one in KINDS])
    currency = models.TextField(help_text="ISO 4217")
    units = UnitsField(help_text="minor units, with a minus where they went back")
    tax_units = UnitsField(default=0)
    tip_units = UnitsField(default=0)
    asset = models.TextField(help_text="in which the shop is credited")
    credited_units = UnitsField(default=0)
    fee_units = UnitsField(default=0)
    token = models.TextField(blank=True, help_text="what was paid with; empty for a card")
    token_units = UnitsField(default=0)
    at = models.DateTimeField()

    till_id: UUID
    shift_id: UUID | None

    class Meta:
        indexes = (
            models.Index(
                fields=("till",), condition=Q(shift__isnull=True), name="taking_of_no_shift_yet"
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(tender__in=("tokens", "card")), name="taking_tender"
            ),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="taking_kind"),
            models.CheckConstraint(
                condition=Q(kind="paid", units__gte=0) | (~Q(kind="paid") & Q(units__lte=0)),
                name="taking_has_its_sign",
            ),
        )

    def __str__(self) -> str:
        return f"{self.source} at {self.till_id}"


class Voided(models.Model):
    """A sale or a ticket that was called off at a till.

    It belongs to the shift that was open there; called off between two, to the next one.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop_id = models.UUIDField()
    till = models.ForeignKey(Till, on_delete=models.PROTECT, related_name="+")
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, null=True, related_name="voids")
    source = models.CharField(max_length=80, unique=True, help_text="what was called off, once")
    currency = models.TextField(help_text="ISO 4217")
    units = UnitsField(help_text="minor units that it came to")
    at = models.DateTimeField()

    till_id: UUID
    shift_id: UUID | None

    class Meta:
        indexes = (
            models.Index(
                fields=("till",), condition=Q(shift__isnull=True), name="voided_in_no_shift_yet"
            ),
        )
        constraints = (
            models.CheckConstraint(condition=Q(units__gte=0), name="voided_came_to_no_less"),
        )

    def __str__(self) -> str:
        return f"{self.source} at {self.till_id}"


class CashMove(models.Model):
    """Cash into a shift's drawer or out of it: a sale, a refund, or for a reason."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop_id = models.UUIDField()
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="moves")
    kind = models.CharField(max_length=6, choices=[(one, one) for one in CASH_KINDS])
    units = UnitsField(help_text="minor units of the drawer's currency, whichever way")
    tax_units = UnitsField(default=0, db_default=0, help_text="of it, where it paid a ticket")
    tip_units = UnitsField(default=0, db_default=0, help_text="of it, where it paid a ticket")
    reason = models.CharField(max_length=200, blank=True)
    draft = models.CharField(max_length=64, help_text="the form's name for it: sent twice is once")
    made_by = models.UUIDField(help_text="a person")
    made_at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(
                fields=("shop_id", "made_at"),
                name="cash_move_takings_by_time",
                condition=Q(kind__in=("sale", "refund")),
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=("shift", "draft"), name="cash_move_once"),
            models.CheckConstraint(condition=Q(kind__in=CASH_KINDS), name="cash_move_kind"),
            models.CheckConstraint(condition=Q(units__gt=0), name="cash_move_is_cash"),
            models.CheckConstraint(
                condition=Q(kind="sale") | ~Q(reason=""), name="cash_move_has_a_reason"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.units}"


class ZReport(models.Model):
    """What a shift came to, as it was when it was closed. Numbered per till, never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop_id = models.UUIDField()
    till = models.ForeignKey(Till, on_delete=models.PROTECT, related_name="z_reports")
    shift = models.OneToOneField(Shift, on_delete=models.PROTECT, related_name="z_report")
    number = models.PositiveIntegerField(help_text="1, 2, 3 … of its till")
    body: Any = models.JSONField(help_text="presenters.report_body")
    made_at = models.DateTimeField()

    till_id: UUID
    shift_id: UUID

    class Meta:
        indexes = (models.Index(fields=("shop_id", "-id"), name="z_report_by_shop"),)
        constraints = (
            models.UniqueConstraint(fields=("till", "number"), name="z_report_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="z_report_from_one"),
        )

    def __str__(self) -> str:
        return f"Z {self.number} of {self.till_id}"
