"""A move from another program, what waits of it, what it could not read, and what it brought."""

from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from gateway.events.ids import uuid7
from gateway.money.fields import UnitsField
from merchants.moving.rows import SOURCES, STATUSES

WAYS = ("file", "server")
STATES = ("looking", "choosing", "reading", "done", "failed", "stopped")
UNDER_WAY = ("looking", "choosing", "reading")
WORKING = ("looking", "reading")
"""While the task has something to do."""
KINDS = ("sale", "item")


class Move(models.Model):
    """One bringing over: a file, or an old server that is asked.

    ``looking`` reads the store's settings, ``choosing`` waits for the merchant, ``reading`` brings
    over. What is sealed (the key, a file's pieces) is under a key of the move's own, which is
    thrown away at its end.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop_id = models.UUIDField()
    source = models.TextField()
    way = models.TextField()
    state = models.TextField()
    url = models.TextField(default="", help_text="of the old server; '' of a file")
    key_sealed = models.BinaryField(null=True)
    store_id = models.TextField(default="", help_text="the old server's; '': not known yet")
    found: Any = models.JSONField(default=dict, help_text="stores, and the store with its webhooks")
    chosen: Any = models.JSONField(default=dict, help_text="what the merchant takes")
    zone = models.TextField(default="UTC", help_text="of moments that a file names without one")
    with_transactions = models.BooleanField(default=True)
    with_emails = models.BooleanField(default=False)
    items_read = models.IntegerField(default=0, help_text="products of the list that are done")
    items_done = models.BooleanField(default=False)
    rows_read = models.IntegerField(default=0, help_text="invoices of the list that are done")
    rows_total = models.IntegerField(
        null=True, help_text="if the old server told it; of a file, about so many"
    )
    page_first = models.TextField(default="", help_text="id that the last page began with")
    added = models.IntegerField(default=0)
    known = models.IntegerField(default=0, help_text="kept by an earlier move, the same")
    unread = models.IntegerField(default=0)
    items_added = models.IntegerField(default=0)
    items_known = models.IntegerField(default=0)
    error = models.TextField(default="", help_text="code; of the last attempt that failed")
    attempts = models.IntegerField(default=0, help_text="that failed, one after the other")
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    lease = models.IntegerField(default=0, help_text="counts whoever had it")
    asked_by = models.TextField()
    began_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, help_text="when the merchant chose")
    ended_at = models.DateTimeField(null=True)
    swept = models.BooleanField(default=False, help_text="its key and pieces are thrown away")

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(source__in=SOURCES), name="move_source"),
            models.CheckConstraint(condition=Q(way__in=WAYS), name="move_way"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="move_state"),
            models.CheckConstraint(
                condition=Q(state__in=UNDER_WAY, ended_at__isnull=True)
                | Q(ended_at__isnull=False, key_sealed__isnull=True) & ~Q(state__in=UNDER_WAY),
                name="move_ended_keeps_no_key",
            ),
            models.UniqueConstraint(
                fields=("shop_id",), condition=Q(state__in=UNDER_WAY), name="move_one_at_a_time"
            ),
        )
        indexes = (
            models.Index(fields=("shop_id", "-id"), name="move_of_shop"),
            models.Index(fields=("due_at",), name="move_due", condition=Q(state__in=WORKING)),
            models.Index(
                fields=("ended_at",),
                name="move_to_sweep",
                condition=Q(ended_at__isnull=False, swept=False),
            ),
        )

    def __str__(self) -> str:
        return f"move {self.id} from {self.source}"


class Piece(models.Model):
    """A piece of an uploaded file, sealed, until it was read."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop_id = models.UUIDField()
    move = models.ForeignKey(Move, on_delete=models.CASCADE, related_name="pieces", db_index=False)
    number = models.IntegerField()
    box = models.BinaryField()

    move_id: UUID

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("move", "number"), name="move_piece_number"),
        )

    def __str__(self) -> str:
        return f"piece {self.number} of {self.move_id}"


class UnreadRow(models.Model):
    """What could not be brought over: where it stood, and why. Nothing else of it is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop_id = models.UUIDField()
    move = models.ForeignKey(Move, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.TextField()
    line = models.IntegerField()
    old_id = models.TextField(default="")
    reason = models.TextField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("move", "kind", "line"), name="unread_row_once"),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="unread_row_kind"),
        )

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


class PastInvoice(models.Model):
    """A sale from before Tillway, as the old program told it. It is read only: no money of ours,
    no invoice, in no book and no report.

    Its id begins with the moment of the sale, so that rows by id are rows by time.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    shop_id = models.UUIDField()
    move = models.ForeignKey(Move, on_delete=models.PROTECT, related_name="+", db_index=False)
    source = models.TextField()
    store_id = models.TextField(default="", help_text="the old program's")
    old_id = models.TextField()
    order_id = models.TextField(default="")
    units = UnitsField(help_text="of 10 ** -decimals of the currency")
    decimals = models.SmallIntegerField()
    currency = models.TextField(help_text="as the old program called it")
    status = models.TextField()
    exceptions = ArrayField(models.TextField(), default=list)
    at = models.DateTimeField()
    transactions = ArrayField(models.TextField(), default=list)
    email_box = models.BinaryField(null=True, help_text="the buyer's, sealed; null: none")
    kept_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("shop_id", "source", "old_id"), name="past_invoice_once"
            ),
            models.CheckConstraint(condition=Q(source__in=SOURCES), name="past_invoice_source"),
            models.CheckConstraint(condition=Q(status__in=STATUSES), name="past_invoice_status"),
            models.CheckConstraint(
                condition=Q(decimals__gte=0, decimals__lte=36), name="past_invoice_decimals"
            ),
        )
        indexes = (
            models.Index(fields=("shop_id", "-id"), name="past_invoice_by_time"),
            models.Index(
                fields=("shop_id", "at"),
                name="past_invoice_email",
                condition=Q(email_box__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.source} {self.old_id}"
