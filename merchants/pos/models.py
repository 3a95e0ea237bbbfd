"""What tills sold without a connection."""

from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q

from gateway.events.ids import uuid7
from gateway.money.fields import UnitsField
from merchants.pos.away.said import ENDS
from merchants.tills.models import Device, Till

STATES = ("waiting", "booked", "set_aside")


class AwaySale(models.Model):
    """A ticket that a tablet kept while it had no connection, as it was sent later. What can't be
    booked by itself waits for a manager, who books it or sets it aside."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop_id = models.UUIDField()
    till = models.ForeignKey(Till, on_delete=models.PROTECT, related_name="+")
    device = models.ForeignKey(
        Device,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="the pairing it was kept under",
    )
    key = models.CharField(max_length=32, help_text="the tablet's own: sent twice it is one")
    number = models.PositiveIntegerField(help_text="1, 2, 3 … of its pairing")
    ends = models.TextField(help_text="how it stood on the tablet")
    currency = models.TextField(help_text="ISO 4217")
    due_units = UnitsField(help_text="minor units, as the tablet said")
    label = models.CharField(max_length=40, blank=True, help_text="emptied when it is settled")
    body: Any = models.JSONField(help_text="away.said.said_as_dict")
    made_by = models.UUIDField(help_text="a person")
    made_at = models.DateTimeField(help_text="by the tablet's clock")
    sent_by = models.UUIDField(null=True, help_text="a person; null: the tablet was taken off")
    sent_at = models.DateTimeField()
    state = models.TextField(default="waiting")
    why = models.TextField(blank=True, help_text="why it waits, or waited: a refusal's code")
    ticket_id = models.UUIDField(null=True, unique=True, help_text="what it was booked as")
    settled_by = models.UUIDField(null=True, help_text="a person; null: it was booked by itself")
    settled_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True, help_text="why it was set aside")

    till_id: UUID
    device_id: UUID

    class Meta:
        indexes = (
            models.Index(fields=("shop_id", "-id"), name="away_sale_by_shop"),
            models.Index(
                fields=("shop_id", "till"),
                condition=Q(state="waiting"),
                name="away_sale_waiting",
            ),
            models.Index(fields=("shop_id", "device", "number"), name="away_sale_numbers"),
        )
        constraints = (
            models.UniqueConstraint(fields=("shop_id", "key"), name="away_sale_once"),
            models.CheckConstraint(condition=Q(ends__in=ENDS), name="away_sale_ends"),
            models.CheckConstraint(
                condition=Q(number__gte=1, due_units__gte=0), name="away_sale_sane"
            ),
            models.CheckConstraint(
                condition=Q(
                    state="waiting",
                    ticket_id__isnull=True,
                    settled_by__isnull=True,
                    settled_at__isnull=True,
                )
                & ~Q(why="")
                | Q(state="booked", ticket_id__isnull=False, settled_at__isnull=False)
                | Q(
                    state="set_aside",
                    ticket_id__isnull=True,
                    settled_by__isnull=False,
                    settled_at__isnull=False,
                )
                & ~Q(note=""),
                name="away_sale_settled_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"{self.number} of tablet {self.device_id} ({self.state})"
