"""Money that goes back to a card."""

from django.db import models
from django.db.models import F, Q

from gateway.cards.models import CardTender
from gateway.events.ids import uuid7
from gateway.money.fields import UnitsField
from gateway.refunds.cards.life import STATUSES, UNDER_WAY


class CardRefund(models.Model):
    """A part of a card payment on its way back: a row before the ramp hears of it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    tender = models.ForeignKey(CardTender, on_delete=models.PROTECT, related_name="refunds")
    invoice_id = models.UUIDField()
    shop_id = models.UUIDField()
    mode = models.TextField()
    ramp = models.TextField()
    currency = models.TextField()
    units = UnitsField(help_text="minor units, all of them the shop's: no fee comes back")
    status = models.TextField(default="requested")
    reason = models.TextField(default="", help_text="why, in the shop's words")
    requested_by = models.TextField()
    requested_via = models.TextField(help_text="till, dashboard or api")
    session = models.TextField(default="", help_text="names the till or browser session")
    external_key = models.TextField(default="", help_text="the caller's name for this refund")
    needs_second = models.BooleanField(help_text="nobody approves what they asked for")
    approved_by = models.TextField(default="")
    approved_at = models.DateTimeField(null=True)
    ended_by = models.TextField(default="", help_text="who rejected it, or said it was never made")
    end_reason = models.TextField(default="")
    remote_id = models.TextField(default="", help_text="by the ramp's name")
    is_taken = models.BooleanField(default=False, help_text="out of the house's balance there")
    asked_at = models.DateTimeField(null=True, help_text="when the ramp may first have heard of it")
    asks = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True, help_text="when it is looked at again")
    last_error = models.TextField(default="")
    requested_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["requested_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["shop_id", "external_key"],
                condition=~Q(external_key=""),
                name="card_refund_external_key_once",
            ),
            models.UniqueConstraint(
                fields=["ramp", "remote_id"],
                condition=~Q(remote_id=""),
                name="card_refund_of_one_name",
            ),
            models.CheckConstraint(condition=Q(status__in=STATUSES), name="card_refund_status"),
            models.CheckConstraint(condition=Q(units__gt=0), name="card_refund_positive"),
            models.CheckConstraint(
                condition=Q(needs_second=False)
                | Q(approved_by="")
                | ~Q(approved_by=F("requested_by")),
                name="card_refund_maker_is_not_checker",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=(*UNDER_WAY, "completed", "failed"))
                | (~Q(approved_by="") & Q(approved_at__isnull=False)),
                name="card_refund_leaves_approved",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("asked", "left", "completed", "unclear"))
                | Q(asked_at__isnull=False),
                name="card_refund_asked_before_told",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("left", "completed")) | ~Q(remote_id=""),
                name="card_refund_left_has_a_name",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="card_refund_due", condition=Q(due_at__isnull=False)
            ),
            models.Index(fields=["invoice_id"], name="card_refund_of_invoice"),
            models.Index(fields=["shop_id", "id"], name="card_refund_of_shop"),
        ]

    def __str__(self) -> str:
        return f"{self.units} {self.currency} back to a card ({self.status})"
