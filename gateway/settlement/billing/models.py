"""Fee invoices and credit notes, and the series that numbers them without gaps."""

from typing import Any, Final

import msgspec
from django.db import models
from django.db.models import Q

from gateway.events.ids import uuid7
from gateway.settlement.billing.lines import FeeLine

MODES = ("test", "live")
KINDS = ("invoice", "credit_note")
_SERIES: Final = {"live": "TW", "test": "TEST"}


class FeeSeries(models.Model):
    """The last number of the house's documents of a mode; the database alone moves it on."""

    mode = models.TextField(primary_key=True)
    last = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.mode} {self.last}"


class FeeDocument(models.Model):
    """An invoice for a month's fees, or the note that undoes one. Rows are added, never changed;
    a trigger gives each its number, under the lock of its series, so that none is left out."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    mode = models.TextField()
    number = models.PositiveIntegerField(default=0, help_text="the database's")
    kind = models.TextField()
    shop_id = models.UUIDField()
    shop_name = models.TextField(help_text="as it was when this was issued")
    month = models.TextField(help_text="2026-11, by the shop's clock")
    time_zone = models.TextField()
    revision = models.PositiveSmallIntegerField(help_text="0; 1 after a first credit note …")
    corrects = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="credit_note"
    )
    lines: Any = models.JSONField()
    reason = models.TextField(default="", help_text="of a credit note")
    issued_by = models.TextField(help_text="beat, or who issued it")
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mode", "number"], name="fee_document_number_once"),
            models.UniqueConstraint(
                fields=["shop_id", "month", "revision", "kind"], name="fee_document_once_a_month"
            ),
            models.CheckConstraint(
                condition=Q(mode__in=MODES, kind__in=KINDS), name="fee_document_known"
            ),
            models.CheckConstraint(
                condition=Q(kind="invoice", corrects__isnull=True, reason="")
                | Q(kind="credit_note", corrects__isnull=False) & ~Q(reason=""),
                name="fee_document_note_says_of_what_and_why",
            ),
        ]
        indexes = [models.Index(fields=["shop_id", "-id"], name="fee_document_of_shop")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """``TW-000012``; test shops have a series of their own."""
        return f"{_SERIES[self.mode]}-{self.number:06d}"

    @property
    def fee_lines(self) -> tuple[FeeLine, ...]:
        """The lines, read."""
        return msgspec.convert(self.lines, tuple[FeeLine, ...])
